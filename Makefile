# Two commands do the set-up: `make app` starts the app, `make test` runs the tests.
# Both make .venv and install what they need the first time, and again when requirements change.

ADDRESS ?= 127.0.0.1
PORT ?= 8501
# Who opens the app to other machines (ADDRESS=0.0.0.0, with sign-in or SEQSEL_OPEN=1) calls it
# by whatever name it has there.
HOSTS = $(if $(filter-out 127.0.0.1,$(ADDRESS)),--server.allowedHosts='*')
# What pytest gets: make test TESTS="tests/select -x"
TESTS ?=
# The first Python that is new enough; or name one: make app PYTHON=/usr/bin/python3.12
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$python && break; done)

VENV := .venv
IN_VENV := $(VENV)/bin/python
APP_READY := $(VENV)/.app-ready
TEST_READY := $(VENV)/.test-ready

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help app test check format bench pictures clean

help:  ## Show this list
	@sed -nE 's/^([a-z]+):.*  ## (.*)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 16
	@echo "Settings: ADDRESS=$(ADDRESS) PORT=$(PORT) PYTHON=... TESTS=..."

app: $(APP_READY)  ## Start the app on http://127.0.0.1:8501 (another port: PORT=9000)
	@echo "Starting seqsel; Ctrl+C stops it."
	@$(IN_VENV) -m pages.ui.serve --server.address=$(ADDRESS) --server.port=$(PORT) $(HOSTS) \
		|| { status=$$?; [ $$status -eq 2 ] || \
		echo "seqsel ended with a fault. If its port is taken: make app PORT=9000" >&2; \
		exit $$status; }  # 2: it said why it does not start

test: $(TEST_READY)  ## Run all tests (some of them: TESTS=tests/select)
	@sh .ci/system-packages
	@$(IN_VENV) -m pytest --timeout=600 $(TESTS)

check: $(TEST_READY)  ## Check format, lint, types and known faults of packages
	@$(IN_VENV) -m ruff format --check .
	@$(IN_VENV) -m ruff check .
	@$(IN_VENV) -m mypy
	@$(IN_VENV) .ci/audit

format: $(TEST_READY)  ## Put the code into the common format
	@$(IN_VENV) -m ruff format .
	@$(IN_VENV) -m ruff check --fix .

bench: $(TEST_READY)  ## Run every benchmark; each prints a table
	@failed=""; for script in benchmarks/[a-z]*.py; do \
		echo "== $$script"; \
		PYTHONPATH=. $(IN_VENV) "$$script" || failed="$$failed $$script"; \
	done; \
	if [ -n "$$failed" ]; then echo "Failed:$$failed"; exit 1; fi

pictures: $(TEST_READY)  ## Make the pictures of the README anew
	@$(IN_VENV) docs/make_pictures.py

clean:  ## Remove .venv and what tools keep between runs
	@rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis test-results
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- Set-up, done by the targets above -------------------------------------------------------

$(IN_VENV):
	@python="$(PYTHON)"; \
	if [ -z "$$python" ]; then \
		echo "seqsel needs Python 3.11 or newer, but $$(python3 --version 2>/dev/null || echo no Python) was found:" \
			"install a newer one, then run make again with PYTHON=/path/to/python." >&2; exit 1; \
	fi; \
	version=$$("$$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])') \
		|| { echo "PYTHON=$$python cannot be run." >&2; exit 1; }; \
	if ! "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then \
		echo "seqsel needs Python 3.11 or newer, but $$python is $$version." >&2; exit 1; \
	fi; \
	if ! "$$python" -c 'import ensurepip, venv' 2>/dev/null; then \
		echo "$$python cannot make a virtual environment: run" \
			"'sudo apt install python$$version-venv', then make again." >&2; exit 1; \
	fi; \
	"$$python" -m venv --clear $(VENV)

# uv is many times faster than pip. Where it fails (for example behind a mirror that only
# pip's configuration names) pip does the work.
define install
	@$(IN_VENV) -m pip install --quiet --disable-pip-version-check uv || true
	@UV_HTTP_TIMEOUT=180 $(IN_VENV) -m uv pip install --python $(IN_VENV) -r $(1) \
		|| { echo "uv could not install $(1); pip tries."; \
			$(IN_VENV) -m pip install --disable-pip-version-check -r $(1); } \
		|| { echo "$(1) could not be installed (see above). If $(VENV) is damaged or of another" \
			"Python: 'make clean', then make again." >&2; exit 1; }
endef

$(APP_READY): requirements.txt $(IN_VENV)
	@echo "Installing into $(VENV): the first time takes some minutes and about 7 GB."
	$(call install,requirements.txt)
	@$(IN_VENV) -c 'import torchvision, streamlit' || { \
		echo "The packages in $(VENV) do not fit together (see above): 'make clean'," \
			"then make again." >&2; exit 1; }
	@touch $@

$(TEST_READY): requirements-dev.txt $(APP_READY)
	$(call install,requirements-dev.txt)
	@touch $@
