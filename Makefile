# Everything runs in .venv, which the first command makes from hash-locked requirements.
PYTHON ?= $(shell command -v python3.11 || command -v python3 || command -v python)
BIN := .venv/bin
MEDUSA := packages/order-mcp-medusa
READY := .venv/.ready

.PHONY: demo test test-clients test-gateway test-hosting test-medusa conformance test-bundle bench check lint types regen lock build bundle release clean

demo: $(READY)
	@$(BIN)/order-mcp demo

# Four processes, because many tests wait for sockets.
test: $(READY)
	$(BIN)/pytest --numprocesses 4 --dist worksteal
	cd $(MEDUSA) && $(CURDIR)/$(BIN)/pytest --numprocesses 4 --dist worksteal

# Real clients over stdio and HTTP; `ARGS=--write` rewrites the table in docs/clients.md. Its environments are in .clients.
test-clients: $(READY)
	$(BIN)/python -m dev.clients $(ARGS)

# An MCP gateway in front of the server: what it changes. Its environment is in .clients.
test-gateway: $(READY)
	$(BIN)/python -m dev.gateway

# The server as a team hosts it, behind nginx with Redis, which root gets from Debian's packages. `ARGS=--long` measures more.
test-hosting: $(READY)
	$(BIN)/python -m dev.hosting $(ARGS)

# A real Medusa with its PostgreSQL, which root gets from Debian's packages, asked through its package by a real client.
test-medusa: $(READY)
	$(BIN)/python -m dev.medusa $(ARGS)

# The official conformance suite, for both protocol revisions.
conformance: $(READY)
	$(BIN)/python -m dev.conformance

# The Claude Desktop bundle, packed, unpacked and started as the desktop host does. Node.js is in .clients.
test-bundle: bundle
	$(BIN)/python -m dev.bundle

# Speed and memory beside other servers, into bench/RESULTS.md; needs an idle machine. `ARGS=--quick` only tries it.
bench: $(READY)
	$(BIN)/python -m bench $(ARGS)

check: lint types test

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(READY)
	$(BIN)/mypy

# Rewrites what is derived from the code: README tables, server.json, the tool snapshot. Read the diff.
regen: $(READY)
	$(BIN)/python -m dev.regen

# Resolves every requirement anew: development, the clients' and the gateway's environments, and what they run on Node.js.
COMPILE = $(BIN)/uv pip compile --universal --python-version 3.11 --upgrade \
  --generate-hashes --no-emit-index-url --custom-compile-command "make lock" --quiet
lock: $(READY)
	$(COMPILE) pyproject.toml --extra dev --output-file requirements/dev.txt
	@for name in clients-v1 clients-v2 bench gateway nodejs; do \
	  $(COMPILE) requirements/$$name.in --output-file requirements/$$name.txt || exit 1; \
	done
	$(BIN)/python -m dev.environments

build: $(READY)
	rm -rf dist
	$(BIN)/python -m build --no-isolation --outdir dist
	$(BIN)/python -m build --no-isolation --outdir dist $(MEDUSA)

bundle: $(READY)
	$(BIN)/python -m release.bundle

# Everything of a release that needs no credentials; docs/releasing.md has the rest.
release: $(READY)
	$(BIN)/python -m release

clean:
	rm -rf .venv .clients dist build

$(READY): requirements/dev.txt pyproject.toml
	@echo "Setting up .venv (once)"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)
