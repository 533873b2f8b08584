# Everything a person or the CI does with this project. PowerShell: see README.md.

# A pyenv shim exists for versions that do not run, so each is tried.
PYTHON := $(or $(PYTHON),$(shell for python in python3 python3.13 python3.12 python3.11; do \
    $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; \
    done),python3)
VENV := .venv/bin
ARGS ?=

.PHONY: run test check bench clean setup setup-dev lock needs-window needs-qt
# The prerequisites of a target are steps in an order.
.NOTPARALLEL:

run: needs-window setup
	@$(VENV)/python -m app $(ARGS)

test: needs-qt setup-dev
	$(VENV)/python -m pytest $(ARGS)

check: setup-dev
	$(VENV)/ruff check .
	$(VENV)/ruff format --check .
	$(VENV)/mypy
	$(VENV)/lint-imports

bench: needs-qt setup-dev
	PYTHONPATH=tests $(VENV)/python -m bench $(ARGS)

# Asked first: nobody should learn after a long build that it was for nothing.
needs-window:
	@$(PYTHON) -m tools.preflight window

needs-qt:
	@$(PYTHON) -m tools.preflight tests

setup:
	@$(PYTHON) -m tools.setup_venv

setup-dev:
	@$(PYTHON) -m tools.setup_venv --dev

clean:
	rm -rf .venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Writes requirements/*.txt anew: the newest versions pyproject.toml allows, for every
# system, with the hashes of all their files and without naming any index.
lock:
	$(PYTHON) -m venv build/lock
	build/lock/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/lock.txt
	build/lock/bin/python -m tools.lock $(ARGS)
