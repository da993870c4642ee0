# Each target sets up what it needs in a virtual environment of its own.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
PIP_FLAGS = --disable-pip-version-check --quiet --constraint constraints.txt

.PHONY: demo test lint clean

demo: .venv-demo/ready
	.venv-demo/bin/zhaoshang extract annotations/seeds \
		--out out/seeds.jsonl --out out/ledger.xlsx --out out/ledger.html

test: .venv-test/ready
	.venv-test/bin/ruff check .
	.venv-test/bin/ruff format --check .
	.venv-test/bin/python -m pytest --numprocesses 2 --dist loadscope

.venv-demo/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv-demo
	.venv-demo/bin/python -m pip install $(PIP_FLAGS) --editable '.[tables]'
	touch $@

.venv-test/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv-test
	.venv-test/bin/python -m pip install $(PIP_FLAGS) --editable '.[train,dev]'
	touch $@

clean:
	rm -rf .venv-demo .venv-test out build *.egg-info
