# Everything a newcomer needs: `make demo`, `make lab`, `make test`. Nothing has to be installed by hand
# beyond Python 3.11+, Node 20+ and make.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMPS := .make
JS_SOURCES := $(shell find js/src js/style -type f 2>/dev/null) tsconfig.json package.json

.PHONY: help setup demo lab test test-python test-long test-js test-ui test-wheel check lint types imports bench accuracy wheel clean

help: ## show this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: $(STAMPS)/python $(STAMPS)/extension ## create .venv and build the JupyterLab extension

demo: setup ## train, estimate and write demo/ (under five minutes once set up)
	@$(BIN)/python scripts/demo.py

lab: setup ## open JupyterLab on the first lesson
	@$(BIN)/jupyter lab $(if $(filter 0,$(shell id -u)),--allow-root) notebooks/01-two-phases.ipynb

test: setup test-python test-js test-ui test-wheel ## every test: Python, TypeScript, browser, wheel

test-python: setup
	$(BIN)/python -m pytest tests -m "not ui and not long" -n auto --dist loadfile

test-long: setup $(STAMPS)/browser ## the tests that take minutes: accuracy, hosts beside JupyterLab, three ipykernels
	$(BIN)/python -m pytest tests -m "long and not ui"
	$(BIN)/python -m pytest tests/ui -m long

test-js: setup
	npm run --silent test

test-ui: setup $(STAMPS)/browser
	$(BIN)/python -m pytest tests/ui -m "not wheel and not long"

test-wheel: setup $(STAMPS)/browser
	$(BIN)/python -m pytest tests/ui -m "wheel and not long"

check: lint types imports ## lint, types and import rules

lint: setup
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	npm run --silent lint

types: setup
	$(BIN)/mypy

imports: setup
	$(BIN)/lint-imports

bench: setup ## the benchmarks, as ratios to references run in the same process
	@for f in tests/benchmarks/bench_*.py; do echo "== $$f"; $(BIN)/python $$f; done

accuracy: setup ## every estimator against known answers, hours: OPTIONS="--quick" or "--families ksg"
	$(BIN)/python tests/accuracy/accuracy.py $(OPTIONS)

wheel: setup ## build the wheel into dist/
	$(BIN)/pip wheel --quiet --no-deps --wheel-dir dist .

clean: ## remove what was built (not .venv)
	rm -rf $(STAMPS) dist demo js/lib glow_widgets/labextension glow_widgets/static node_modules

# --- what setup is made of; each stamp is renewed when what it was made from changes

$(STAMPS)/tools: scripts/check_tools.sh
	@mkdir -p $(STAMPS)
	@PYTHON="$(PYTHON)" bash scripts/check_tools.sh
	@touch $@

$(STAMPS)/python: $(STAMPS)/tools pyproject.toml constraints.txt
	@echo "Setting up Python in $(VENV) (a few minutes the first time)"
	@test -x $(BIN)/python || "$(PYTHON)" -m venv $(VENV)
	@# The extension is built below; the build hook need not do it too.
	@SKIP_JUPYTER_BUILDER=1 $(BIN)/pip install --quiet --constraint constraints.txt --editable ".[dev]"
	@touch $@

$(STAMPS)/node: $(STAMPS)/tools package.json package-lock.json .npmrc
	@echo "Installing the JavaScript packages"
	@npm ci --silent
	@touch $@

# The bundler is started by jupyter-builder, which comes with the Python environment.
$(STAMPS)/extension: $(STAMPS)/python $(STAMPS)/node $(JS_SOURCES)
	@echo "Building the JupyterLab extension"
	@PATH="$(CURDIR)/$(BIN):$$PATH" npm run --silent build:prod
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/jupyter-builder develop --overwrite . > /dev/null
	@touch $@

$(STAMPS)/browser: $(STAMPS)/python scripts/install_browser.py
	@$(BIN)/python scripts/install_browser.py
	@touch $@
