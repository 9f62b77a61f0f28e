package main

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

var everyMode = []pgx.QueryExecMode{
	pgx.QueryExecModeCacheStatement, pgx.QueryExecModeCacheDescribe, pgx.QueryExecModeDescribeExec,
	pgx.QueryExecModeExec, pgx.QueryExecModeSimpleProtocol,
}

// modes does the same in every way pgx has to run a statement.
func modes(ctx context.Context, url string) steps {
	seen := steps{}
	for _, mode := range everyMode {
		conn := connect(ctx, url, mode)
		step := func(name string, value any) { seen[fmt.Sprint(mode, ": ", name)] = value }
		// again and again, so that what is cached is used
		var names []any
		for id := range 6 {
			names = append(names, rows(ctx, conn, "SELECT id, name FROM items WHERE id = $1", id+1))
		}
		step("rows", names)
		step("row", rows(ctx, conn, "SELECT * FROM items WHERE id = $1", 7))
		step("no parameters", rows(ctx, conn, "SELECT count(*), sum(price) FROM items"))
		step("command", outcome(conn.Exec(ctx, "UPDATE items SET name = $2 WHERE id <= $1", 3, "changed")))
		step("returning", rows(ctx, conn, "UPDATE items SET price = price + 1 WHERE id = $1 RETURNING price", 9))
		step("nothing", outcome(conn.Exec(ctx, "")))
		step("none", rows(ctx, conn, "SELECT name FROM items WHERE id = $1", -1))
		step("in a quote", rows(ctx, conn, "SELECT $1::text", `it's "quoted" \ 猫`))
		step("division", rows(ctx, conn, "SELECT 1 / $1::int", 0))
		step("syntax", rows(ctx, conn, "SELECT * FORM items WHERE id = $1", 1))
		step("after errors", rows(ctx, conn, "SELECT id FROM items WHERE id = $1", 4))
		answer := try(conn.Query(ctx, "SELECT id, name, price, now() AS n FROM items WHERE id = $1", 1))
		var fields []any
		for _, field := range answer.FieldDescriptions() {
			fields = append(fields, []any{
				field.Name, field.TableOID != 0, field.TableAttributeNumber, field.DataTypeOID,
				field.DataTypeSize, field.TypeModifier, field.Format,
			})
		}
		answer.Close()
		step("described", fields)
		must(conn.Close(ctx))
	}
	return seen
}

// values go there and back in their binary formats.
func values(ctx context.Context, url string) steps {
	conn := connect(ctx, url, pgx.QueryExecModeCacheStatement)
	defer conn.Close(ctx)
	at := time.Date(2024, 2, 29, 1, 2, 3, 456789000, time.UTC)
	var number pgtype.Numeric
	must(number.Scan("-12345678901234567890.000123"))
	seen := steps{}
	for name, one := range map[string]struct {
		as    string
		value any
	}{
		"boolean": {"bool", true}, "int2": {"int2", int16(-7)}, "int8": {"int8", int64(1) << 40},
		"float4": {"float4", float32(0.5)}, "float8": {"float8", 1e-7}, "numeric": {"numeric", number},
		"text": {"text", "Zoë 猫"}, "nothing": {"text", nil}, "bytes": {"bytea", []byte{0, 1, 255}},
		"date": {"date", at}, "time": {"timestamptz", at}, "interval": {"interval", 36 * time.Hour},
		"uuid":   {"uuid", "00000000-0000-0000-0000-000000000005"},
		"jsonb":  {"jsonb", map[string]any{"a": []any{1, nil, "x"}}},
		"json":   {"json", []int{1, 2}},
		"inet":   {"inet", netip.MustParsePrefix("10.0.0.1/8")},
		"cidr":   {"cidr", netip.MustParsePrefix("2001:db8::/32")},
		"array":  {"int4[]", []int32{1, -2, 3}},
		"texts":  {"text[]", []string{"a", "", "b,{}\"c"}},
		"matrix": {"int4[]", [][]int32{{1, 2}, {3, 4}}},
		"empty":  {"text[]", []string{}},
		"range": {"int4range", pgtype.Range[int32]{
			Lower: 1, Upper: 5, LowerType: pgtype.Inclusive, UpperType: pgtype.Exclusive, Valid: true,
		}},
		"times": {"tstzrange", pgtype.Range[time.Time]{
			Lower: at, LowerType: pgtype.Inclusive, UpperType: pgtype.Unbounded, Valid: true,
		}},
		"ranges": {"int4multirange", "{[1,3),[7,9)}"},
		"point":  {"point", pgtype.Point{P: pgtype.Vec2{X: 1, Y: 2}, Valid: true}},
		"bits":   {"varbit", pgtype.Bits{Bytes: []byte{0xa0}, Len: 3, Valid: true}},
	} {
		seen["value: "+name] = rows(ctx, conn, "SELECT $1::"+one.as+" AS v", one.value)
	}
	seen["value: record"] = rows(ctx, conn, "SELECT ROW(1, 'a'::text, NULL)")
	seen["value: many"] = rows(ctx, conn, "SELECT * FROM items WHERE id = ANY($1) ORDER BY id", []int{5, 3, 900})
	return seen
}

type pair struct {
	ID   int32
	Mood string
}

// userTypes are looked up in the catalogue by their names, then sent in binary.
func userTypes(ctx context.Context, url string) steps {
	conn := connect(ctx, url, pgx.QueryExecModeCacheStatement)
	defer conn.Close(ctx)
	// temporary, for they are made in each run
	for _, sql := range []string{
		"CREATE TYPE pg_temp.mood AS ENUM ('sad', 'ok', 'happy')",
		"CREATE TYPE pg_temp.pair AS (id int4, mood pg_temp.mood)",
		"CREATE DOMAIN pg_temp.small AS int4 CHECK (VALUE < 100)",
	} {
		try(conn.Exec(ctx, sql))
	}
	for _, name := range []string{"mood", "_mood", "pair", "_pair", "people", "_people"} {
		conn.TypeMap().RegisterType(try(conn.LoadType(ctx, name)))
	}
	seen := steps{
		"type: enum":       rows(ctx, conn, "SELECT $1::mood, enum_range(NULL::mood)", "ok"),
		"type: enums":      rows(ctx, conn, "SELECT $1::mood[]", []string{"sad", "happy"}),
		"type: composite":  rows(ctx, conn, "SELECT $1::pair, ($1::pair).mood", pair{7, "happy"}),
		"type: composites": rows(ctx, conn, "SELECT $1::pair[]", []pair{{1, "sad"}, {2, "ok"}}),
		"type: row":        rows(ctx, conn, "SELECT people FROM people WHERE id = 4"),
		"type: rows":       rows(ctx, conn, "SELECT array_agg(people ORDER BY id) FROM people WHERE id < 3"),
		"type: domain":     rows(ctx, conn, "SELECT $1::small", 5),
		"type: no value":   rows(ctx, conn, "SELECT $1::mood", "angry"),
	}
	tooLarge := rows(ctx, conn, "SELECT $1::small", 500).(steps)
	// such as pg_temp_3
	tooLarge["schema"] = strings.HasPrefix(tooLarge["schema"].(string), "pg_temp_")
	seen["type: too large"] = tooLarge
	loaded, err := conn.LoadTypes(ctx, []string{"mood", "pair", "small"})
	seen["type: loaded at once"] = []any{len(loaded), problem(err)}
	return seen
}
