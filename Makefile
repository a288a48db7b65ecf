# Everything a checkout can do. Needs only Python 3.11 or newer, git and make; the rest is installed into the checkout.
PYTHON ?= python3
UV := .tools/uv/bin/uv
BIN := .venv/bin
# Processes for the test rings; two leave a small machine responsive.
JOBS ?= 2
# Where this is set, every process compiles all it imports anew: commands take twice as long, the tests too.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help demo test check check-code check-console bench soak api lock setup format clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: .venv/.ready ## Install the locked packages into .venv

$(UV): requirements/bootstrap.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "mcm needs Python 3.11 or newer; set PYTHON=…"; exit 1; }
	@rm -rf .tools/uv && $(PYTHON) -m venv .tools/uv
	@.tools/uv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt
	@touch $(UV)

.venv/.ready: $(UV) requirements/dev.txt pyproject.toml
	@test -x $(BIN)/python || $(UV) venv --quiet --python $(PYTHON) .venv
	@$(UV) pip sync --quiet --python $(BIN)/python --require-hashes requirements/dev.txt
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

demo: .venv/.ready ## Run mcm with simulated clouds and an AWS emulator on http://127.0.0.1:8080
	@$(BIN)/python -m scripts.console ensure
	@exec $(BIN)/mcm demo

test: .venv/.ready ## Run every test; starts and stops the servers it needs
	@$(BIN)/python -m tests.run --jobs $(JOBS)

check: .venv/.ready ## Check format, lint, types, import rules, the API description and the console's parts
	@$(MAKE) --no-print-directory -j2 --output-sync=target check-code check-console

check-code: .venv/.ready
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy --no-error-summary mcm providers tests
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python -m scripts.api --check

check-console: .venv/.ready
	@$(BIN)/python -m scripts.console test --reporter=dot

bench: .venv/.ready ## Measure against floors of the same run; ONLY=name runs one part
	@$(BIN)/python -m tests.bench $(if $(ONLY),--only $(ONLY))

soak: .venv/.ready ## The long matrices: kills, faults, load
	@$(BIN)/python -m tests.run --soak

api: .venv/.ready ## Write what is generated from the code: API description, stored help
	@$(BIN)/python -m scripts.api

format: .venv/.ready ## Format the code
	@$(BIN)/ruff format --quiet . && $(BIN)/ruff check --quiet --fix .

lock: $(UV) ## Renew the lock files
	@$(UV) pip compile pyproject.toml --group dev --all-extras --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" --quiet --upgrade -o requirements/dev.txt
	@$(UV) pip compile pyproject.toml --all-extras --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" --quiet -c requirements/dev.txt -o requirements/runtime.txt

clean: ## Remove what was installed and cached here
	@rm -rf .venv .tools .cache .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis dist mcm/console/dist web/node_modules
