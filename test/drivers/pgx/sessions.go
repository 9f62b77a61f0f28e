package main

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
)

func transactions(ctx context.Context, url string) steps {
	conn := connect(ctx, url, pgx.QueryExecModeCacheStatement)
	defer conn.Close(ctx)
	seen := steps{}
	name := "SELECT name FROM items WHERE id = $1"

	outer := try(conn.Begin(ctx))
	try(outer.Exec(ctx, "UPDATE items SET name = 'outer' WHERE id = $1", 20))
	inner := try(outer.Begin(ctx))
	try(inner.Exec(ctx, "UPDATE items SET name = 'inner' WHERE id = $1", 20))
	seen["nested"] = rows(ctx, inner, name, 20)
	seen["nested failure"] = rows(ctx, inner, "SELECT nothing FROM items")
	seen["nested failed"] = rows(ctx, inner, name, 20)
	must(inner.Rollback(ctx))
	seen["nested rolled back"] = rows(ctx, outer, name, 20)
	must(outer.Commit(ctx))
	seen["outer committed"] = rows(ctx, conn, name, 20)

	failed := errors.New("not today")
	seen["function"] = problem(pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		try(tx.Exec(ctx, "DELETE FROM items WHERE id = 20"))
		return failed
	}))
	seen["function rolled back"] = rows(ctx, conn, name, 20)

	for _, level := range []pgx.TxIsoLevel{pgx.Serializable, pgx.RepeatableRead, pgx.ReadCommitted} {
		options := pgx.TxOptions{IsoLevel: level, AccessMode: pgx.ReadOnly, DeferrableMode: pgx.Deferrable}
		must(pgx.BeginTxFunc(ctx, conn, options, func(tx pgx.Tx) error {
			seen["isolation "+string(level)] = rows(ctx, tx,
				"SELECT current_setting('transaction_isolation'), current_setting('transaction_read_only')")
			return nil
		}))
	}
	tx := try(conn.BeginTx(ctx, pgx.TxOptions{AccessMode: pgx.ReadOnly}))
	seen["read only"] = outcome(tx.Exec(ctx, "DELETE FROM items"))
	seen["commit of a failed one"] = problem(tx.Commit(ctx))

	// two that each read what the other writes
	second := connect(ctx, url, pgx.QueryExecModeCacheStatement)
	defer second.Close(ctx)
	options := pgx.TxOptions{IsoLevel: pgx.Serializable}
	a, b := try(conn.BeginTx(ctx, options)), try(second.BeginTx(ctx, options))
	sum := "SELECT sum(price) FROM items WHERE id IN (21, 22)"
	seen["serializable"] = []any{rows(ctx, a, sum), rows(ctx, b, sum)}
	try(a.Exec(ctx, "UPDATE items SET price = 0 WHERE id = 21"))
	try(b.Exec(ctx, "UPDATE items SET price = 0 WHERE id = 22"))
	must(a.Commit(ctx))
	var conflict any = "no error"
	if err := b.Commit(ctx); err != nil {
		conflict = problem(err).(steps)["sqlstate"]
	}
	seen["conflict"] = conflict
	return seen
}

func twoPhases(ctx context.Context, url string) steps {
	conn := connect(ctx, url, pgx.QueryExecModeCacheStatement)
	defer conn.Close(ctx)
	seen := steps{}
	for _, id := range []string{"first", "second"} {
		try(conn.Exec(ctx, "BEGIN"))
		try(conn.Exec(ctx, "UPDATE items SET name = $2 WHERE id = $1", 30+len(id), id))
		seen["prepare "+id] = outcome(conn.Exec(ctx, "PREPARE TRANSACTION '"+id+"'"))
	}
	seen["prepared"] = rows(ctx, conn, "SELECT gid, owner::text, database::text FROM pg_prepared_xacts ORDER BY gid")
	other := connect(ctx, url, pgx.QueryExecModeExec)
	defer other.Close(ctx)
	// another session may end them
	seen["commit prepared"] = outcome(other.Exec(ctx, "COMMIT PREPARED 'first'"))
	seen["rollback prepared"] = outcome(conn.Exec(ctx, "ROLLBACK PREPARED 'second'"))
	seen["no longer there"] = outcome(conn.Exec(ctx, "COMMIT PREPARED 'second'"))
	seen["both ended"] = rows(ctx, conn, "SELECT id, name FROM items WHERE id IN (35, 36) ORDER BY id")
	return seen
}

func notifications(ctx context.Context, url string) steps {
	// with the usual contexts: one that ends is no reason to cancel anything
	listener := try(pgx.Connect(ctx, url))
	defer listener.Close(ctx)
	sender := connect(ctx, url, pgx.QueryExecModeCacheStatement)
	defer sender.Close(ctx)
	try(listener.Exec(ctx, "LISTEN heard"))
	try(listener.Exec(ctx, `LISTEN "Heard Too"`))
	var heard []any
	wait := func() {
		got := try(listener.WaitForNotification(ctx))
		heard = append(heard, []any{got.Channel, got.Payload, got.PID == sender.PgConn().PID()})
	}
	// while it waits, and while it does not
	waited := make(chan struct{})
	go func() {
		defer close(waited)
		wait()
	}()
	time.Sleep(100 * time.Millisecond)
	try(sender.Exec(ctx, "NOTIFY heard, 'first'"))
	<-waited
	tx := try(sender.Begin(ctx))
	try(tx.Exec(ctx, "SELECT pg_notify($1, $2)", "Heard Too", "second"))
	try(tx.Exec(ctx, "SELECT pg_notify('heard', 'third')"))
	must(tx.Commit(ctx))
	seen := steps{"while listening": rows(ctx, listener, "SELECT name FROM items WHERE id = 100")}
	wait()
	wait()
	short, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
	defer cancel()
	_, err := listener.WaitForNotification(short)
	seen["no more"] = errors.Is(err, context.DeadlineExceeded)
	seen["closed by that"] = listener.IsClosed()
	seen["heard"] = heard
	return seen
}

func cancels(ctx context.Context, url string) steps {
	conn := connect(ctx, url, pgx.QueryExecModeCacheStatement)
	defer conn.Close(ctx)
	seen := steps{}
	for _, mode := range everyMode {
		short, cancel := context.WithTimeout(ctx, 150*time.Millisecond)
		_, err := conn.Exec(short, "SELECT pg_sleep($1)", mode, 20)
		cancel()
		seen["cancelled: "+mode.String()] = []any{problem(err), conn.IsClosed()}
		seen["after cancel: "+mode.String()] = rows(ctx, conn, "SELECT id FROM items WHERE id = $1", mode, 8)
	}
	// by hand, and in a transaction
	tx := try(conn.Begin(ctx))
	go func() {
		time.Sleep(150 * time.Millisecond)
		must(conn.PgConn().CancelRequest(ctx))
	}()
	seen["cancelled in a transaction"] = rows(ctx, tx, "SELECT pg_sleep(20)")
	seen["which is failed by that"] = rows(ctx, tx, "SELECT 1")
	must(tx.Rollback(ctx))
	seen["after cancels"] = rows(ctx, conn, "SELECT count(*) FROM items WHERE id < 50")
	return seen
}
