# Verbs for people and for CI. Everything runs in .venv, with the versions of constraints.txt.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
WORKERS ?= $(shell $(PYTHON) -c 'import os; print(os.cpu_count() + 1)')# some tests wait for servers and processes

.PHONY: demo test lint types imports docs messages corpus fuzz crashes year year-mails interleavings under-cron package starts soak undos mutants bench lock clean help

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
	$(BIN)/pytest -n $(WORKERS) --dist loadgroup --no-loadscope-reorder

lint: $(READY)   ## ruff
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)  ## mypy --strict
	$(BIN)/mypy

imports: $(READY) ## the arrows between the packages
	$(BIN)/lint-imports

docs: $(READY)   ## write help texts and tables into README and docs
	PYTHONPATH=. $(BIN)/cog -r README.md README.zh-CN.md docs/*.md rules/data/examples.toml

messages: $(READY) ## write every sentence of every rule into tests/messages, to be read by reviewers
	PYTHONPATH=. $(BIN)/python -m tests.messages.every_message

corpus: $(READY) ## CLOSELOOP_CORPUS=FOLDER: nothing is lost in any workbook of a folder
	$(BIN)/pytest -n auto -rs tests/test_fidelity.py tests/books/test_corpus.py tests/books/test_readers.py

fuzz: $(READY)   ## 20,000 damaged packages
	CLOSELOOP_FUZZ=20000 $(BIN)/pytest -n auto tests/books/test_excel_fuzz.py

crashes: $(READY) ## 300 kills in the middle of a pass, 500 while mails go out
	CLOSELOOP_KILLS=300 $(BIN)/pytest -n auto tests/books/test_excel_crashes.py tests/archive/test_archive_crashes.py
	CLOSELOOP_KILLS=500 $(BIN)/pytest -s tests/tell/test_telling_crashes.py

year: $(READY)   ## the mails of a simulated year, hour by hour, against those of tests/year
	$(BIN)/python -m tests.simulated_year

year-mails: $(READY) ## write these mails into tests/year, to be read by reviewers
	$(BIN)/python -m tests.simulated_year --write

interleavings: $(READY) ## 10,000 tables that people and the worker edit at once on Google Sheets
	CLOSELOOP_INTERLEAVINGS=10000 $(BIN)/pytest tests/books/test_google_interleavings.py tests/books/test_google_removals.py tests/test_books_agree.py

under-cron: $(READY) ## 30 minutes under a real cron, with a mail server, while people edit
	$(BIN)/python -m tests.under_cron --minutes 30

package: $(READY) ## the built wheel in a clean environment of each Python that can be had
	$(BIN)/python -m tests.package

starts: $(READY) ## two passes at the same time, 200 times
	CLOSELOOP_STARTS=200 $(BIN)/pytest tests/test_turns.py

soak: $(READY)   ## 2,000 passes of serve: memory and open files stay
	CLOSELOOP_SOAK=2000 $(BIN)/pytest tests/test_scheduling.py -k many_passes

undos: $(READY)  ## undo after 200 random passes, with people's edits between
	CLOSELOOP_UNDOS=200 $(BIN)/pytest -n auto tests/test_undo_of_passes.py tests/test_undo.py

mutants: $(READY) ## small faults in rules/, one after the other, and which of them no test finds (takes an hour or two)
	$(BIN)/python -m tests.mutants $(MUTANTS)

bench: $(READY)  ## a whole pass beside a plain script; eight checks beside frictionless and pandera; what archiving costs; requests of Google Sheets
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[bench]'
	$(BIN)/python -m bench.run
	$(BIN)/python -m bench.checks
	$(BIN)/python -m bench.archive
	$(BIN)/python -m bench.google

lock:            ## take the newest versions that pyproject.toml allows into constraints.txt
	rm -rf $(VENV)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev,bench]'
	$(BIN)/python -m pip freeze --exclude-editable > constraints.txt
	@touch $(READY)

clean:           ## remove what make has made
	rm -rf $(VENV) demo build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
