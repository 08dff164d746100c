# Every target makes what it needs by itself (.venv from requirements.lock); nothing is fetched when nothing is missing.
#   make serve PORT=8001 DATA=/tmp/leads ARGS=--no-watch

.DEFAULT_GOAL := help
.PHONY: help serve build check test test-fast bench published lock clean schemas ready

PORT ?= 8000
DATA ?= .local
ARGS ?=
export PORT DATA
# Material prints a page about MkDocs 2 on every build; the pin in pyproject.toml is our answer to it.
export NO_MKDOCS_2_WARNING := 1

BIN := .venv/bin
# A file of tests stays in one process: its browser and its server are made once. More than four processes starve Chromium.
# In the order of folders: the browser's long files come first, or one of them runs alone at the end.
PARALLEL := -n logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder

help: ## Print these lines
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

serve: ready ## Build, then serve site and forms on this machine; edits show by themselves (PORT, DATA)
	@exec $(BIN)/microsite serve $(ARGS)

build: ready ## Build the site into site/ and the book into build/book/
	@exec $(BIN)/microsite build $(ARGS)

check: ready ## Lint, types, direction of imports, content, forms, infrastructure: no browser, no network
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports > .cache/imports.txt || { cat .cache/imports.txt; exit 1; }
	@$(BIN)/microsite check
	@$(BIN)/microsite forms check
	@$(BIN)/microsite infra check

test: check ## Everything, the real browser included
	@chromium=$$($(BIN)/python scripts/chromium.py) && CHROMIUM="$$chromium" exec $(BIN)/pytest $(PARALLEL) $(ARGS)

test-fast: ready ## The tests that need no browser, no node and no network
	@exec $(BIN)/pytest --ignore=tests/browser -m "not node" $(PARALLEL) $(ARGS)

bench: ready ## Measure the build, an edit under serve, and the bytes of the pages
	@exec $(BIN)/python -m benchmarks $(ARGS)

published: build ## Write the addresses of the built site down: from then on none of them may die
	@exec $(BIN)/python scripts/published.py $(ARGS)

lock: ready ## Write requirements.lock anew from pyproject.toml (ARGS=--upgrade for the newest versions)
	@exec $(BIN)/python scripts/lock.py $(ARGS)

schemas: ready ## Write schemas/ anew from the models of front matter and data, for editors
	@exec $(BIN)/python scripts/schemas.py

clean: ## Delete what was built; keeps .venv and .local
	@rm -rf build site dist .cache .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache .site-*

ready:
	@scripts/bootstrap
