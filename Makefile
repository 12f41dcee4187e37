# Needs Python 3.11 or later, git and make. Everything is installed from uv.lock into .venv, nothing globally.
PYTHON ?= python3
UV_VERSION := 0.13.9
RUN := .venv/bin

.PHONY: demo test dev faults project lint

demo: .venv/installed
	$(RUN)/receivables demo

test: .venv/installed
	$(RUN)/pytest

# Kills, damages, fills disks and tampers; after each, what is published is whole and the next run ends like an undisturbed one.
faults: .venv/installed
	$(RUN)/pytest tests/faults

dev: .venv/installed
	$(RUN)/receivables dev

# An ordinary dbt project in dbt_project/target/project, for dbt's own command line and for editors: nobody edits it.
project: .venv/installed
	$(RUN)/python -m orchestration.project.dictionary dbt_project/target/project

lint: .venv/installed
	$(RUN)/pytest tests/house_rules

.venv/installed: pyproject.toml uv.lock
	test -x $(RUN)/uv || ($(PYTHON) -m venv .venv && $(RUN)/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION))
	$(RUN)/uv sync --locked --quiet
	touch $@
