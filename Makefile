# Everything here is complete from a fresh clone: what is missing is installed or built first.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

# only files that a rule below makes; `make test T=sql/src` runs a part
T ?=
BENCH ?=
CONFORMANCE ?=
ORACLE ?=
ATTACK ?=

protos := $(shell find proto/postern -name '*.proto')
messages := proto/generated/messages.d.ts

.PHONY: help
help: ## show this
	@echo 'Postern: policy, masking and a provable record for PostgreSQL, at the connection'
	@echo
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1 \t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 20
	@echo
	@echo '  make demo KEEP=1     leaves it running, and says how to connect'
	@echo '  make test T=sql/src  runs the tests below one folder'
	@echo '  make bench BENCH=--quick'
	@echo "  make attack ATTACK='--only NAME --verbose'"
	@echo "  make conformance CONFORMANCE='--suite regress --only copy,portals'"

.PHONY: build
build: $(messages) .tools/opa ## compile everything
	@npx --no-install tsc --build

.PHONY: demo
demo: build ## a real PostgreSQL, a training job and psql through Postern; about a minute
	@KEEP='$(KEEP)' node test/dist/demo/main.js

.PHONY: test
test: build binaries ## run every test; the last line counts
	@node tools/test.js $(T)

.PHONY: bench
bench: build binaries ## measure against a bare relay and PgBouncer, into docs/benchmarks
	@node test/dist/bench/main.js $(BENCH)

.PHONY: bench-sql
bench-sql: build binaries ## measure how fast statements are understood, into docs/benchmarks/sql.md
	@node test/dist/bench-sql/main.js $(BENCH)

.PHONY: conformance
conformance: build binaries ## PostgreSQL's own tests directly and through Postern: equal, one by one
	@node test/dist/conformance/main.js $(CONFORMANCE)

.PHONY: reach
reach: build binaries ## what PostgreSQL's own functions can reach, from servers of all versions, into sql/src/generated
	@node test/dist/reach/main.js

.PHONY: oracle
oracle: build binaries ## queries whose columns the server knows better: the analysis must name the same
	@node test/dist/oracle/main.js $(ORACLE)

.PHONY: attack
attack: build binaries ## whether planted values reach a client, and honest work is what it was
	@node test/dist/attack/main.js $(ATTACK)

.PHONY: lint
lint: build ## types, import rules, layout
	@npx --no-install eslint --max-warnings 0 .
	@npx --no-install prettier --check --log-level warn .
	@echo 'lint: nothing found'

.PHONY: format
format: node_modules/.stamp ## lay out the sources
	@npx --no-install prettier --write --log-level warn .

.PHONY: clean
clean: ## remove what was built (CLEAN=all: also what was installed)
	@rm -rf */dist proto/generated coverage test/results
	@if [ '$(CLEAN)' = all ]; then rm -rf node_modules */node_modules tools/binaries/node_modules .tools .cache; fi

# PostgreSQL 13 to 17 and Node 24, which only tests and benchmarks run; what needs them says when they are missing
.PHONY: binaries
binaries: node_modules/.stamp
	@node tools/npm-packages.js tools/binaries || echo 'make: going on without tools/binaries' >&2

node_modules/.stamp: package-lock.json tools/npm-packages.js
	@node tools/npm-packages.js .
	@touch $@

$(messages): $(protos) proto/scripts/generate.js | node_modules/.stamp
	@npm run --silent generate -w proto

.tools/opa: tools/go.mod tools/go.sum tools/opa.js
	@node tools/opa.js
	@touch -h -c $@
