package main

import (
	"bytes"
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// refused is a DROP, alone, in a transaction and among others, in every mode.
func refused(ctx context.Context, url string) steps {
	seen := steps{}
	for _, mode := range everyMode {
		conn := connect(ctx, url, mode)
		step := func(name string, value any) { seen[fmt.Sprint(mode, ": ", name)] = value }
		step("refused", outcome(conn.Exec(ctx, "DROP TABLE items")))
		step("goes on", rows(ctx, conn, "SELECT count(*) FROM items"))
		tx := try(conn.Begin(ctx))
		try(tx.Exec(ctx, "UPDATE items SET name = 'gone' WHERE id = $1", 2))
		step("in a transaction", outcome(tx.Exec(ctx, "DROP TABLE items")))
		step("which is failed", rows(ctx, tx, "SELECT 1"))
		must(tx.Rollback(ctx))
		step("rolled back", rows(ctx, conn, "SELECT name FROM items WHERE id = $1", 2))
		batch := &pgx.Batch{}
		batch.Queue("UPDATE items SET name = 'gone' WHERE id = 3")
		batch.Queue("DROP TABLE items")
		batch.Queue("SELECT 3")
		step("in a batch", problem(conn.SendBatch(ctx, batch).Close()))
		step("rolled back too", rows(ctx, conn, "SELECT name FROM items WHERE id = $1", 3))
		tx = try(conn.Begin(ctx))
		inner := try(tx.Begin(ctx))
		step("in a savepoint", outcome(inner.Exec(ctx, "DROP TABLE items")))
		must(inner.Rollback(ctx))
		step("which is kept", outcome(tx.Exec(ctx, "UPDATE items SET name = 'kept' WHERE id = 4")))
		must(tx.Commit(ctx))
		step("goes on after", rows(ctx, conn, "SELECT 4"))
		must(conn.Close(ctx))
	}
	conn := connect(ctx, url, pgx.QueryExecModeCacheStatement)
	defer conn.Close(ctx)
	flow := conn.PgConn().StartPipeline(ctx)
	flow.SendPrepare("drop", "DROP TABLE items", nil)
	flow.SendQueryParams("SELECT 'skipped'", nil, nil, nil, nil)
	must(flow.Sync())
	flow.SendQueryParams("SELECT 5", nil, nil, nil, nil)
	must(flow.Sync())
	seen["pipelined"] = flowed(flow, 2)
	must(flow.Close())
	return seen
}

// masked reads what is masked in every mode, format and way.
func masked(ctx context.Context, url string) steps {
	seen := steps{}
	query := "SELECT id, email FROM people WHERE id = $1"
	for _, mode := range everyMode {
		conn := connect(ctx, url, mode)
		seen[mode.String()] = []any{rows(ctx, conn, query, 3), rows(ctx, conn, query, 3)}
		batch := &pgx.Batch{}
		batch.Queue(query, 3)
		batch.Queue("SELECT max(email), array_agg(email) FROM people WHERE id = 3")
		seen["batch, "+mode.String()] = sent(ctx, conn, batch)
		must(conn.Close(ctx))
	}
	conn := connect(ctx, url, pgx.QueryExecModeCacheStatement)
	defer conn.Close(ctx)
	for _, format := range []int16{pgx.TextFormatCode, pgx.BinaryFormatCode} {
		answer := conn.PgConn().ExecParams(ctx, query, [][]byte{[]byte("3")}, nil, nil, []int16{0, format}).Read()
		must(answer.Err)
		seen[fmt.Sprint("format ", format)] = string(answer.Rows[0][1])
	}
	for _, options := range []string{"", "(FORMAT binary)"} {
		var copied bytes.Buffer
		_, err := conn.PgConn().CopyTo(ctx, &copied,
			"COPY (SELECT email FROM people WHERE id = 3) TO STDOUT "+options)
		seen["copied out "+options] = []any{copied.String(), problem(err)}
	}
	return seen
}
