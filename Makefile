# A thin layer: each target sets up what it needs, then calls one command that can be typed as well.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: l9 test test-slow lint bench chaos fuzz audit clean

l9: .venv/installed
	$(BIN)/doe run l9 --trainer vgg16 --yes

test: .venv/installed lint
	$(BIN)/python -m pytest

test-slow: .venv/installed
	$(BIN)/python -m pytest -m slow

lint: .venv/installed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/installed
	PYTHONPATH=. $(BIN)/python benchmarks/overhead.py
	PYTHONPATH=. $(BIN)/python benchmarks/scaling.py
	PYTHONPATH=. $(BIN)/python benchmarks/schedule.py
	PYTHONPATH=. $(BIN)/python benchmarks/memory.py
	PYTHONPATH=. $(BIN)/python benchmarks/endurance.py --minutes 10
	PYTHONPATH=. $(BIN)/python benchmarks/analysis.py
	PYTHONPATH=. $(BIN)/python benchmarks/inference.py
	PYTHONPATH=. $(BIN)/python benchmarks/importances.py
	PYTHONPATH=. $(BIN)/python benchmarks/l9_vgg16.py --images 370 --epochs-scale 0.1
	PYTHONPATH=. $(BIN)/python benchmarks/stacked.py --steps 12
	PYTHONPATH=. $(BIN)/python benchmarks/fine_tuning.py --batch 16 --steps 4 --rounds 3

chaos: .venv/installed
	$(BIN)/python -m tests.chaos

# Each reader of what strangers write, five minutes, guided by coverage.
fuzz: .venv/installed
	$(BIN)/python -m pip install --quiet atheris
	for reader in journal study table typed forbid; do $(BIN)/python -m tests.fuzz $$reader || exit 1; done

# Wants the network: known weaknesses of the packages that the tests were run with.
audit: .venv/installed
	$(BIN)/python -m pip install --quiet pip-audit
	$(BIN)/pip-audit -r constraints.txt --no-deps --disable-pip

# Made anew when what is wanted changes; a half-made environment leaves no mark.
.venv/installed: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[test]'
	touch $@

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
