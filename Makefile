.DEFAULT_GOAL := help
BIN := .venv/bin

help: ## Show this help
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-14s %s\n", $$1, $$2}'

setup: ## Make .venv with everything that the checks and tests need
	@HAULIER_SETUP_GROUPS=dev ./haulier --setup-only

check: setup ## Format, lint, types and import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/basedpyright --level error
	$(BIN)/lint-imports

test: check ## All checks, then all tests against a real PostgreSQL
	$(BIN)/pytest -n 2 --dist loadgroup -m "not serial" -q
	$(BIN)/pytest -m serial -q

format: setup ## Format and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: setup ## Write the generated pages of docs/reference anew
	$(BIN)/python docs/generate.py

fuzz: ## Fuzz guards and parsers for FUZZ_SECONDS (600); the corpus lies in ~/.cache
	@HAULIER_SETUP_GROUPS="dev fuzz" ./haulier --setup-only
	$(BIN)/python -m fuzz

fuzz-sinks: setup ## Take each call of redact away in turn and hunt for leaks (about ten minutes)
	$(BIN)/python -m fuzz.sinks

bench: setup ## Quick benchmark with a same-run baseline (about three minutes)
	$(BIN)/python -m bench

bench-guards: ## What the guards cost and catch, beside bare httpcore2 and two public redactors
	@HAULIER_SETUP_GROUPS="dev bench" ./haulier --setup-only
	$(BIN)/python -m bench.guards

.PHONY: help setup check test format docs fuzz fuzz-sinks bench bench-guards
