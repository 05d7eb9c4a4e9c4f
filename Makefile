# Canevas. `make` alone lists what can be done; `make run` and `make test` are all a new machine needs.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run demo test check lint types architecture openapi contract load requirements revision format clean nginx

PYTHON ?= python3
BIN := .venv/bin
CLIENT := openapi/client
READY := .venv/.ready
TESTS ?= tests
# One test process per core; PYTEST_WORKERS=0 runs them in this one.
PYTEST_WORKERS ?= auto

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F'\t' '{printf "  make %-14s %s\n", $$1, $$2}'

run: $(READY) ## Start the platform here, with its demo data on the first start (Ctrl-C stops it)
	@$(BIN)/canevas up --demo

demo: $(READY) ## Play a whole campaign over HTTP on a platform of its own, then show the figures
	@$(BIN)/canevas demo

test: $(READY) nginx ## Run every test
	$(BIN)/pytest -n $(PYTEST_WORKERS) --dist loadfile $(TESTS)

check: lint types architecture ## Lint, types, architecture, and whether the published contract is fresh

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

architecture: $(READY)
	$(BIN)/lint-imports
	$(BIN)/canevas openapi --check

openapi: $(READY) ## Write openapi/*.json and the types of the TypeScript client from the code
	$(BIN)/canevas openapi
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory $(CLIENT)/node_modules && npm --prefix $(CLIENT) run --silent generate; \
	else echo "npm is not here: the TypeScript types were left as they are."; fi

contract: $(CLIENT)/node_modules ## Lint the contract by the strictest public rules and compile its TypeScript client (needs npm)
	npm --prefix $(CLIENT) run --silent check

$(CLIENT)/node_modules: $(CLIENT)/package-lock.json
	npm --prefix $(CLIENT) ci --silent --no-fund --no-audit
	@touch $@

load: $(READY) ## Benchmarks: ratios against a floor measured in the same run (last line: one JSON object)
	$(BIN)/python -m tests.load

format: $(READY) ## Put the code in its usual shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

revision: $(READY) ## Draft a migration: make revision SERVICE=programming SLUG=add_withdrawal
	$(BIN)/python -m migrations.new $(SERVICE) $(SLUG)

requirements: $(READY) ## Choose again the versions of every dependency, with their hashes
	for each in requirements requirements-dev; do \
	  $(BIN)/uv pip compile -q --upgrade $$each.in -o $$each.txt --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-emit-find-links --no-header --no-annotate || exit 1; done
	$(MAKE) $(READY)

# The virtual environment. uv installs in seconds what pip takes minutes for; without it pip does the same work.
$(READY): requirements-dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Canevas needs Python 3.11 or newer: make PYTHON=python3.12 …"; exit 1; }
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv .venv || { echo "No venv module here: install it (Debian: apt-get install python3-venv)"; exit 1; }
	@echo "Installing what Canevas needs into .venv …"
	@grep -A40 '^uv==' requirements-dev.txt | awk 'NR==1 || /--hash/ {print} NR>1 && !/--hash/ {exit}' > .venv/uv.txt
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r .venv/uv.txt
	@VIRTUAL_ENV=.venv $(BIN)/uv pip install -q --require-hashes -r requirements-dev.txt \
	  || $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@VIRTUAL_ENV=.venv $(BIN)/uv pip install -q --no-deps --no-build-isolation -e . \
	  || $(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(READY)

# The production engine is tried for real: Debian's nginx, run by hand on a loopback port.
nginx:
	@command -v nginx >/dev/null || [ -n "$$CANEVAS_TEST_NGINX" ] || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "Installing nginx for its tests …"; apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends nginx-light >/dev/null; \
	  else echo "nginx is not here: install it, or say CANEVAS_TEST_NGINX=no make test to leave its tests out."; exit 1; fi; }

clean: ## Remove the environment and the local platform's data
	-$(BIN)/canevas down 2>/dev/null
	rm -rf .venv .canevas build dist *.egg-info
