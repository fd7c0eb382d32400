# Every task of the repository. `make` alone lists them. Works with GNU make 3.81 and later (Linux, macOS).
#
# Settings, given on the command line (`make test VENV=/tmp/env`):
#   VENV    folder of the virtual environment    (default .venv)
#   PYTHON  interpreter that makes it, >= 3.11   (default: the first of python3.13, 3.12, 3.11, 3.14, python3 that fits)
#   ARGS    further arguments for pytest         (make test ARGS="-k shuffle")

VENV ?= .venv
ARGS ?=
BIN = $(VENV)/bin
PIP_INSTALL = -m pip install --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help venv demo test check format bench oracle proto clean

help:  ## list the tasks
	@sed -n 's/^\([a-z]*\):.*## /  make \1	/p' Makefile | expand -t 18

venv: $(VENV)/.stamp-install  ## make the virtual environment and install penstock into it

demo: $(VENV)/.stamp-install  ## set up, then run the main job on real data
	@$(BIN)/penstock demo

test: $(VENV)/.stamp-test  ## set up, then run all tests
	@$(BIN)/python -m pytest $(ARGS)

check: $(VENV)/.stamp-dev  ## format, lint, types, import direction, documentation snippets
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	@# mypy must see the checkout under the name of the package, whatever the folder is called.
	@mkdir -p $(VENV)/types && ln -sfn "$(CURDIR)" $(VENV)/types/penstock
	MYPYPATH=$(VENV)/types $(BIN)/mypy
	MYPYPATH=$(VENV)/types $(BIN)/mypy examples/typed_pipeline.py
	$(BIN)/python -m pytest --quiet tests/repo/test_imports.py tests/repo/test_layout.py tests/repo/test_snippets.py

format: $(VENV)/.stamp-dev  ## put all files into the project's format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.stamp-bench  ## run every benchmark, against TensorFlow where it can be installed
	@set -e; for file in benchmarks/bench_*.py; do echo "== $$file"; $(BIN)/python $$file; done

oracle: $(VENV)/.stamp-oracle  ## install TensorFlow into the VENV and run the tests that ask it
	@$(BIN)/python -m pytest -m oracle $(ARGS)

proto: $(VENV)/.stamp-proto  ## generate the protobuf code anew from the .proto files, with the pinned compiler
	@$(VENV)/proto/bin/python proto/generate.py

clean:  ## remove the virtual environment, caches and build results
	rm -rf $(VENV) build dist *.egg-info .hypothesis .mypy_cache .pytest_cache .ruff_cache .benchmarks
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- set-up; each stamp is renewed when the project's dependencies change --------------------------------------------

$(VENV)/.stamp-venv:
	@candidates="$(or $(PYTHON),python3.13 python3.12 python3.11 python3.14 python3 python)"; \
	fits() { "$$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }; \
	complete() { "$$1" -c 'import ensurepip, venv' >/dev/null 2>&1; }; \
	for python in $$candidates; do \
	  fits $$python || continue; \
	  found=$$python; \
	  complete $$python || continue; \
	  echo "Making $(VENV) with $$python"; \
	  $$python -m venv "$(VENV)" && touch $@; \
	  exit; \
	done; \
	if test -n "$$found"; then \
	  version=$$($$found -c 'import sys; print("%d.%d" % sys.version_info[:2])'); \
	  echo "make: $$found cannot make virtual environments. On Debian and Ubuntu: sudo apt install python$$version-venv" >&2; \
	else \
	  echo "make: penstock needs Python 3.11 or later. Not found: $$candidates." >&2; \
	  echo "Install it, or say where it is: make PYTHON=/path/to/python" >&2; \
	fi; \
	exit 1

$(VENV)/.stamp-install: pyproject.toml $(VENV)/.stamp-venv
	@echo "Installing penstock into $(VENV)"
	@$(BIN)/python $(PIP_INSTALL) --editable .
	@touch $@

$(VENV)/.stamp-test: pyproject.toml $(VENV)/.stamp-venv
	@echo "Installing penstock and what its tests need into $(VENV)"
	@$(BIN)/python $(PIP_INSTALL) --editable ".[test]"
	@touch $(VENV)/.stamp-install $@

$(VENV)/.stamp-dev: $(VENV)/.stamp-test
	@echo "Installing what the checks need"
	@$(BIN)/python $(PIP_INSTALL) --editable ".[test,dev]"
	@touch $@

$(VENV)/.stamp-bench: $(VENV)/.stamp-install
	@echo "Installing TensorFlow, for comparison"
	@$(BIN)/python $(PIP_INSTALL) --editable ".[bench]" || echo "TensorFlow cannot be installed here: penstock runs alone"
	@touch $@

# The compiler asks for an old protobuf: it gets an environment of its own.
$(VENV)/.stamp-proto: proto/generate.py $(VENV)/.stamp-venv
	@echo "Installing the protobuf compiler"
	@$(BIN)/python -m venv $(VENV)/proto
	@$(VENV)/proto/bin/python $(PIP_INSTALL) \
	  "grpcio-tools==$$(sed -n 's/^COMPILER = "\([^"]*\)".*/\1/p' proto/generate.py)"
	@touch $@

$(VENV)/.stamp-oracle: $(VENV)/.stamp-test
	@echo "Installing TensorFlow"
	@$(BIN)/python $(PIP_INSTALL) --editable ".[test,oracle]"
	@touch $@
