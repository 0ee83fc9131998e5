# What a user types. The same targets run in continuous integration (.ci/run).
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
ORACLE ?= ../shared/oracle/public

.DEFAULT_GOAL := report
.PHONY: report test lint format bench docs lock oracle simulate clean

report: $(VENV)/.ready  ## run the pipeline on the bundled study
	@$(BIN)/snakemake
	@echo "Report: reports/ldn/report.html"

test: $(VENV)/.ready  ## the whole test suite
	@$(BIN)/python -m pytest -n auto --dist loadfile

lint: $(VENV)/.ready  ## style, types, import direction, workflow lint
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/snakefmt --check Snakefile workflow
	@$(BIN)/lint-imports
	@$(BIN)/mypy
	@$(BIN)/snakemake --lint

format: $(VENV)/.ready
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@$(BIN)/snakefmt Snakefile workflow

bench: $(VENV)/.ready  ## speed and memory, asserted
	@$(BIN)/python -m benchmarks

oracle: $(VENV)/.ready  ## reference values: make oracle ORACLE=folder
	@$(BIN)/python tests/reference/run.py $(ORACLE)

simulate: $(VENV)/.ready  ## writes data/raw/ldn again, byte for byte
	@$(BIN)/python -m dose_outcomes.simulate

docs: $(VENV)/.ready  ## pages and schema that are written from the code
	@$(BIN)/python -m dose_outcomes.cohort.documentation
	@$(BIN)/python -m dose_outcomes.cohort.checks.documentation
	@$(BIN)/python -m dose_outcomes.catalogue.documentation
	@$(BIN)/python -m dose_outcomes.study.schema

lock:  ## writes requirements.lock from pyproject.toml
	@$(PYTHON) -m venv $(VENV)-lock && $(VENV)-lock/bin/pip -q install uv
	@$(VENV)-lock/bin/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 \
	    --generate-hashes --no-emit-index-url --custom-compile-command "make lock" --quiet -o requirements.lock
	@rm -rf $(VENV)-lock

clean:
	rm -rf .snakemake data/derived data/logs reports/*/

# One environment for everything, from the lock file alone: every package is checked by its hash.
$(VENV)/.ready: requirements.lock pyproject.toml
	@echo "Making $(VENV) from requirements.lock (once; some minutes)"
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
