# What a newcomer types. Each target makes what it needs; nothing has to be done before.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RML := .venv-morph-kgc
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header
.DEFAULT_GOAL := help
.PHONY: help serve test check bench lock clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

serve: $(VENV)/.serve ## build the release from data/ and serve it on http://127.0.0.1:8000/ (ATMPGRAPH_PORT)
	$(BIN)/atmpgraph build
	$(BIN)/atmpgraph serve

test: $(VENV)/.dev $(RML)/.installed ## everything that must hold: formatting, types, tests, coverage
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest --cov --cov-report=term

check: $(VENV)/.serve ## check tables, mapping and shapes; change nothing
	$(BIN)/atmpgraph check

bench: $(VENV)/.dev $(RML)/.installed ## the measurements, as ratios
	$(BIN)/python -m benchmarks.mapping

lock: $(VENV)/.dev ## lock the dependencies anew, with hashes
	$(BIN)/pip install --quiet uv
	$(COMPILE) pyproject.toml requirements/packaging.in --extra build -o requirements/build.lock
	$(COMPILE) pyproject.toml requirements/packaging.in --extra build --extra dev -o requirements/dev.lock
	$(COMPILE) requirements/morph-kgc.in -o requirements/morph-kgc.lock

clean: ## forget environments and releases
	rm -rf $(VENV) $(RML) releases

INSTALL = $(BIN)/pip install --quiet --disable-pip-version-check

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.serve: requirements/build.lock pyproject.toml | $(BIN)/python
	$(INSTALL) --require-hashes -r requirements/build.lock
	$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements/dev.lock pyproject.toml | $(BIN)/python
	$(INSTALL) --require-hashes -r requirements/dev.lock
	$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@ $(VENV)/.serve

$(RML)/.installed: requirements/morph-kgc.lock
	$(PYTHON) -m venv $(RML)
	$(RML)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/morph-kgc.lock
	@touch $@
