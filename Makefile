PYTHON ?= python3
PIP = .venv/bin/python -m pip --disable-pip-version-check -q
export PIP_CONSTRAINT = constraints.txt
# Without compiled files each process of a test run compiles all tests, and each feedsvc all of its modules.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: serve test test-core test-rooms coverage test-fast check mutants bench dist clean

serve: .venv/.serve
	.venv/bin/feedsvc serve

RUN = .venv/bin/pytest --dist worksteal -n
CORE_IS_COVERED = .venv/bin/coverage report --include='feedsvc/core/*' --fail-under=100

ifdef PYTEST
test: .venv/.test
	$(RUN) auto $(PYTEST)
else
test: test-core test-rooms
endif

# Measuring the coverage nearly doubles the processor time, so only that of core/ is measured, by its own tests
# (see tests/core/conftest.py). They wait for nothing, so one process for each core is enough.
test-core: .venv/.test
	$(RUN) logical -q --cov=feedsvc/core --cov-report= tests/core
	$(CORE_IS_COVERED)

test-rooms: .venv/.test
	$(RUN) auto --ignore=tests/core

# The coverage of every room.
coverage: .venv/.test
	$(RUN) auto --cov --cov-report= $(PYTEST)
	.venv/bin/coverage report

test-fast: .venv/.test
	$(RUN) auto -q tests/core tests/store

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
	.venv/bin/python -m benchmarks growth

# The files for a package index, in dist/.
dist: .venv/.test
	@! grep -n 'feedsvc\.example' pyproject.toml || { echo "pyproject.toml: replace feedsvc.example with the address of the repository first"; exit 1; }
	.venv/bin/python -m hatchling build

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "feedsvc needs Python 3.11 or later")'
	@$(PYTHON) -m venv .venv

.venv/.serve: .venv/bin/python pyproject.toml constraints.txt
	@echo "Installing what feedsvc needs into .venv (once) ..."
	@$(PIP) install -e .
	@touch $@

.venv/.test: .venv/bin/python pyproject.toml constraints.txt
	@echo "Installing what feedsvc and its tests need into .venv (once) ..."
	@$(PIP) install -e '.[dev]'
	@touch .venv/.serve $@

clean:
	rm -rf .venv var build dist .coverage .mypy_cache .ruff_cache .pytest_cache .hypothesis
