# What a newcomer types. Each target makes what it needs; nothing has to be done before.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RML := .venv-morph-kgc
CKAN := .venv-ckan
FAIR := .venv-fair
PEERS := .venv-peers
SCRIPTS := $(addprefix src/atmpgraph/web/static/,editor.css editor.js results.js search.js)
DOCUMENTATION := src/atmpgraph/web/documentation.json
# What depends on the store most, of the conformance suite; `make bench` runs all of it over each engine.
OVER_ENGINES := $(addprefix tests/http/conformance/test_,representations.py client_requests.py profiles.py links.py memento.py)
COMPILE := .venv-locking/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
  --no-emit-index-url --emit-build-options --no-header
# A test that fails is run once more and listed as rerun (docs/decisions/reruns.md).
AGAIN := --reruns 1 -r R
# Tests wait for a quarter of their time: of six folders, two workers took 363 s on two cores and three took 294; all tests
# took three 1,269 s and four 1,158.
WORKERS = $(shell echo $$(($$(getconf _NPROCESSORS_ONLN) * 2)))
PARALLEL = -n $(WORKERS) --dist loadfile --no-loadscope-reorder
# Tests start hundreds of processes: each would compile all modules again where Python is told to keep no code of them.
unexport PYTHONDONTWRITEBYTECODE
.DEFAULT_GOAL := help
.PHONY: help serve wheel test coverage environments test-clients test-container check bench bench-short texts lock clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

serve: $(VENV)/.serve $(SCRIPTS) $(DOCUMENTATION) ## build the release from data/ and serve it on http://127.0.0.1:8000/ (ATMPGRAPH_SERVER_PORT)
	$(BIN)/atmpgraph build
	$(BIN)/atmpgraph serve

test: $(VENV)/.dev $(SCRIPTS) $(DOCUMENTATION) .w3c/.unpacked ## what must hold: formatting, types, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy & types=$$!; $(BIN)/pytest $(PARALLEL) $(AGAIN) $(TRACED); failed=$$?; wait $$types && exit $$failed

coverage: TRACED := --cov --cov-report=term
coverage: test ## the same tests, traced: half as long again; fails where less of the code is run than must be

environments: tests/clients/node_modules/.installed $(CKAN)/.installed $(FAIR)/.installed $(RML)/.installed $(PEERS)/.installed ## what test-clients and bench-short need besides
	.ci/apt rasqal-utils r-cran-sparql libapache-jena-java default-jre-headless systemd-container apache2 rsync virtuoso-opensource-7 virtuoso-opensource-7-bin

test-clients: $(VENV)/.dev $(SCRIPTS) $(DOCUMENTATION) .w3c/.unpacked environments ## with programs that install slowly
	$(BIN)/pytest -m "clients and not alone" $(PARALLEL) $(AGAIN)
	$(BIN)/pytest -m alone $(AGAIN) $$(grep -rl --include='test_*' 'mark[.]alone' tests)
	ENGINE=oxigraph $(BIN)/pytest --no-cov -q $(AGAIN) $(OVER_ENGINES) & other=$$!; \
	ENGINE=virtuoso $(BIN)/pytest --no-cov -q $(AGAIN) $(OVER_ENGINES); failed=$$?; wait $$other && exit $$failed

test-container: $(VENV)/.dev $(SCRIPTS) $(DOCUMENTATION) ## the image and the compose file under Docker (by root; some minutes)
	.ci/apt debootstrap docker.io docker-compose
	$(BIN)/pytest -m container

wheel: $(VENV)/.serve $(SCRIPTS) $(DOCUMENTATION) ## the package, with the scripts of its pages and the documentation, in dist/
	$(BIN)/python $(PIP) wheel $(OURS) --wheel-dir dist .

check: $(VENV)/.serve ## check tables, mapping and shapes; change nothing
	$(BIN)/atmpgraph check

bench: $(VENV)/.dev $(SCRIPTS) $(DOCUMENTATION) $(RML)/.installed $(PEERS)/.installed benchmarks/peers/npm/node_modules/.installed ## all measurements, as ratios, beside what is wanted (an hour)
	.ci/apt nginx wrk virtuoso-opensource-7 virtuoso-opensource-7-bin
	$(BIN)/python -m benchmarks --write
	$(BIN)/python -m benchmarks --short --write
	$(BIN)/python -m benchmarks.mapping
	$(BIN)/atmpgraph build && $(BIN)/python -m benchmarks.queries && $(BIN)/python -m benchmarks.rows && $(BIN)/python -m benchmarks.lookups
	$(BIN)/python -m benchmarks.observability
	LONG=1 $(BIN)/pytest --no-cov -q -n auto --dist loadfile $$(grep -rlE --include='test_*' '^from [.]+long import' tests) tests/http/conformance
	LONG=1 $(BIN)/pytest --no-cov -q -m clients tests/clients/test_shacl.py
	for ENGINE in oxigraph virtuoso; do LONG=1 ENGINE=$$ENGINE $(BIN)/pytest --no-cov -q -n auto --dist loadfile tests/http/conformance || exit; done

bench-short: $(VENV)/.dev $(SCRIPTS) $(DOCUMENTATION) $(PEERS)/.installed ## the quick ones; fails where a ratio is half of docs/benchmarks/short.json
	.ci/apt nginx wrk
	$(BIN)/python -m benchmarks --short --check

texts: $(VENV)/.dev ## bring the catalogues of texts up to date with code and templates
	$(BIN)/python -m tests.messages

lock: .venv-locking/.installed ## lock the dependencies anew, with hashes
	$(COMPILE) requirements/installer.in -o requirements/installer.lock
	$(COMPILE) requirements/locking.in -o requirements/locking.lock
	$(COMPILE) pyproject.toml requirements/packaging.in --extra build -o requirements/build.lock
	$(COMPILE) pyproject.toml --extra build --constraint requirements/build.lock -o requirements/run.lock
	$(COMPILE) pyproject.toml requirements/packaging.in --extra build --extra dev -o requirements/dev.lock
	$(COMPILE) requirements/morph-kgc.in -o requirements/morph-kgc.lock
	$(COMPILE) requirements/docs.in -o requirements/docs.lock
	$(COMPILE) requirements/peers.in -o requirements/peers.lock
	$(COMPILE) requirements/fair.in -o requirements/fair.lock
	$(COMPILE) requirements/ckan.in --override requirements/ckan.overrides -o requirements/ckan.lock
	$(MAKE) $(VENV)/.dev
	$(BIN)/npm update --silent --package-lock-only

clean: ## forget environments and releases
	rm -rf .venv .venv-* .bench releases .w3c node_modules tests/clients/node_modules benchmarks/peers/npm/node_modules $(SCRIPTS) $(DOCUMENTATION)

# An environment is what its lock lists: each file by its hash, nothing besides, nothing compiled by tools of the day.
# Where a machine has no wheels, `make WHEELS= …` compiles what it must, with tools that are not locked.
WHEELS := --only-binary :all: --no-build-isolation
PIP := -m pip --disable-pip-version-check
LOCKED := --quiet --require-hashes --no-deps $(WHEELS)
OURS := --quiet --no-deps --no-build-isolation
CHECK := check || { echo "An earlier lock may have left a package behind: make clean" >&2; exit 1; }

# First the installer, by the pip that Python brings, however old; all else by this one (docs/decisions/installer.md).
.PRECIOUS: %/.installer
%/.installer: requirements/installer.lock
	$(PYTHON) -m venv $*
	$*/bin/python $(PIP) install $(LOCKED) -r $<
	@touch $@

$(VENV)/.serve: requirements/build.lock pyproject.toml | $(VENV)/.installer
	$(BIN)/python $(PIP) install $(LOCKED) -r $<
	$(BIN)/python $(PIP) install $(OURS) --editable .
	$(BIN)/python $(PIP) $(CHECK)
	@touch $@

$(VENV)/.dev: requirements/dev.lock pyproject.toml | $(VENV)/.installer
	$(BIN)/python $(PIP) install $(LOCKED) -r $<
	$(BIN)/python $(PIP) install $(OURS) --editable .
	$(BIN)/python $(PIP) $(CHECK)
	@touch $@ $(VENV)/.serve

# Programs of others that ask for other versions than we do, each in an environment of its own.
.venv-%/.installed: requirements/%.lock | .venv-%/.installer
	$(@D)/bin/python $(PIP) install --no-compile $(LOCKED) -r $<
	$(@D)/bin/python $(PIP) $(CHECK)
	@touch $@

.w3c/.unpacked: requirements/w3c.lock | $(VENV)/.dev
	$(BIN)/python $(PIP) download $(LOCKED) --dest $(@D) -r $<
	tar -xzf .w3c/rdflib-*.tar.gz -C .w3c
	@touch $@

# The scripts of the pages, bundled from npm packages; none of these runs anything when it is installed.
$(SCRIPTS) &: package.json node_modules/.installed $(wildcard editor/*)
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/npm run --silent build

# The documentation as the site shows it, checked for links that lead nowhere.
$(DOCUMENTATION): .venv-docs/.installed docs/conf.py $(wildcard docs/*.md docs/*/*.md)
	rm -rf .venv-docs/pages
	.venv-docs/bin/sphinx-build -q -W -b json docs .venv-docs/pages

node_modules/.installed: package-lock.json .npmrc | $(VENV)/.serve
	$(BIN)/npm ci --silent
	@touch $@

benchmarks/peers/npm/node_modules/.installed: benchmarks/peers/npm/package-lock.json benchmarks/peers/npm/.npmrc | $(VENV)/.serve
	$(BIN)/npm --prefix benchmarks/peers/npm ci --silent
	@touch $@

tests/clients/node_modules/.installed: tests/clients/package-lock.json tests/clients/.npmrc | $(VENV)/.serve
	$(BIN)/npm --prefix tests/clients ci --silent
	@touch $@
