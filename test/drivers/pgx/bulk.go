package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

func copies(ctx context.Context, url string) steps {
	conn := connect(ctx, url, pgx.QueryExecModeCacheStatement)
	defer conn.Close(ctx)
	seen := steps{}
	columns := []string{"id", "name", "price", "tags", "at", "raw"}
	from := func(first int, count int, fails error) (int64, error) {
		return conn.CopyFrom(ctx, pgx.Identifier{"items"}, columns,
			pgx.CopyFromSlice(count, func(i int) ([]any, error) {
				if fails != nil && i == count-1 {
					return nil, fails
				}
				at := time.Unix(int64(1_700_000_000+i), 0)
				return []any{first + i, fmt.Sprint("copied ", i), "1.5", []string{"x", fmt.Sprint(i)}, at, []byte{byte(i)}}, nil
			}))
	}
	count, err := from(5000, 20_000, nil)
	seen["copied in"] = []any{count, problem(err)}
	_, err = from(50_000, 3000, errors.New("no more rows"))
	seen["copy given up"] = problem(err)
	_, err = from(24_000, 3000, nil)
	seen["copy of what is there"] = problem(err)
	seen["after copies"] = rows(ctx, conn, "SELECT count(*), max(id), sum(length(name)) FROM items WHERE id >= 5000")
	for name, options := range map[string]string{"text": "", "csv": "(FORMAT csv, HEADER)", "binary": "(FORMAT binary)"} {
		sum := sha256.New()
		tag, err := conn.PgConn().CopyTo(ctx, sum,
			"COPY (SELECT * FROM items WHERE id >= 5000 ORDER BY id) TO STDOUT "+options)
		seen["copied out as "+name] = []any{fmt.Sprintf("%x", sum.Sum(nil)), outcome(tag, err)}
	}
	lines := strings.NewReader("90001\ttext\n90002\t\\N\n")
	seen["copy of a null"] = outcome(conn.PgConn().CopyFrom(ctx, lines, "COPY items (id, name) FROM STDIN"))
	seen["copy refused by the server"] = outcome(conn.PgConn().CopyTo(ctx, io.Discard, "COPY nothing TO STDOUT"))
	short, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
	defer cancel()
	_, err = conn.PgConn().CopyTo(short, io.Discard,
		"COPY (SELECT repeat('x', 1000) FROM generate_series(1, 100000000)) TO STDOUT")
	seen["copy cancelled"] = []any{problem(err), conn.IsClosed()}
	seen["after bad copies"] = rows(ctx, conn, "SELECT count(*) FROM items")
	try(conn.Exec(ctx, "DELETE FROM items WHERE id >= $1", 5000))
	return seen
}

func largeObjects(ctx context.Context, url string) steps {
	conn := connect(ctx, url, pgx.QueryExecModeCacheStatement)
	defer conn.Close(ctx)
	seen := steps{}
	content := bytes.Repeat([]byte("0123456789abcdef"), 20_000)
	tx := try(conn.Begin(ctx))
	objects := tx.LargeObjects()
	id := try(objects.Create(ctx, 0))
	object := try(objects.Open(ctx, id, pgx.LargeObjectModeRead|pgx.LargeObjectModeWrite))
	written := try(object.Write(content))
	must(object.Truncate(int64(len(content) - 5)))
	at := try(object.Seek(-11, io.SeekEnd))
	tail := try(io.ReadAll(object))
	try(object.Seek(0, io.SeekStart))
	whole := try(io.ReadAll(object))
	seen["large object"] = []any{written, at, string(tail), bytes.Equal(whole, content[:len(content)-5])}
	must(object.Close())
	must(tx.Commit(ctx))
	tx = try(conn.Begin(ctx))
	objects = tx.LargeObjects()
	must(objects.Unlink(ctx, id))
	_, err := objects.Open(ctx, id, pgx.LargeObjectModeRead)
	seen["large object that is gone"] = err != nil
	must(tx.Rollback(ctx))
	tx = try(conn.Begin(ctx))
	objects = tx.LargeObjects()
	must(objects.Unlink(ctx, id))
	must(tx.Commit(ctx))
	return seen
}

// pools have several sessions at once.
func pools(ctx context.Context, url string) steps {
	config := try(pgxpool.ParseConfig(url))
	config.MaxConns = 6
	pool := try(pgxpool.NewWithConfig(ctx, config))
	defer pool.Close()
	var all sync.WaitGroup
	answers := make([]any, 120)
	for i := range answers {
		all.Add(1)
		go func() {
			defer all.Done()
			if i%10 == 9 {
				answers[i] = rows(ctx, pool, "SELECT $1::int / 0", i)
				return
			}
			answers[i] = rows(ctx, pool, "SELECT id, name FROM items WHERE id = $1", 300+i)
		}()
	}
	all.Wait()
	must(pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE items SET name = 'pooled' WHERE id = 60")
		return err
	}))
	return steps{
		"pool":             answers,
		"pool transaction": rows(ctx, pool, "SELECT name FROM items WHERE id = $1", 60),
		"pool size":        pool.Stat().TotalConns() <= 6,
	}
}

// changedTables are altered under statements that are prepared on them. Last, for others see it too.
func changedTables(ctx context.Context, url string) steps {
	seen := steps{}
	other := connect(ctx, url, pgx.QueryExecModeExec)
	defer other.Close(ctx)
	for _, mode := range everyMode {
		conn := connect(ctx, url, mode)
		all, some := "SELECT * FROM people WHERE id = $1", "SELECT name FROM people WHERE id = $1"
		step := func(name string) {
			seen[fmt.Sprint("changed, ", mode, ": ", name)] = []any{
				rows(ctx, conn, all, 5), rows(ctx, conn, all, 6), rows(ctx, conn, some, 7),
			}
		}
		column := fmt.Sprintf("added_%d", mode)
		step("before")
		seen[fmt.Sprint("changed, ", mode, ": add")] =
			outcome(other.Exec(ctx, "ALTER TABLE people ADD COLUMN "+column+" int DEFAULT 3"))
		step("added")
		seen[fmt.Sprint("changed, ", mode, ": type")] =
			outcome(conn.Exec(ctx, "ALTER TABLE people ALTER COLUMN "+column+" TYPE text USING 'now ' || "+column))
		step("retyped")
		tx := try(conn.Begin(ctx))
		seen[fmt.Sprint("changed, ", mode, ": in a transaction")] = []any{
			rows(ctx, tx, all, 5),
			outcome(tx.Exec(ctx, "ALTER TABLE people RENAME COLUMN "+column+" TO "+column+"_again")),
			rows(ctx, tx, all, 5),
		}
		seen[fmt.Sprint("changed, ", mode, ": ended")] = problem(tx.Rollback(ctx))
		step("rolled back")
		must(conn.Close(ctx))
	}
	return seen
}
