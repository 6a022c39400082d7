# The habits of this house. `make demo` and `make test` need nothing but Python 3.11 or later.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test programs test-processors test-clusters litellm sanitize faults fuzz check bench lessons docs commands wheel sbom lock format clean

# One environment for all, made again when what it should hold changes.
$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@

demo: $(READY)
	$(BIN)/python examples/demo.py

test: $(READY)
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n auto --dist loadgroup

# The programs that some tests need, on Debian: a browser, an office, a reader of scanned pages. Without them those tests
# are skipped.
programs:
	apt-get update
	apt-get install -y --no-install-recommends chromium libreoffice-writer libreoffice-calc tesseract-ocr

# LiteLLM in an environment of its own, whose versions are not ours, before a server: some minutes.
litellm: $(READY)
	$(PYTHON) -m venv build/litellm
	build/litellm/bin/python -m pip install --disable-pip-version-check 'litellm[proxy]==1.108.7'
	OMP_NUM_THREADS=1 LOREDACT_LITELLM=build/litellm/bin/litellm $(BIN)/python -m pytest tests/serve/test_litellm.py

# What computes, under each instruction set that this processor can be held to, and without a compiler. `ONLY=avx2` is
# one of them, `TESTS=tests/kernels` a part of the tests; all of them take about as long as `make test`, each time.
test-processors: $(READY)
	OMP_NUM_THREADS=1 $(BIN)/python tests/processors.py $(addprefix --only ,$(ONLY)) -- -n auto $(TESTS)

# Ray and Spark on this machine; both are large, and Spark takes Java.
test-clusters: $(READY)
	$(BIN)/python -m pip install --disable-pip-version-check -c constraints.txt -e '.[ray,spark]'
	$(BIN)/python -m pytest tests/batch/test_ray.py tests/batch/test_spark.py

# Random calls of every kernel where each access to memory is watched; a minute or two.
CASES ?= 10000
sanitize: $(READY)
	$(BIN)/python -m tests.kernels.sanitize --cases $(CASES)

# Kills, full disks and damage at random moments, a hundred of each row; half an hour. `ROWS="vault adapter"` are some.
TIMES ?= 100
faults: $(READY)
	PYTHONPATH=benchmarks $(BIN)/python -m tests.faults --times $(TIMES) $(addprefix --only ,$(ROWS))

# Inputs that reach new lines, mutated and mutated again: an hour each of readers, formats, policies, rules, adapters and
# bases. `SECONDS=60 ONLY=files` is one of them, for a minute.
SECONDS ?= 3600
fuzz: $(READY)
	$(BIN)/python -m pip install --disable-pip-version-check -c constraints.txt -e '.[fuzz]'
	PYTHONPATH=benchmarks $(BIN)/python -m tests.fuzz --seconds $(SECONDS) $(ONLY)

check: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

# Half an hour; `--quick` in its place takes five minutes.
bench: $(READY)
	$(BIN)/python benchmarks/training.py
	$(BIN)/python benchmarks/parts.py

# Some minutes: every lesson checks what it states and draws its plot into docs/images.
lessons: $(READY)
	$(BIN)/python lessons/1_back_propagation.py
	$(BIN)/python lessons/2_lora_on_a_small_network.py
	$(BIN)/python lessons/3_low_rank_updates.py
	$(BIN)/python lessons/4_when_to_fine_tune.py

# A quarter of an hour; every page's commands, run as they stand. `--long` runs what takes longer.
commands: $(READY)
	$(BIN)/python docs/commands.py docs/*.md docs/*/*.md

# A site to read from the disk: build/site/index.html. A broken link fails it.
docs: $(READY)
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

# The wheel, equal byte for byte whoever builds it; what it needs to run, as an SBOM in CycloneDX's JSON, and with the
# hashes of the files that pip installs here.
wheel: $(READY)
	$(BIN)/python release/wheel.py --out build/dist

sbom: $(READY)
	$(BIN)/python release/lock.py --sbom build/dist/loredact.cdx.json

lock: $(READY)
	$(BIN)/python release/lock.py --out build/dist/requirements.lock

format: $(READY)
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

clean:
	rm -rf $(VENV) demo
