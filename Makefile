# make run    set up and serve on http://127.0.0.1:8080
# make test   set up and run every check and test
# make bench  measure and write docs/benchmarks.md
# make soak   full-length fault trials, written to docs/reliability.md
# make pins   renew constraints.txt after a change of requirements

PYTHON ?= python3
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: run test bench soak pins clean

run: .venv/run.stamp
	$(BIN)/python main.py

test: .venv/dev.stamp
	bin/system-packages
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/python -m pytest -n 2 --dist worksteal tests --ignore tests/browser
	$(BIN)/python -m pytest -n 2 --dist worksteal tests/browser

bench: .venv/dev.stamp
	bin/system-packages
	$(BIN)/python -m bench

soak: .venv/dev.stamp
	bin/system-packages
	$(BIN)/python -m bench.soak

pins:
	rm -rf .pins
	$(PYTHON) -m venv .pins
	.pins/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	sed -n '1,3p' constraints.txt >.pins/new
	.pins/bin/python -m pip freeze >>.pins/new
	mv .pins/new constraints.txt
	rm -rf .pins

.venv/run.stamp: requirements.txt constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(INSTALL) -r requirements.txt
	touch $@

.venv/dev.stamp: requirements.txt requirements-dev.txt constraints.txt .venv/run.stamp
	$(INSTALL) -r requirements-dev.txt
	touch $@

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache
