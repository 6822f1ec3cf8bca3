# quincunx: `make demo` runs the main job, `make test` runs every test. Both need Python >= 3.11 and Rust, nothing else:
# each creates what it needs in .venv and target/, and does again only what has changed.

PYTHON  ?= python3
VENV    ?= .venv
SCALE   ?= 0.1
BENCH   ?=
MORE    ?=
PYTEST  ?=
PY      := $(VENV)/bin/python
UV      := $(shell uv --version >/dev/null 2>&1 && echo uv)
INSTALL := $(if $(UV),uv pip install -q --python $(PY),$(PY) -m pip install -q --disable-pip-version-check)
RUST    := $(shell find rust -name '*.rs' -o -name Cargo.toml) Cargo.toml Cargo.lock
TARGET  := $(if $(CARGO_TARGET_DIR),$(CARGO_TARGET_DIR),target)
export VIRTUAL_ENV := $(abspath $(VENV))
export PYO3_PYTHON := $(abspath $(PY))
unexport PYTHONPATH PYTHONHOME CONDA_PREFIX

.PHONY: help demo test test-rust test-python bench docs lint format wheel check-wheel clean
.DELETE_ON_ERROR:

help:
	@echo "make demo         build, then run the study of the Fisher curvature (SCALE=$(SCALE)), figure in out/"
	@echo "make test         build, then run every test of Rust and Python"
	@echo "make bench        the same work done by us and by other libraries, side by side (BENCH=row ... for some rows,"
	@echo "                  MORE=1 with peers that take gigabytes)"
	@echo "make docs         run the gallery, build the site into site/"
	@echo "make lint         rustfmt, clippy, ruff, mypy, stubtest"
	@echo "make format       rustfmt, ruff"
	@echo "make check-wheel  build the wheel, install it in an empty environment without Rust, use it"
	@echo "make clean        remove everything that was built"

# --- environment and build ------------------------------------------------------------------------------------------

$(VENV)/.created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "quincunx needs Python >= 3.11; $(PYTHON) is `$(PYTHON) --version`. Try: make PYTHON=python3.12"; exit 1; }
	@cargo --version >/dev/null || { echo "quincunx is built with Rust: the command cargo was not found"; exit 1; }
	$(if $(UV),uv venv -q --clear --python $(PYTHON) $(VENV),$(PYTHON) -m venv --clear $(VENV))
	@touch $@

# The packages of an extra of pyproject.toml, without quincunx itself.
$(VENV)/.extra-%: pyproject.toml .ci/requirements.py | $(VENV)/.created
	$(PY) .ci/requirements.py $* > $(VENV)/$*.txt
	$(INSTALL) -r $(VENV)/$*.txt
	@touch $@

$(VENV)/.maturin: | $(VENV)/.created
	$(INSTALL) 'maturin>=1.9.4,<2'
	@touch $@

# The release build, shared by everything below; the package is installed as a link to python/.
$(VENV)/.built: $(RUST) pyproject.toml README.md $(VENV)/.maturin $(VENV)/.extra-plot
	$(VENV)/bin/maturin develop --release --locked $(if $(UV),--uv)
	@touch $@

# --- the two commands -----------------------------------------------------------------------------------------------

demo: $(VENV)/.built $(VENV)/.extra-tables
	$(VENV)/bin/quincunx study run fisher-curvature --scale $(SCALE) --figure out/fisher-curvature.png

test: test-rust test-python

test-rust: $(VENV)/.created
	cargo test --locked

test-python: $(VENV)/.built $(VENV)/.extra-test
	$(PY) -m pytest $(PYTEST)

# --- everything else ------------------------------------------------------------------------------------------------

# Peers are installed one by one: one that does not install is reported by the run as not measured.
$(VENV)/.peers-%: pyproject.toml $(VENV)/.built
	@$(PY) .ci/requirements.py $* | while read -r peer; do \
	    $(INSTALL) "$$peer" || echo "not installed: $$peer"; done
	@touch $@

bench: $(VENV)/.peers-bench $(if $(MORE),$(VENV)/.peers-bench-more)
	$(PY) -m benches.peers --json out/bench.json $(BENCH)

docs: $(VENV)/.built $(VENV)/.extra-docs
	$(PY) docs/gallery/build.py
	$(VENV)/bin/zensical build --clean --strict

lint: $(VENV)/.built $(VENV)/.extra-dev
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- -D warnings
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/mypy
	MYPYPATH=python $(PY) -m mypy.stubtest quincunx._core --mypy-config-file pyproject.toml --allowlist .ci/stubtest.txt

format: $(VENV)/.extra-dev
	cargo fmt --all
	$(VENV)/bin/ruff check --fix
	$(VENV)/bin/ruff format

wheel: $(VENV)/.built
	rm -rf dist
	$(VENV)/bin/maturin build --release --locked --out dist

# A second, empty environment, and a PATH that holds nothing but it: no compiler, no Rust, no checkout.
check-wheel: wheel
	rm -rf build/wheel
	mkdir -p build
	$(if $(UV),uv venv -q --python $(PYTHON) build/wheel,$(PYTHON) -m venv build/wheel)
	$(if $(UV),uv pip install -q --python build/wheel/bin/python,build/wheel/bin/python -m pip install -q) dist/*.whl
	cd build && env -u VIRTUAL_ENV PATH="$(abspath build/wheel/bin)" wheel/bin/python -I ../.ci/check_wheel.py

clean:
	rm -rf $(VENV) $(TARGET) dist build site out python/quincunx/_core*.so
