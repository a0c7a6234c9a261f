# Two commands: `make run` opens the app, `make test` checks everything. The rest is for those who change the code.
PYTHON ?= python3
PY = .venv/bin/python
PIP = $(PY) -m pip --disable-pip-version-check --quiet
PORT ?= 8501

.PHONY: run install test lint sample validate bench bench-peers screens test-duckdb2 lock clean

run: install store/sample/CURRENT
	@$(if $(ROLE),CONTRAFLOW_ROLE='$(ROLE)') $(PY) -m dashboard.cli serve --port $(PORT)

install: .venv/run-installed

test: .venv/test-installed
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@CONTRAFLOW_CHROMIUM="$$(sh tests/browser/find_browser.sh "$(PY)")" $(PY) -m pytest -n 2 --no-loadscope-reorder $(PYTEST)

lint: .venv/test-installed
	@$(PY) -m ruff check . && $(PY) -m ruff format --check . && $(PY) -m mypy

sample store/sample/CURRENT: | .venv/run-installed
	@$(PY) -m dashboard.cli sample --out store/sample

# the reduced run of S0 to S15 that the program ships with; its figures must be the same on every machine
validate: .venv/run-installed
	@$(PY) -m dashboard.cli validate --out data/reference

# a picture of every page on the sample: on a laptop, on a phone, dark
screens: .venv/test-installed store/sample/CURRENT
	@CONTRAFLOW_CHROMIUM="$$(sh tests/browser/find_browser.sh "$(PY)")" $(PY) docs/make_screenshots.py

# ratios to named peers; those that are not installed are named and left out: `make bench-peers` installs them all, into
# an environment of their own. One case: make bench ONLY=P1,E1; smaller: make bench SCALE=0.1
ONLY ?=
SCALE ?= 1.0
BENCH_PY = $(if $(wildcard .venv-bench/installed),.venv-bench/bin/python,$(PY))
bench: store/sample/CURRENT
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BENCH_PY) -m bench --only "$(ONLY)" --scale $(SCALE) \
		$(if $(ONLY),,--out bench/RESULTS.md)

bench-peers: .venv-bench/installed

# the same code on DuckDB 2.0, in an environment of its own
test-duckdb2: .venv-duckdb2/installed
	@.venv-duckdb2/bin/python -m pytest tests --ignore tests/browser $(PYTEST)

.venv/run-installed: requirements.lock pyproject.toml
	@echo "Installing into .venv (once; about a minute)"
	@test -x $(PY) || $(PYTHON) -m venv .venv
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/test-installed: .venv/run-installed requirements-test.lock
	@$(PIP) install --require-hashes -r requirements-test.lock
	@touch $@

.venv-duckdb2/installed: requirements-test.lock requirements-duckdb2.lock
	@test -x .venv-duckdb2/bin/python || $(PYTHON) -m venv .venv-duckdb2
	@.venv-duckdb2/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r requirements-test.lock
	@.venv-duckdb2/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r requirements-duckdb2.lock
	@.venv-duckdb2/bin/python -m pip --disable-pip-version-check --quiet install --no-deps --no-build-isolation --editable .
	@touch $@

.venv-bench/installed: requirements-bench.lock
	@test -x .venv-bench/bin/python || $(PYTHON) -m venv .venv-bench
	@.venv-bench/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r requirements-bench.lock
	@.venv-bench/bin/python -m pip --disable-pip-version-check --quiet install --no-deps --no-build-isolation --editable .
	@touch $@

# new versions on purpose: hashes yes, index addresses no
COMPILE = .venv-lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-annotate --no-header
lock:
	@test -x .venv-lock/bin/uv || ($(PYTHON) -m venv .venv-lock && .venv-lock/bin/python -m pip -q install uv)
	@echo "duckdb==1.5.5" | $(COMPILE) pyproject.toml --extra install -c - -o requirements.lock
	@echo "duckdb==1.5.5" | $(COMPILE) pyproject.toml --extra install --extra test -c - -o requirements-test.lock
	@echo "duckdb==1.5.5" | $(COMPILE) pyproject.toml --extra install --extra bench -c - -o requirements-bench.lock
	@echo "duckdb==2.0.0" | $(COMPILE) - -o requirements-duckdb2.lock

clean:
	rm -rf .venv .venv-duckdb2 .venv-bench .venv-lock store build
