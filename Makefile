# `make new` and `make test` do all the set-up they need; run `make` for the list.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup new install test test-quick test-full coverage lint benchmark release-templates clean

help:  ## Show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 20

setup: $(STAMP)  ## Make the virtual environment that everything here runs in

$(STAMP): pyproject.toml
	@echo "Setting up $(VENV) (once; about half a minute) ..."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "error: Python 3.11 or newer is needed; try 'make $(MAKECMDGOALS) PYTHON=python3.12'"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv --upgrade-deps $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

# Beside this clone, not in it: a project is a repository of its own.
new: $(STAMP)  ## Start a project beside this clone: asks, or takes ARGS="churn --type tabular --yes"
	@cd .. && MLSTARTER_SHOWN_FROM="$(CURDIR)" "$(CURDIR)/$(BIN)/mlstarter" new $(ARGS)
	@command -v mlstarter >/dev/null || printf '\nLater: %s, or `make install` here once, then `mlstarter` anywhere.\n' "$(CURDIR)/$(BIN)/mlstarter"

install: $(STAMP)  ## Link mlstarter into ~/.local/bin, to have it on the PATH
	@mkdir -p "$(HOME)/.local/bin" && ln -sf "$(CURDIR)/$(BIN)/mlstarter" "$(HOME)/.local/bin/mlstarter"
	@"$(HOME)/.local/bin/mlstarter" --version
	@case ":$$PATH:" in *":$(HOME)/.local/bin:"*) ;; *) echo 'Add ~/.local/bin to your PATH: export PATH="$$HOME/.local/bin:$$PATH"';; esac

# Modules are compiled once, not in each of the hundreds of processes that tests start.
test test-quick test-full: export PYTHONDONTWRITEBYTECODE :=

# More workers than cores: many tests wait for a terminal, a server or another process.
test: $(STAMP)  ## Run the tests, the long ones sampled
	$(BIN)/python -m pytest -n 4 -m "not full and not e2e and not container and not browser" $(ARGS)
	$(BIN)/python -m pytest -n 3 --dist loadgroup --no-loadscope-reorder -m "not full and (e2e or container or browser)" --durations 30 $(ARGS)

test-quick: $(STAMP)  ## Run the tests that take seconds
	$(BIN)/python -m pytest -n 2 -m "not slow and not e2e and not container and not browser and not full" $(ARGS)

test-full: $(STAMP)  ## Run every test, the long ones whole
	MLSTARTER_TEST_FULL=1 $(BIN)/python -m pytest $(ARGS)

coverage: $(STAMP)  ## Measure which lines the tests run: 90 % of all, 80 % of each module
	@rm -rf .coverage && mkdir .coverage
	COVERAGE_FILE="$(CURDIR)/.coverage/data" $(BIN)/python -m coverage run -m pytest -n 2 -m "not e2e and not container and not browser and not full" --ignore tests/templates $(ARGS)
	COVERAGE_FILE="$(CURDIR)/.coverage/data" $(BIN)/python -m coverage combine --quiet
	COVERAGE_FILE="$(CURDIR)/.coverage/data" $(BIN)/python -m coverage json --quiet --fail-under 0 -o .coverage/report.json
	$(BIN)/python -m tools.coverage_floor .coverage/report.json

lint: $(STAMP)  ## Check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

benchmark: $(STAMP)  ## Measure what commands cost: ARGS="help new"; lists what runs by name alone
	$(BIN)/python -m benchmarks $(ARGS)

release-templates: $(STAMP)  ## Add VERSION=X.Y.Z of templates/ to the bundle in the package
	$(BIN)/python -m mlstarter.sources.release $(VERSION)

clean:  ## Remove the virtual environment and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage
