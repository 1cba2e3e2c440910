PYTHON ?= python3
PIP = .venv/bin/python -m pip --disable-pip-version-check -q
export PIP_CONSTRAINT = constraints.txt

.PHONY: serve test coverage test-fast check mutants bench clean

serve: .venv/.serve
	.venv/bin/feedsvc serve

test: .venv/.test
	.venv/bin/pytest -n auto --dist worksteal --cov=feedsvc/core --cov-report= $(PYTEST)
	.venv/bin/coverage report --include='feedsvc/core/*' --fail-under=100

# The same, and the coverage of every room: measuring it doubles the time.
coverage: .venv/.test
	.venv/bin/pytest -n auto --dist worksteal --cov --cov-report= $(PYTEST)
	.venv/bin/coverage report

test-fast: .venv/.test
	.venv/bin/pytest -n auto --dist worksteal -q tests/core tests/store

check: .venv/.test
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports

# MODULES="feedsvc/core/text.py ..." names what is mutated, MOST how often each is.
mutants: .venv/.test
	.venv/bin/python -m tests.support.mutants --most $(or $(MOST),10) $(MODULES)

bench: .venv/.test
	.venv/bin/python -m benchmarks

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "feedsvc needs Python 3.11 or later")'
	@$(PYTHON) -m venv .venv

.venv/.serve: .venv/bin/python pyproject.toml constraints.txt
	@echo "Installing what feedsvc needs into .venv (once) ..."
	@$(PIP) install -e .
	@touch $@

.venv/.test: .venv/.serve
	@echo "Installing the test tools into .venv (once) ..."
	@$(PIP) install -e '.[dev]'
	@touch $@

clean:
	rm -rf .venv var build dist .coverage .mypy_cache .ruff_cache .pytest_cache .hypothesis
