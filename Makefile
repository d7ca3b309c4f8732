# cloudintel: `make run` tries it, `make test` proves it. Python 3.11 and make are enough.

# A distribution builds its Python with optimizations, which one compiled by hand often
# lacks: a sixth of the time of everything.
PYTHON ?= $(shell /usr/bin/python3.11 -c "import ensurepip" 2>/dev/null \
	&& echo /usr/bin/python3.11 || echo python3)
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
CLOUD ?= aws
# Processes that test on PostgreSQL side by side; some wait for others, so more than
# cores. On SQLite, where less is to be proven, there is one.
WORKERS ?= 3

.PHONY: run test test-sqlite test-postgres compile-half-1 compile-half-2 approve coverage lint \
	format lock bench emulator clean

run: $(VENV)/.installed
	@exec $(BIN)/python manage.py up --first-start --port $(PORT)

# Both at once: while tests of one wait, those of the other work.
test: $(VENV)/.browser $(VENV)/.compiled
	@$(MAKE) --jobs 2 --no-print-directory test-sqlite test-postgres

# A file's tests run in one process, which makes once what they share.
SIDE_BY_SIDE = --once --dist loadfile --no-loadscope-reorder
# Tests start hundreds of processes, which need not each compile the same modules.
test-sqlite test-postgres: export PYTHONDONTWRITEBYTECODE =

test-sqlite: $(VENV)/.installed-dev
	env -u DATABASE_URL $(BIN)/python -m pytest $(SIDE_BY_SIDE) -n 1 $(ARGS)

test-postgres: $(VENV)/.browser
	$(BIN)/python -m core.testing.postgres $(BIN)/python -m pytest $(SIDE_BY_SIDE) -n $(WORKERS) $(ARGS)

# Writes what the demo company answers now, and what clouds are asked; `git diff` shows what that approves.
approve: $(VENV)/.installed-dev
	$(BIN)/python -m core.testing.postgres $(BIN)/python -m pytest tests/test_approved_answers.py tests/test_approved_syncs.py dashboard/tests/test_openapi.py --approve

# Branches over both databases and all processes; fails below 90%.
coverage: $(VENV)/.installed-dev
	$(BIN)/coverage erase
	$(MAKE) test-sqlite ARGS="--cov --cov-report= $(ARGS)"
	$(MAKE) test-postgres ARGS="--cov --cov-append --cov-report= $(ARGS)"
	$(BIN)/coverage report --fail-under=90

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/cfn-lint deploy/aws/*.yaml
	$(BIN)/python manage.py makemigrations --check --dry-run

format: $(VENV)/.installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Each benchmark prints its ratio against a floor or a peer in the same run, and takes
# options: make bench-cpu ARGS="--instances 1000 --rounds 1". See benchmarks/README.md.
bench: bench-costs bench-cpu bench-azure bench-azure_costs bench-reads bench-requests \
	bench-feedback bench-teams bench-instances bench-resources bench-pages bench-plans \
	bench-partitions bench-demo bench-fleet bench-forecasts bench-anomalies bench-incidents \
	bench-insights bench-live bench-backup bench-install bench-query_statistics \
	bench-system_metrics bench-ask_lines bench-import_lines

bench-%: $(VENV)/.installed-dev $(VENV)/.browser
	$(BIN)/python -m benchmarks.$* $(ARGS)

# Both locks, from pyproject.toml. They name no package index.
lock: $(VENV)/.installed-dev
	$(BIN)/uv pip compile -q --no-header --no-emit-index-url --universal --generate-hashes pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile -q --no-header --no-emit-index-url --universal --generate-hashes --group dev pyproject.toml -c requirements.txt -o requirements-dev.txt

# A sample company's AWS, or with CLOUD=azure its Azure, on a local port. See README.md in
# core/testing/aws_emulator and core/testing/azure_emulator.
emulator: $(VENV)/.installed-dev
	@$(BIN)/python -m core.testing.$(CLOUD)_emulator $(ARGS)

clean:
	rm -rf $(VENV) var .mypy_cache .pytest_cache .ruff_cache

$(VENV)/.installed: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "cloudintel needs Python 3.11 or newer.")'
# Of another Python, an environment that is there would be of both, and of none.
	@$(BIN)/python -c 'import pip, ssl' 2>/dev/null || $(PYTHON) -m venv --clear $(VENV)
	@$(MAKE) --jobs 2 --no-print-directory install-half-0 install-half-1 LOCK=$<
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	@$(MAKE) --jobs 2 --no-print-directory install-half-0 install-half-1 LOCK=$<
	@touch $@

# Unpacking takes longest, and a pip does it on one core: each installs every other package.
install-half-%:
	@awk '/^[a-z]/ { count++ } count % 2 == $*' $(LOCK) >$(VENV)/half-$*.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --no-compile -r $(VENV)/half-$*.txt

# Else each process that tests would compile all modules at the same time, once they are
# new: two processes collect a half of the tests each, which compiles for all.
$(VENV)/.compiled: $(VENV)/.installed-dev
	@$(MAKE) --jobs 2 --no-print-directory compile-half-1 compile-half-2
	-@touch $@

compile-half-1: HALF = tests insights
compile-half-2: HALF = $(filter-out insights/%,$(wildcard */tests */*/tests))
compile-half-1 compile-half-2: export PYTHONDONTWRITEBYTECODE =
compile-half-1 compile-half-2: $(VENV)/.installed-dev
	-@env -u DATABASE_URL $(BIN)/python -m pytest --collect-only $(HALF) >/dev/null

# The browser tests alone need a Chromium.
$(VENV)/.browser: $(VENV)/.installed-dev
	@sh core/testing/install_browser.sh
	@touch $@
