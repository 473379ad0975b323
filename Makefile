# `make lab` and `make test` set up everything they need in .venv. All they assume is Python 3.11 or later, and a C/C++ compiler.

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
BIN = .venv/bin
PIP = $(BIN)/python -m pip install --disable-pip-version-check --quiet
WORKERS ?= 2

.PHONY: lab test test-core install lint format bench crash clean

lab: .venv/.core  ## open the lab on a workspace in ./workspace
	$(BIN)/byhand lab --folder workspace $(ARGS)

install: .venv/.core  ## install byhand into .venv

test: .venv/.test  ## run all tests
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

test-core: .venv/.test-core  ## run the tests that need no PyTorch
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "not torch" $(ARGS)

lint: .venv/.test .venv/.lint  ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright

format: .venv/.lint  ## put the style right
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/.test  ## measure speed side by side, print ratios
	$(BIN)/python -m benchmarks.step
	$(BIN)/python -m benchmarks.latency
	$(BIN)/python -m benchmarks.neighbours

crash: .venv/.test  ## kill training runs and workers of a sweep; what is resumed must be the same, and nothing lost
	$(BIN)/python -m benchmarks.crash
	$(BIN)/python -m benchmarks.sweep_crash

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "byhand needs Python 3.11 or later: install one, or say make PYTHON=/path/to/python3.11" >&2; exit 1; }
	$(PYTHON) -m venv .venv

.venv/.core: pyproject.toml hatch_build.py | .venv/bin/python
	@echo "Setting up in .venv (a minute, the first time) ..."
	$(PIP) -e .
	@touch $@

.venv/.test-core: .venv/.core
	$(PIP) -e '.[test-core]'
	@touch $@

.venv/.test: .venv/.test-core
	@echo "Adding PyTorch and the test tools ..."
	$(PIP) -e '.[test]'
	@touch $@

.venv/.lint: pyproject.toml | .venv/bin/python
	$(PIP) -e '.[lint]'
	@touch $@

clean:  ## remove what was built and installed here (not your workspace)
	rm -rf .venv dist build src/byhand/lab/static/vendor
