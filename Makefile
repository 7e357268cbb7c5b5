# Needs make and Python 3.11 or newer; everything else is made here, inside this folder.

VENV := .venv
BIN := $(VENV)/bin
BANNER := static/consent-banner
PYTEST_ARGS ?= -n 2 --dist worksteal
PORT ?= 8600

# The first Python that is new enough and can make virtual environments.
PYTHON ?= $(shell for python in python3.11 python3 python3.12 python3.13 python3.14; do \
	if $$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' \
	2>/dev/null; then echo $$python; break; fi; done)

PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install
# Reads a dependency group without asking for a pip that knows groups (25.1).
GROUP = $$($(BIN)/python -c 'import sys, tomllib; \
	print(*tomllib.load(open("pyproject.toml", "rb"))["dependency-groups"][sys.argv[1]])' $(1))

.DEFAULT_GOAL := help
.PHONY: help demo demo-clean test lint style format banner node-test machine

help:
	@echo 'make demo        install, fill with made-up data, start everything, print the addresses;'
	@echo '                 PORT=8700 uses other ports than 8600 and those after it'
	@echo 'make demo-clean  forget the data of the demo'
	@echo 'make test        everything that must hold: style, types, imports, tests on both databases'
	@echo '                 with PYTEST_ARGS="-n 2 --hypothesis-profile=long" 3000 examples of a rule, not 100'
	@echo 'make lint        the quick half of it'
	@echo 'make format      let ruff put the code in order'
	@echo 'make banner      build the banner from its sources (needs Node 20)'

demo: $(VENV)/.demo
	@exec $(BIN)/python -m privacy.cli.demo $(if $(PORT),--port $(PORT))

demo-clean:
	@rm -rf .demo

# Types are looked at beside the tests, and told after them; each can fail the whole.
# The tests start many processes: none of them shall compile the same sources again.
test: export PYTHONDONTWRITEBYTECODE :=
test: machine style node-test
	@told=$$(mktemp); $(BIN)/mypy >$$told 2>&1 & types=$$!; \
	$(BIN)/pytest $(PYTEST_ARGS); tests=$$?; \
	wait $$types; types=$$?; \
	echo 'mypy:'; cat $$told; rm -f $$told; exit $$((tests + types))

lint: style
	$(BIN)/mypy

style: $(VENV)/.dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports --no-logo --no-cache
	$(BIN)/deptry src migrations
	$(BIN)/vulture

format: $(VENV)/.dev
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

banner: machine
	cd $(BANNER) && npm run --silent build

node-test: machine
	@if command -v npm >/dev/null && [ -d $(BANNER)/node_modules ]; then \
		cd $(BANNER) && npm run --silent check; \
	else echo 'SKIPPED: whether the built banner is what its sources give'; fi
	@if command -v node >/dev/null; then \
		node --test --test-reporter=dot tests/banner/*.test.mjs; \
	else echo 'SKIPPED: the tests of the banner in Node'; fi

# What a test run needs beside Python: root installs it, everyone else is told.
machine:
	@.ci/machine

$(BIN)/python:
	@if [ -z "$(PYTHON)" ]; then .ci/no-python; exit 1; fi
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: pyproject.toml | $(BIN)/python
	@echo 'Installing into $(VENV), once …'
	@$(PIP) --editable '.[pdf]' $(call GROUP,demo)
	@touch $@

$(VENV)/.dev: pyproject.toml | $(BIN)/python
	@$(PIP) --editable . $(call GROUP,demo) $(call GROUP,dev)
	@$(PIP) --editable '.[ldap]' 2>/dev/null || \
		echo 'MISSING: what compiles python-ldap. Tests of LDAP directories are skipped.'
	@touch $@ $(VENV)/.demo
