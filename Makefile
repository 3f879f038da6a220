# Throughcare. `make help` lists what can be made; `make run` and `make test` are all that a newcomer needs.

PYTHON ?= python3
PORT ?= 8000
WORKERS ?= 2
BIN := .venv/bin
ASSETS := $(shell find app/web/assets tools/build -type f 2>/dev/null)

.DEFAULT_GOAL := help
.PHONY: help setup run test databases lint bench crash reports fuzz audit e2e screens pictures miwg hostile clean

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile
	@echo "  PORT=8001 with run: another port."

setup: .venv/.installed app/web/static/.built ## install what is locked and build the styles and scripts
	@$(BIN)/python -m compileall -q app

run: setup ## start web and timers on http://127.0.0.1:8000 with demo people
	@$(BIN)/throughcare run --demo --port $(PORT)

test: setup lint ## every test, those on PostgreSQL and in a browser among them
	@sh tools/browser.sh
	@$(BIN)/pytest -n $(WORKERS) --dist worksteal

databases: setup ## every test of the services on both databases, where `make test` takes turns (minutes)
	@$(BIN)/pytest -n $(WORKERS) --dist worksteal --both-databases tests/services

lint: .venv/.installed ## ruff, mypy and the floors of the house
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: setup ## every benchmark, each beside its limit in the same run
	@$(BIN)/throughcare bench

crash: setup ## kill processes at every commit point, hosts and the database, many times (half an hour)
	@$(BIN)/pytest -m slow --durations=0 --durations-min=60 tests/crash
	@$(BIN)/pytest --hypothesis-profile=ten_thousand tests/domain/test_deadlines.py tests/domain/test_workdays.py

reports: setup ## every report on a year of 500 children, counted again from the audit (minutes)
	@$(BIN)/pytest -m slow tests/reports

fuzz: setup ## send ten thousand requests of every kind to the API, on both databases (minutes)
	@$(BIN)/pytest -m slow -s tests/api

miwg: setup ## MIWG=folder: bring in and carry out every BPMN file of a folder, as docs/miwg.md says
	@$(BIN)/python -m tools.miwg $(MIWG)

hostile: setup ## bring in 500 damaged and hostile files, and measure each (minutes)
	@$(BIN)/python -m tests.hostile.import_run

audit: setup ## ask what weaknesses of the locked packages are known (needs the internet)
	@sh tools/audit.sh

e2e: setup ## only the journeys in a real browser
	@sh tools/browser.sh
	@$(BIN)/pytest tests/e2e

screens: setup ## take the pictures in docs/screens again, in a real browser
	@sh tools/browser.sh
	@THROUGHCARE_SCREENS=1 $(BIN)/pytest tests/e2e

pictures: setup ## take the pictures of the diagrams in docs/pathways that are missing or old
	@sh tools/browser.sh
	@$(BIN)/python -m tools.pictures

clean: ## remove what was installed and built; the data in instance/ stays
	rm -rf .venv node_modules app/web/static *.egg-info build \
	  .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

.venv/.installed: requirements.lock pyproject.toml tools/python.sh tools/documents.sh
	@sh tools/python.sh "$(PYTHON)"
	@sh tools/documents.sh
	@touch $@

node_modules/.installed: package-lock.json package.json tools/node.sh
	@sh tools/node.sh
	@touch $@

app/web/static/.built: node_modules/.installed $(ASSETS)
	@npm run --silent build
	@touch $@
