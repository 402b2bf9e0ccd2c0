# Two commands matter: 'make demo' and 'make test'. Both set up everything they need in .venv and node_modules,
# and do only what is out of date when they run again.

PYTHON ?= python3
# make demo SERVE=0 stops before JupyterLab is started.
SERVE ?= 1

VENV := .venv
BIN := $(VENV)/bin
PIP = $(BIN)/python -m pip install -qq -c constraints.txt
export PATH := $(CURDIR)/$(BIN):$(PATH)

VIEWS := mldebug_widgets/static/workbench.js
EXTENSION := mldebug_widgets/labextension/package.json
LINK := $(VENV)/share/jupyter/labextensions/mldebug-widgets
MODULES := node_modules/.package-lock.json
DEMO_ENV := $(VENV)/.demo
DEV_ENV := $(VENV)/.dev
BENCH_ENV := $(VENV)/.bench

PYTHON_SOURCES := $(shell find mldebug_widgets -name '*.py')
VIEW_SOURCES := $(shell find js \( -path js/labextension -o -path js/gallery \) -prune -o -type f ! -name '*.test.*' -print)
EXTENSION_SOURCES := $(wildcard js/labextension/*.ts js/labextension/*.json js/contract/*.ts)

.PHONY: help demo test check bench screenshots wheel build constraints clean
help:
	@echo "make demo          run notebooks/quickstart.ipynb, write reports/quickstart.html and .ipynb, open it in JupyterLab"
	@echo "make demo SERVE=0  the same without JupyterLab"
	@echo "make test          every check and test: Python, TypeScript, and a real JupyterLab in Chromium"
	@echo "make check         linters and type checkers only"
	@echo "make build         the front end only"
	@echo "make bench         the benchmarks, printed as ratios measured in one run"
	@echo "make screenshots   pictures of every panel, light and dark, in screenshots/"
	@echo "make wheel         dist/mldebug_widgets-*.whl with the front end inside"
	@echo "make constraints   write the versions in .venv to constraints.txt"
	@echo "make clean         remove everything built; .venv and node_modules stay"

# --- environments -----------------------------------------------------------------------------------------------

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed: make PYTHON=python3.12 ..." if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(PIP) --upgrade pip

$(DEMO_ENV): pyproject.toml constraints.txt scripts/snippets.py | $(BIN)/python
	@echo 'Installing the package for the demo; PyTorch makes this take a while the first time.'
	$(PIP) -e '.[demo]'
	$(BIN)/python scripts/snippets.py
	@touch $@

$(DEV_ENV): $(DEMO_ENV)
	$(PIP) -e '.[dev]'
	@touch $@

$(BENCH_ENV): $(DEV_ENV)
	$(PIP) -e '.[bench]'
	@touch $@

$(MODULES): package.json package-lock.json
	@command -v npm >/dev/null || { echo 'Node.js 20 or newer with npm is needed to build the front end.' >&2; exit 1; }
	npm ci --no-audit --no-fund --loglevel=error
	@touch $@

# --- front end --------------------------------------------------------------------------------------------------

build: $(VIEWS) $(EXTENSION) $(LINK)

$(VIEWS): $(MODULES) $(VIEW_SOURCES) scripts/build.mjs tsconfig.json
	npm run --silent build
	@touch $@

$(EXTENSION): $(MODULES) $(EXTENSION_SOURCES) | $(DEMO_ENV)
	npm run --silent build:labextension
	@touch $@

# An editable install has no share/jupyter, so JupyterLab is shown the build folder itself.
$(LINK): | $(EXTENSION)
	@mkdir -p $(@D)
	ln -sfn $(CURDIR)/$(dir $(EXTENSION)) $@

# --- what people call -------------------------------------------------------------------------------------------

demo: reports/quickstart.html
	@echo 'Written: reports/quickstart.html (open it from disk) and reports/quickstart.ipynb'
ifneq ($(SERVE),0)
	jupyter lab $(if $(filter 0,$(shell id -u)),--allow-root) --LabApp.default_url=/lab/tree/notebooks/quickstart.ipynb
endif

# The notebook itself writes the reports; the executed copy stays out of git.
reports/quickstart.html: notebooks/quickstart.ipynb $(DEMO_ENV) $(VIEWS) $(PYTHON_SOURCES) | $(LINK)
	@mkdir -p reports
	jupyter nbconvert --to notebook --execute --log-level=WARN --output-dir=build/notebooks $<
	@touch $@

check: $(DEV_ENV) $(MODULES)
	ruff check .
	ruff format --check .
	mypy
	npm run --silent check

test: $(DEV_ENV) build check
	python scripts/chromium.py
	npm test --silent
	pytest

bench: $(BENCH_ENV) build
	python scripts/chromium.py
	python -m benchmarks

screenshots: $(DEV_ENV) build
	python scripts/chromium.py
	pytest tests/browser/test_appearance.py tests/browser/test_quickstart.py tests/browser/test_images_appearance.py
	@mkdir -p docs/images
	python scripts/pictures.py

wheel: $(DEV_ENV) build
	python -m build --wheel --no-isolation --outdir dist

constraints: $(BENCH_ENV)
	python scripts/freeze.py > constraints.new
	mv constraints.new constraints.txt

clean:
	rm -rf build dist reports screenshots mldebug_widgets/static mldebug_widgets/labextension js/labextension/lib
