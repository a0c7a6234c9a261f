# Two commands: `make run` opens the app, `make test` checks everything. The rest is for those who change the code.
PYTHON ?= python3
PY = .venv/bin/python
PIP = $(PY) -m pip --disable-pip-version-check --quiet
PORT ?= 8501

.PHONY: run install test lint sample validate bench screens test-duckdb2 lock clean

run: install store/sample/CURRENT
	@$(PY) -m dashboard.cli serve --port $(PORT)

install: .venv/run-installed

test: .venv/test-installed
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@CONTRAFLOW_CHROMIUM="$$(sh tests/browser/find_browser.sh "$(PY)")" $(PY) -m pytest $(PYTEST)

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

# ratios to named peers; searoute, networkx and fiona are left out where they are not installed
bench: store/sample/CURRENT
	@for name in nullmodel routes deck exports "filters store/sample"; do \
		echo "== $$name"; OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(PY) -m bench.$$name || exit 1; done

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

# new versions on purpose: hashes yes, index addresses no
COMPILE = .venv-lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-annotate --no-header
lock:
	@test -x .venv-lock/bin/uv || ($(PYTHON) -m venv .venv-lock && .venv-lock/bin/python -m pip -q install uv)
	@echo "duckdb==1.5.5" | $(COMPILE) pyproject.toml --extra install -c - -o requirements.lock
	@echo "duckdb==1.5.5" | $(COMPILE) pyproject.toml --extra install --extra test -c - -o requirements-test.lock
	@echo "duckdb==2.0.0" | $(COMPILE) - -o requirements-duckdb2.lock

clean:
	rm -rf .venv .venv-duckdb2 .venv-lock store build
