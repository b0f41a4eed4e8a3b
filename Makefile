# Two commands matter: `make run` (the demonstration) and `make test`. Both make `.venv` first.
PYTHON ?= python3
BIN := .venv/bin
# Real images and gaze for tests, where somebody has put them beside this folder.
SHARED := $(wildcard $(CURDIR)/../shared)
export READING_STATION_SHARED ?= $(SHARED)
# More than the two cores: a quarter of the time goes by in waiting for processes, files and threads.
TEST_WORKERS ?= 4
# Real processes, sound and kills in real time: after all the others, and never more than three at once.
TIMED_TESTS := tests/end_to_end tests/capture_app/sound_rig \
	tests/capture_app/acquisition/test_processes.py tests/capture_app/acquisition/test_tobii_recording.py
TIMED_WORKERS ?= 3

.PHONY: help run tobii test test-long lint types docs freeze windows benchmarks screenshots

help:
	@echo "make run         set up and show the demonstration"
	@echo "make tobii       set up with the package for Tobii trackers (its own licence)"
	@echo "make test        set up and run the tests"
	@echo "make test-long   many kills, soaks, fuzzing"
	@echo "make lint        style, types, import contracts"
	@echo "make docs        build the documentation, strictly"
	@echo "make freeze      freeze the program and try it"
	@echo "make windows     make the Windows setup program and try it under Wine"
	@echo "make benchmarks  print the benchmark tables"

run:
	@$(PYTHON) packaging/bootstrap.py run
	@$(BIN)/reading-station demo --out demo-output

tobii:
	@$(PYTHON) packaging/bootstrap.py tobii

.PHONY: setup
setup:
	@$(PYTHON) packaging/bootstrap.py test

# Compiled files are kept, whatever the shell says: each worker and each process of a test would compile anew.
test test-long: export PYTHONDONTWRITEBYTECODE :=

test: setup
	@failed=0; set -x; \
	$(BIN)/python -m pytest -m "not long" -n $(TEST_WORKERS) --dist worksteal $(TIMED_TESTS:%=--ignore=%) || failed=1; \
	$(BIN)/python -m pytest -m "not long" -n $(TIMED_WORKERS) --dist worksteal $(TIMED_TESTS) || failed=1; \
	exit $$failed

test-long: setup
	$(BIN)/python -m pytest -m long -n 1 --timeout 1800

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: setup
	$(BIN)/mypy

docs: setup
	$(BIN)/mkdocs build --strict

freeze: setup
	$(BIN)/python packaging/build.py freeze smoke check

# The Windows setup program, built and tried under Wine: see docs/install.md for what has to be installed.
windows: setup
	$(BIN)/python packaging/build.py --wine all

benchmarks: setup
	$(BIN)/python -m benchmarks

screenshots: setup
	$(BIN)/python docs/make_screenshots.py
