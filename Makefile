# Everything is done in a virtual environment of the project's own, which make builds by itself.
# `make help` lists the targets.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# The checks of `make test` in their order, pytest's closing line last.
.NOTPARALLEL:

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

BANDIT := $(BIN)/bandit --quiet --configfile pyproject.toml --recursive stream schemas

COMPILE := $(BIN)/uv pip compile --quiet --universal --generate-hashes --custom-compile-command 'make lock'

# Beside the environment, not in it: its wheels are for some Pythons only.
ATHERIS := 'atheris==3.0.0'
FUZZ_SECONDS ?= 60

# Beside it too: what `make bench` measures against is large, and nothing else needs it.
BENCH := .bench/packages
# Measures by name, all without it: make bench ONLY='peers lengths'
ONLY ?=

# A file of your own articles, JSON lines: make demo ARTICLES=file.jsonl
ARTICLES ?=

# Marked news to measure on, kept beside the project: dev.jsonl, seed.jsonl, gsr_dev.jsonl, and raw.jsonl.gz with the
# texts that tests/marks refers to.
EVAL ?= ../shared/eval
FIGURES := tests/evaluation/figures.json
MARKED := --marked $(EVAL)/dev.jsonl $(EVAL)/seed.jsonl tests/marks/written.jsonl --marks tests/marks/articles.jsonl \
	--sentences $(EVAL)/gsr_dev.jsonl --articles $(EVAL)/raw.jsonl.gz
INCIDENTS := tests/marks/incidents.jsonl
SKLEARN := $(BIN)/python -c 'import sklearn' 2>/dev/null || $(PIP) install 'scikit-learn>=1.5'

.PHONY: help setup demo test lint audit format types unit faults fuzz evaluate bench train lock clean
.PHONY: evaluate-update bench-update

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | while IFS=$$'\t' read -r name words; do printf '  make %-15s %s\n' "$$name" "$$words"; done

setup: $(STAMP) ## Build the virtual environment (the other targets do it when needed)

$(STAMP): requirements-dev.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo 'Python 3.11 or newer is needed. On Debian: apt-get install python3 python3-venv' >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$$($(PYTHON) --version) is too old: 3.11 or newer is needed. Name another one: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo 'Python has no venv module. On Debian: apt-get install python3-venv' >&2; exit 1; }
	@echo 'Setting up $(VENV) (once, and again when requirements-dev.lock changes)' >&2
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) install --require-hashes --only-binary :all: --requirement requirements-dev.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(STAMP) ## Articles through a real Kafka to typed alerts; ARTICLES=file.jsonl takes your own
	@$(BIN)/rasid demo $(if $(ARTICLES),"$(ARTICLES)")

test: lint types unit ## Lint, types, and all tests, those on a real Kafka included

lint: $(STAMP) ## Check style and format
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BANDIT)

format: $(STAMP) ## Mend what style checks can mend by themselves
	@$(BIN)/ruff check --fix-only --quiet
	@$(BIN)/ruff format

audit: $(STAMP) ## Look for unsafe code, and for known vulnerabilities of the dependencies (asks pypi.org)
	@$(BANDIT)
	@$(BIN)/python .ci/audit.py $(AUDIT)

types: $(STAMP) ## Check types
	@$(BIN)/mypy

unit: $(STAMP) ## The tests alone; PYTEST='-k name' chooses some
	@$(BIN)/python -m pytest $(PYTEST) --cov

faults: $(STAMP) ## Crashes, broker faults and a soak in their full sizes (over an hour); PYTEST='-k name' chooses some
	@$(BIN)/python -m pytest tests/faults --fault-scale full $(PYTEST)

fuzz: $(STAMP) ## Look for inputs that break something; FUZZ_SECONDS=600 looks longer
	@test -d .fuzz/packages || $(PIP) install --target .fuzz/packages --no-deps --only-binary :all: $(ATHERIS)
	@PYTHONPATH=.fuzz/packages:. $(BIN)/python tests/fuzzing/fuzz.py .fuzz/corpus -max_total_time=$(FUZZ_SECONDS) \
		-max_len=20000 -timeout=30 -artifact_prefix=.fuzz/ -print_final_stats=1

$(BENCH)/.installed: requirements-bench.lock
	@rm -rf $(BENCH)
	@$(PIP) install --target $(BENCH) --require-hashes --only-binary :all: --requirement $<
	@touch $@

bench: $(STAMP) $(BENCH)/.installed ## How fast, beside peers and the promised bars (quarter of an hour); ONLY='peers latency', QUICK=--quick
	@PYTHONPATH=$(BENCH) $(BIN)/python -m tests.benchmarks $(QUICK) $(ONLY:%=--only %) \
		--archive "$(EVAL)/raw.jsonl.gz" $(if $(ONLY)$(QUICK),,--output tests/benchmarks/RESULTS.md)

bench-update: $(STAMP) ## Accept the work that detection takes now: writes tests/benchmarks/work.json
	@$(BIN)/python -m tests.benchmarks.work --update

evaluate: $(STAMP) ## Measure on the marked news: the shipped model, held-out figures, then incidents (minutes)
	@test -d "$(EVAL)" || { echo 'There is no $(EVAL): name the folder of marked news, make evaluate EVAL=folder' >&2; exit 1; }
	@$(BIN)/python -m stream.evaluation.shipped "$(EVAL)" --quiet "$(EVAL)/raw.jsonl.gz"
	@$(SKLEARN)
	@$(BIN)/python -m stream.evaluation.cross_validate $(MARKED)
	@$(BIN)/rasid detect "$(EVAL)/raw.jsonl.gz" | $(BIN)/python -m stream.evaluation.incidents $(INCIDENTS) --archive -
	@$(BIN)/python -m stream.evaluation.shipped "$(EVAL)" --check $(FIGURES) >/dev/null

evaluate-update: $(STAMP) ## Accept the measured figures: writes tests/evaluation/figures.json and tests/golden/floors.json
	@$(BIN)/python -m stream.evaluation.shipped "$(EVAL)" --update $(FIGURES)
	@$(BIN)/python -m stream.evaluation.golden tests/golden --update

train: $(STAMP) ## Fit the shipped model anew from the marked news
	@$(SKLEARN)
	@$(BIN)/python -m stream.detection.train $(MARKED)

lock: $(STAMP) ## Resolve the dependencies anew into the lock files
	@$(PIP) install 'uv>=0.8'
	@$(COMPILE) --upgrade --group dev --output-file requirements-dev.lock pyproject.toml
	@$(COMPILE) --constraint requirements-dev.lock --extra otel --output-file requirements.lock pyproject.toml
	@$(COMPILE) --constraint requirements-dev.lock --group pyproject.toml:bench --output-file requirements-bench.lock

clean: ## Remove the virtual environment and everything that was built
	@rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage .fuzz .bench
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
