# All commands are here; `make` lists them. .ci/setup makes ready what they need.

# The address to serve at, as in `make run PORT=8502`. Empty: 127.0.0.1 and 8501.
HOST ?=
PORT ?=
# 1 lets phones in this network find rooms, and nothing else.
ROOM ?=
# A Python to use instead of the first that is found: `make run PYTHON=python3.13`.
PYTHON ?=
# Four at a time, for browsers wait more than they compute; whoever is done first takes over from
# the others.
PYTEST_OPTIONS ?= -n 4 --dist worksteal

# For `make bench`, `make bench-labels` and `make bench-quality`: a file with the MNIST digits.
MNIST ?=
# For `make bench`: whether to measure a million items.
MILLION ?=
# For `make bench-labels`: the folders stamps of tuxpaint-stamps-default and fashion-mnist of
# dataset-fashion-mnist, packages of Debian. CONTRIBUTING.md says how to get them.
PHOTOGRAPHS ?=
FASHION ?=
# For `make lock`: 1 takes the newest release of all that the pinned packages need, a name of that one.
UPGRADE ?=
# For `make load`: so many rounds in all instead, to watch memory; in so many minutes, or without a
# pause.
ROUNDS ?=
MINUTES ?=

BIN := .venv/bin
# Runs a script of package.json.
NODE := PATH="$(CURDIR)/$(BIN):$$PATH" node --run
export PYTHON

# A list is complete: what is to be there is installed from that one. Versions that a list has
# stay, unless pyproject.toml or UPGRADE says otherwise.
LOCK = UV_CUSTOM_COMPILE_COMMAND='make lock' $(BIN)/uv pip compile --quiet --universal --generate-hashes \
	$(if $(filter 1,$(UPGRADE)),--upgrade,$(addprefix --upgrade-package ,$(UPGRADE)))

.DEFAULT_GOAL := help
.PHONY: help run test coverage browser lint format contract components bench bench-labels bench-quality bench-scale faults load lock audit hooks clean

help:  ## Say what there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s%s\n", $$1, $$2 }' Makefile

run:  ## Install what is missing and open Labelspread
	@.ci/setup run
	@$(BIN)/python -m pages._ui.server $(if $(HOST),--host $(HOST)) $(if $(PORT),--port $(PORT)) \
		$(if $(filter 1,$(ROOM)),--room)

# Bytecode is kept even where Python is told not to: each worker, and each server that is started,
# would compile the same files anew.
test: browser lint  ## Run all checks, then all tests
	$(NODE) test
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest $(PYTEST_OPTIONS)

# By itself, for it takes half as much time again.
coverage: browser  ## Run all tests and say which lines none of them runs: 95 % have to be
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest --cov --cov-report term:skip-covered $(PYTEST_OPTIONS)

# First, so that what is missing is said at once and not after the checks.
browser:
	@.ci/setup test

lint:  ## Check style, types, the components and what Docker reads
	@.ci/setup lint
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(NODE) lint
	$(NODE) types
	$(NODE) fresh
	$(BIN)/hadolint Dockerfile
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec compose.yaml compose.local.yaml

format:  ## Put the code into its one style
	@.ci/setup lint
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

contract:  ## Write what the components are sent as types, from the models of the server
	@.ci/setup lint
	$(NODE) contract

components:  ## Bundle the components' JavaScript from its source
	@.ci/setup lint
	$(NODE) build

bench:  ## Measure what is promised of speed and memory
	@.ci/setup bench
	@$(BIN)/python -m tests.benchmarks $(if $(MNIST),--mnist $(MNIST)) $(if $(MILLION),--million)

bench-labels:  ## Count the labels it takes, here and with other tools
	@.ci/setup bench
	@$(BIN)/python -m pytest -q tests/benchmarks
	@$(BIN)/python -m tests.benchmarks.labels $(if $(MNIST),--mnist $(MNIST)) \
		$(if $(PHOTOGRAPHS),--photographs $(PHOTOGRAPHS)) $(if $(FASHION),--fashion $(FASHION))

bench-quality:  ## See whether what is said of quality holds
	@.ci/setup bench
	@$(BIN)/python -m tests.benchmarks.quality $(if $(MNIST),--mnist $(MNIST))

bench-scale:  ## Measure sets that outgrow a machine; HUGE=1 takes an hour or more
	@.ci/setup bench
	@$(BIN)/python -m tests.benchmarks.beyond $(if $(MNIST),--mnist $(MNIST)) $(if $(HUGE),--huge)

faults:  ## Let thousands of things go wrong while people label, and count what is lost
	@.ci/setup test
	@$(BIN)/python -m tests.faults

load:  ## Let many people label at once, and see how long they wait
	@.ci/setup bench
	@$(BIN)/python -m tests.load $(if $(ROUNDS),--rounds $(ROUNDS) --minutes $(or $(MINUTES),0))

image:  ## Do what Docker would do, and try what comes of it; as root
	@.ci/setup bench
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m tests.image

lock:  ## Write the locks anew from pyproject.toml, hashes included
	@.ci/setup maintain
	$(LOCK) pyproject.toml --output-file requirements.txt
	$(LOCK) pyproject.toml --extra export --constraint requirements.txt --output-file requirements-export.txt
	$(LOCK) pyproject.toml --extra remote --constraint requirements-export.txt --output-file requirements-remote.txt
	$(LOCK) pyproject.toml --extra export --group dev --constraint requirements-export.txt --constraint requirements-remote.txt --output-file requirements-dev.txt
	$(LOCK) pyproject.toml --extra export --group dev --group bench --constraint requirements-dev.txt --output-file requirements-bench.txt
	$(LOCK) --group maintain --constraint requirements-bench.txt --output-file requirements-maintain.txt

audit:  ## Look for known vulnerabilities in what is installed from the locks
	@.ci/setup maintain
	@.ci/audit

hooks:  ## Check each commit before it is made, from now on
	@.ci/setup lint
	@.ci/setup maintain
	$(BIN)/pre-commit install

clean:  ## Remove what these commands made; labels stay
	rm -rf build .venv .coverage node_modules .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +
