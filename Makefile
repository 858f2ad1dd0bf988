# What a newcomer types. Each target makes what it needs; nothing has to be done before.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RML := .venv-morph-kgc
CKAN := .venv-ckan
EDITOR := src/atmpgraph/web/static/editor.js
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header
.DEFAULT_GOAL := help
.PHONY: help serve test test-clients check bench lock clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

serve: $(VENV)/.serve $(EDITOR) ## build the release from data/ and serve it on http://127.0.0.1:8000/ (ATMPGRAPH_SERVER_PORT)
	$(BIN)/atmpgraph build
	$(BIN)/atmpgraph serve

test: $(VENV)/.dev $(EDITOR) $(RML)/.installed .w3c/.unpacked ## everything that must hold: formatting, types, tests, coverage
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest -n auto --dist loadfile --cov --cov-report=term

test-clients: $(VENV)/.dev tests/clients/node_modules/.installed $(CKAN)/.installed ## clients that install slowly: of npm, of R, roqet, CKAN
	.ci/apt rasqal-utils r-cran-sparql
	$(BIN)/pytest -m installed tests/clients

check: $(VENV)/.serve ## check tables, mapping and shapes; change nothing
	$(BIN)/atmpgraph check

bench: $(VENV)/.dev $(RML)/.installed ## the measurements, as ratios
	$(BIN)/python -m benchmarks.mapping
	$(BIN)/atmpgraph build && $(BIN)/python -m benchmarks.queries && $(BIN)/python -m benchmarks.rows

lock: $(VENV)/.dev ## lock the dependencies anew, with hashes
	$(BIN)/pip install --quiet uv
	$(COMPILE) pyproject.toml requirements/packaging.in --extra build -o requirements/build.lock
	$(COMPILE) pyproject.toml requirements/packaging.in --extra build --extra dev -o requirements/dev.lock
	$(COMPILE) requirements/morph-kgc.in -o requirements/morph-kgc.lock
	$(COMPILE) requirements/ckan.in --override requirements/ckan.overrides -o requirements/ckan.lock
	$(BIN)/npm update --silent --package-lock-only

clean: ## forget environments and releases
	rm -rf $(VENV) $(RML) $(CKAN) releases .w3c node_modules tests/clients/node_modules $(EDITOR) $(EDITOR:.js=.css) $(dir $(EDITOR))results.js

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

# Programs of others that ask for other versions than we do, each in an environment of its own.
.venv-%/.installed: requirements/%.lock
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r $<
	@touch $@

.w3c/.unpacked: requirements/w3c.lock | $(VENV)/.dev
	$(BIN)/pip download --quiet --require-hashes --no-deps --no-binary rdflib --dest .w3c -r requirements/w3c.lock
	tar -xzf .w3c/rdflib-*.tar.gz -C .w3c
	@touch $@

# The scripts of the pages, bundled from npm packages; none of these runs anything when it is installed.
$(EDITOR): package.json node_modules/.installed $(wildcard editor/*)
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/npm run --silent build

node_modules/.installed: package-lock.json .npmrc | $(VENV)/.serve
	$(BIN)/npm ci --silent
	@touch $@

tests/clients/node_modules/.installed: tests/clients/package-lock.json tests/clients/.npmrc | $(VENV)/.serve
	$(BIN)/npm --prefix tests/clients ci --silent
	@touch $@
