# Verbs for people and for CI. Everything runs in .venv, with the versions of constraints.txt.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test lint types imports docs corpus fuzz crashes starts soak bench lock clean help

help:            ## list the verbs
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit("closeloop needs Python 3.11 or newer; try: make PYTHON=python3.12 $(MAKECMDGOALS)") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $(READY)

demo: $(READY)   ## write a demonstration workbook into demo/ and run one pass over it
	@$(BIN)/closeloop demo demo

test: $(READY) lint types imports ## lint, types, import contract and every test
	$(BIN)/pytest -n auto

lint: $(READY)   ## ruff
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)  ## mypy --strict
	$(BIN)/mypy

imports: $(READY) ## the arrows between the packages
	$(BIN)/lint-imports

docs: $(READY)   ## write help texts and tables into README and docs
	PYTHONPATH=. $(BIN)/cog -r README.md docs/*.md rules/data/examples.toml

corpus: $(READY) ## CLOSELOOP_CORPUS=FOLDER: nothing is lost in any workbook of a folder
	$(BIN)/pytest -n auto -rs tests/test_fidelity.py tests/books/test_corpus.py

fuzz: $(READY)   ## 20,000 damaged packages
	CLOSELOOP_FUZZ=20000 $(BIN)/pytest -n auto tests/books/test_excel_fuzz.py

crashes: $(READY) ## 300 kills in the middle of a pass
	CLOSELOOP_KILLS=300 $(BIN)/pytest -n auto tests/books/test_excel_crashes.py

starts: $(READY) ## two passes at the same time, 200 times
	CLOSELOOP_STARTS=200 $(BIN)/pytest tests/test_turns.py

soak: $(READY)   ## 2,000 passes of serve: memory and open files stay
	CLOSELOOP_SOAK=2000 $(BIN)/pytest tests/test_scheduling.py -k many_passes

bench: $(READY)  ## a whole pass beside the plain pandas + openpyxl script
	$(BIN)/python -m bench.run

lock:            ## take the newest versions that pyproject.toml allows into constraints.txt
	rm -rf $(VENV)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	$(BIN)/python -m pip freeze --exclude-editable > constraints.txt
	@touch $(READY)

clean:           ## remove what make has made
	rm -rf $(VENV) demo build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
