# Everything runs in .venv, which is made on first use and renewed when its inputs change.
# PYTHON=python3.12 chooses the interpreter. uv installs where it is on PATH; where it is not, or cannot
# (it does not read pip's settings), pip does.

PYTHON ?=
SOURCES ?=
NAMES ?=
BIN := .venv/bin
READY := .venv/.ready

.PHONY: help demo test test-all lint docs bench vendor screenshots serve
.DEFAULT_GOAL := help

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' $(MAKEFILE_LIST) | expand -t 13

demo: $(READY) ## a city on this machine: pull, load, publish, summary
	@$(BIN)/open311-etl demo

test: $(READY) ## the tests
	@$(BIN)/python -m pytest -n auto --maxprocesses 4

test-all: $(READY) ## the tests and the longer proofs
	@$(BIN)/python -m pytest -n auto --maxprocesses 4 -m ''

lint: $(READY) ## format, lint, types, imports
	@$(BIN)/ruff format --check
	@$(BIN)/ruff check
	@$(BIN)/mypy
	@$(BIN)/lint-imports

docs: $(READY) ## the pages of docs/ that are written from code and SQL
	@for page in configuration sandbox cli recipes data_dictionary lineage counting; do \
	  $(BIN)/python docs/write_$$page.py || exit 1; done

bench: $(READY) ## the benchmarks, or some: make bench NAMES="pull load"
	@$(BIN)/python -m bench $(NAMES)

vendor: $(READY) ## the dashboard's libraries, from npm
	@$(BIN)/python docs/write_vendor.py

screenshots: $(READY) ## the pictures of the dashboard; look at them
	@$(BIN)/python docs/write_screenshots.py

serve: $(READY) ## pull each night until Ctrl-C: make serve SOURCES="chicago boston"
	@$(BIN)/python -m flows.serve $(SOURCES)

# A command name on PATH is no proof of an interpreter (pyenv's shims), so each is run.
# 3.14 is the newest that Prefect allows.
$(READY): pyproject.toml constraints.txt
	@$(BIN)/python -c '' 2>/dev/null || { \
	  for python in $(PYTHON) $(if $(PYTHON),,python3.14 python3.13 python3.12 python3.11 python3); do \
	    "$$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 15))' 2>/dev/null \
	      && break; python=; done; \
	  [ -n "$$python" ] || { echo 'Python 3.11 to 3.14 is needed, and none was found on PATH;' \
	    'install one, or name it: make PYTHON=/path/to/python3.11' >&2; exit 1; }; \
	  "$$python" -m venv --clear .venv || { echo 'No virtual environment could be made;' \
	    'on Debian and Ubuntu install the package python3-venv' >&2; exit 1; }; }
	@echo 'Installing into .venv (once, and when pyproject.toml or constraints.txt change)'
	@{ command -v uv >/dev/null \
	    && uv pip install --quiet --python $(BIN)/python --constraint constraints.txt -e '.[all,dev]'; } \
	  || $(BIN)/python -m pip install --quiet --disable-pip-version-check \
	    --constraint constraints.txt -e '.[all,dev]'
	@touch $@
