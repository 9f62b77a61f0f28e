package main

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// problemFields are errors with everything the server says of them.
func problemFields(ctx context.Context, url string) steps {
	seen := steps{}
	for _, mode := range []pgx.QueryExecMode{pgx.QueryExecModeCacheStatement, pgx.QueryExecModeSimpleProtocol} {
		conn := connect(ctx, url, mode)
		var all []any
		for _, sql := range []string{
			"INSERT INTO items (id, name) VALUES (1, 'x')",
			"INSERT INTO items (id) VALUES (9999)",
			"SELECT * FORM items",
			"SELECT name, nothing FROM items -- 猫",
			"SELECT 'x'::int",
			"SELECT * FROM nowhere",
			"SELECT nofunction(1)",
			"DO $$ BEGIN RAISE EXCEPTION 'own' USING ERRCODE = 'P7777', DETAIL = 'd', HINT = 'h', TABLE = 't'; END $$",
			"DO $$ BEGIN EXECUTE 'SELECT 1 FORM items'; END $$",
			"DO $$ BEGIN PERFORM 1 / 0; END $$",
			"SET TRANSACTION ISOLATION LEVEL nonsense",
		} {
			all = append(all, outcome(conn.Exec(ctx, sql)))
		}
		all = append(all,
			rows(ctx, conn, "SELECT name FROM items WHERE id = $1", "not a number"),
			rows(ctx, conn, "SELECT $1::int2", 70_000),
			rows(ctx, conn, "SELECT id FROM items WHERE id = $1 OR name = $2", 1),
		)
		seen["errors, "+mode.String()] = all
		must(conn.Close(ctx))
	}
	return seen
}
