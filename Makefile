# Everything runs in .venv, which the first command makes from hash-locked requirements.
PYTHON ?= $(shell command -v python3.11 || command -v python3 || command -v python)
BIN := .venv/bin
READY := .venv/.ready

.PHONY: demo test check lint types regen lock build clean

demo: $(READY)
	@$(BIN)/order-mcp demo

test: $(READY)
	$(BIN)/pytest

check: lint types test

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(READY)
	$(BIN)/mypy

# Rewrites what is derived from the code: README tables, server.json, the tool snapshot. Read the diff.
regen: $(READY)
	$(BIN)/python -m tests.regen

# Resolves the development requirements anew.
lock: $(READY)
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --upgrade \
	  --generate-hashes --no-emit-index-url --custom-compile-command "make lock" \
	  --quiet --output-file requirements/dev.txt

build: $(READY)
	rm -rf dist
	$(BIN)/python -m build --no-isolation --outdir dist

clean:
	rm -rf .venv dist build

$(READY): requirements/dev.txt pyproject.toml
	@echo "Setting up .venv (once)"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)
