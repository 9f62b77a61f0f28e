package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// batches in every mode; one with an error in its middle leaves nothing behind.
func batches(ctx context.Context, url string) steps {
	seen := steps{}
	for _, mode := range everyMode {
		conn := connect(ctx, url, mode)
		step := func(name string, value any) { seen[fmt.Sprint("batch, ", mode, ": ", name)] = value }
		good := &pgx.Batch{}
		good.Queue("UPDATE items SET name = $2 WHERE id = $1", 40, "batched")
		good.Queue("SELECT id, name FROM items WHERE id = $1", 40)
		good.Queue("SELECT count(*) FROM items")
		good.Queue("SELECT id, name FROM items WHERE id = $1", 41)
		step("good", sent(ctx, conn, good))
		large := &pgx.Batch{}
		for id := range 200 {
			large.Queue("SELECT id, doc FROM items WHERE id = $1", id+1)
		}
		step("large", sent(ctx, conn, large))
		bad := &pgx.Batch{}
		bad.Queue("UPDATE items SET name = $2 WHERE id = $1", 42, "lost")
		bad.Queue("SELECT 1 / $1::int", 0)
		bad.Queue("UPDATE items SET name = $2 WHERE id = $1", 43, "never")
		step("bad", sent(ctx, conn, bad))
		step("nothing left", rows(ctx, conn, "SELECT name FROM items WHERE id IN (42, 43) ORDER BY id"))
		tx := try(conn.Begin(ctx))
		inside := &pgx.Batch{}
		inside.Queue("DELETE FROM items WHERE id = $1", 44)
		inside.Queue("SELECT count(*) FROM items WHERE id = $1", 44)
		step("in a transaction", sent(ctx, tx, inside))
		must(tx.Rollback(ctx))
		step("rolled back", rows(ctx, conn, "SELECT name FROM items WHERE id = 44"))
		must(conn.Close(ctx))
	}
	return seen
}

type sender interface {
	SendBatch(ctx context.Context, batch *pgx.Batch) pgx.BatchResults
}

func sent(ctx context.Context, on sender, batch *pgx.Batch) any {
	var all []any
	results := on.SendBatch(ctx, batch)
	for range batch.Len() {
		answer, err := results.Query()
		if err != nil {
			all = append(all, problem(err))
			continue
		}
		all = append(all, collected(answer))
	}
	return append(all, problem(results.Close()))
}

// pipelines are the messages of the protocol as the program likes them, synced where it likes.
func pipelines(ctx context.Context, url string) steps {
	conn := connect(ctx, url, pgx.QueryExecModeCacheStatement)
	defer conn.Close(ctx)
	seen := steps{}

	flow := conn.PgConn().StartPipeline(ctx)
	flow.SendPrepare("one", "SELECT id, name FROM items WHERE id = $1", nil)
	flow.SendQueryPrepared("one", [][]byte{[]byte("50")}, nil, nil)
	flow.SendQueryParams("SELECT $1::int4 + 1", [][]byte{{0, 0, 0, 9}}, nil, []int16{1}, []int16{1})
	must(flow.Sync())
	flow.SendDeallocate("one")
	flow.SendQueryPrepared("one", [][]byte{[]byte("51")}, nil, nil)
	flow.SendQueryParams("SELECT 'skipped'", nil, nil, nil, nil)
	must(flow.Sync())
	flow.SendQueryParams("UPDATE items SET name = 'p' WHERE id = 52", nil, nil, nil, nil)
	flow.SendQueryParams("SELECT 1 / 0", nil, nil, nil, nil)
	must(flow.Sync())
	flow.SendQueryParams("SELECT name FROM items WHERE id = 52", nil, nil, nil, nil)
	must(flow.Sync())
	seen["pipeline"] = flowed(flow, 4)

	// asked for without a Sync: the transaction is still open
	flow.SendQueryParams("UPDATE items SET name = 'q' WHERE id = 53", nil, nil, nil, nil)
	flow.SendFlushRequest()
	must(flow.Flush())
	early := try(flow.GetResults()).(*pgconn.ResultReader).Read()
	seen["pipeline, before its end"] = early.CommandTag.String()
	flow.SendQueryParams("SELECT name FROM items WHERE id = 53", nil, nil, nil, nil)
	flow.SendFlushRequest()
	must(flow.Flush())
	seen["pipeline, before its end too"] = said(try(flow.GetResults()).(*pgconn.ResultReader).Read())
	must(flow.Sync())
	seen["pipeline, its end"] = flowed(flow, 1)
	must(flow.Close())
	seen["after pipelines"] = rows(ctx, conn, "SELECT name FROM items WHERE id = $1", 53)
	return seen
}

func said(result *pgconn.Result) any {
	if result.Err != nil {
		return problem(result.Err)
	}
	return []any{result.Rows, result.CommandTag.String()}
}

func flowed(flow *pgconn.Pipeline, syncs int) []any {
	var all []any
	for syncs > 0 {
		got, err := flow.GetResults()
		switch one := got.(type) {
		case *pgconn.ResultReader:
			all = append(all, said(one.Read()))
		case *pgconn.StatementDescription:
			all = append(all, []any{"prepared", len(one.Fields), one.ParamOIDs})
		case *pgconn.CloseComplete:
			all = append(all, "closed")
		case *pgconn.PipelineSync:
			all = append(all, "synced")
			syncs--
		default:
			var known *pgconn.PgError
			all = append(all, problem(err))
			if !errors.As(err, &known) {
				return all
			}
		}
	}
	return all
}
