// A program with pgx: the work it does, what is refused to it, or reads of what is masked.
// Prints what each step gave as JSON.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
	"github.com/jackc/pgx/v5/pgtype"
)

type steps = map[string]any

// part of the program: its steps by name
type part func(ctx context.Context, url string) steps

var work = []part{
	modes, values, userTypes, transactions, twoPhases, problemFields, batches, pipelines,
	copies, largeObjects, notifications, cancels, pools, changedTables,
}

var parts = map[string][]part{"work": work, "refused": {refused}, "masked": {masked}}

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Second)
	defer cancel()
	seen := steps{}
	for _, part := range parts[os.Args[2]] {
		maps.Copy(seen, part(ctx, os.Args[1]))
	}
	must(json.NewEncoder(os.Stdout).Encode(seen))
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func try[T any](value T, err error) T {
	must(err)
	return value
}

// connect gives a session whose contexts cancel the statement instead of closing the connection.
func connect(ctx context.Context, url string, mode pgx.QueryExecMode) *pgx.Conn {
	config := try(pgx.ParseConfig(url))
	config.DefaultQueryExecMode = mode
	config.BuildContextWatcherHandler = func(conn *pgconn.PgConn) ctxwatch.Handler {
		return &pgconn.CancelRequestContextWatcherHandler{Conn: conn, DeadlineDelay: 10 * time.Second}
	}
	return try(pgx.ConnectConfig(ctx, config))
}

// querier is a connection, a transaction or a pool.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// rows are the rows of a statement, or its error.
func rows(ctx context.Context, on querier, sql string, args ...any) any {
	answer, err := on.Query(ctx, sql, args...)
	if err != nil {
		return problem(err)
	}
	return collected(answer)
}

func collected(answer pgx.Rows) any {
	all, err := pgx.CollectRows(answer, func(row pgx.CollectableRow) ([]any, error) {
		values, err := row.Values()
		for i, value := range values {
			// with all digits, which a number of JSON need not keep
			if number, is := value.(pgtype.Numeric); is {
				values[i] = try(number.Value())
			}
		}
		return values, err
	})
	if err != nil {
		return problem(err)
	}
	return all
}

// outcome is a command's tag, or its error.
func outcome(tag pgconn.CommandTag, err error) any {
	if err != nil {
		return problem(err)
	}
	return tag.String()
}

func problem(err error) any {
	if err == nil {
		return "no error"
	}
	var said *pgconn.PgError
	if !errors.As(err, &said) {
		return fmt.Sprintf("%T: %v", err, err)
	}
	// but the source file and routine: Postern finds some errors itself
	return steps{
		"sqlstate": said.Code, "severity": said.Severity, "unlocalized": said.SeverityUnlocalized,
		"message": said.Message, "detail": said.Detail, "hint": said.Hint,
		"position": said.Position, "internal position": said.InternalPosition,
		"internal query": said.InternalQuery, "where": said.Where,
		"schema": said.SchemaName, "table": said.TableName, "column": said.ColumnName,
		"type": said.DataTypeName, "constraint": said.ConstraintName,
	}
}
