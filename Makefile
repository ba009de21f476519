# The two commands a newcomer needs are `make quickstart` and `make test`; both install what they lack and say what they do.
SHELL := /bin/bash
.DEFAULT_GOAL := help

VENV := .venv
PYTHON := $(VENV)/bin/python
# Extra arguments for pip, for example an index that carries CPU-only PyTorch wheels.
PIP_ARGS ?=
# Debian packages: what the build links, what the Python environment needs, what looks at the console.
DEBIAN_PACKAGES := libsqlite3-dev zlib1g-dev python3-venv chromium postgresql libpq5
AKU := .build/release/aku

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

.PHONY: system
system: ## Install the Debian packages that are missing
	@missing=""; for p in $(DEBIAN_PACKAGES); do dpkg -s $$p >/dev/null 2>&1 || missing="$$missing $$p"; done; \
	if [ -n "$$missing" ]; then \
		echo "==> Installing Debian packages:$$missing"; \
		sudo=""; [ "$$(id -u)" = 0 ] || sudo=sudo; \
		$$sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq --no-install-recommends $$missing; \
	fi
	@command -v swift >/dev/null || { echo "The Swift toolchain (6.2 or later) is missing: see swift.org/install."; exit 1; }

$(VENV)/.installed: mlops/requirements.txt Tests/requirements.txt
	@echo "==> Creating the Python environment in $(VENV) (PyTorch, Transformers, MLflow client, ONNX Runtime)"
	@test -x $(PYTHON) || python3 -m venv $(VENV)
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check $(PIP_ARGS) -r mlops/requirements.txt -r Tests/requirements.txt
	@touch $@

.PHONY: venv
venv: $(VENV)/.installed ## Create .venv from mlops/requirements.txt and Tests/requirements.txt

.PHONY: build
build: system ## Build the release binary
	@echo "==> Building aku (release)"
	@swift build -c release --product aku --static-swift-stdlib -Xlinker -s

.PHONY: quickstart
quickstart: build venv ## The whole loop on real data: collect, train, serve, drift, retrain, swap, trace, verify
	@$(AKU) quickstart --python $(PYTHON) --report quickstart-report.json $(QUICKSTART_ARGS)

.PHONY: lint
lint: ## Check the formatting of every Swift file
	@swift format lint --strict --parallel --recursive Sources Tests Benchmarks Package.swift

.PHONY: unit
unit: system venv ## Unit tests
	@echo "==> Building the tests (debug)"
	@swift build --build-tests
	@echo "==> Unit tests"
	@AKU_PYTHON="$(CURDIR)/$(PYTHON)" swift test --skip-build

# The suites of whatever keeps rows, on a PostgreSQL server of their own.
POSTGRES_SUITES := StorageTests|SecurityTests|DatasetsTests|PipelinesTests|TrackingTests|RegistryTests|ServingTests|MonitoringTests

.PHONY: unit-postgres
unit-postgres: system ## The stores' tests on PostgreSQL
	@swift build --build-tests
	@echo "==> Unit tests of the stores on PostgreSQL"
	@Tests/PostgresServer/with-postgres swift test --skip-build --filter '^($(POSTGRES_SUITES))\.' --skip 'S3|ObjectBackend'

# Where tasks run besides processes: containers, and a Slurm cluster of one node.
EXECUTOR_PACKAGES := podman runc catatonit busybox-static slurmctld slurmd slurm-client munge curl

.PHONY: end-to-end
end-to-end: DEBIAN_PACKAGES += $(EXECUTOR_PACKAGES)
end-to-end: system venv ## A real server, the real mlflow client, a real training run on a slice, headless Chromium
	@swift build --product aku
	@echo "==> End-to-end tests"
	@$(PYTHON) -m pytest -q Tests/EndToEndTests/python

.PHONY: engines
engines: system venv ## An exported pipeline on real Prefect 3 and Airflow 3, compared with our own engine
	@swift build --product aku
	@Tests/EndToEndTests/engines/run

# How much `make crash` kills, and the choice of what and when.
KILLS ?= 500
SEED ?= 1

.PHONY: crash
crash: system venv ## Servers and tasks killed at named points and at random: nothing is lost, nothing counts twice
	@swift build --product aku
	@$(PYTHON) Tests/EndToEndTests/crash/run --kills $(KILLS) --seed $(SEED)

.PHONY: test
test: lint unit unit-postgres end-to-end ## Everything that CI checks

.PHONY: bench
bench: DEBIAN_PACKAGES += wrk nginx-light curl
bench: system venv ## Re-run the benchmarks and rewrite Benchmarks/*/latest.json
	@AKU_BENCHMARKS=1 swift build -c release --static-swift-stdlib
	@for b in Benchmarks/*/run; do echo "==> $$b"; PYTHON="$(CURDIR)/$(PYTHON)" "$$b" || exit 1; done
	@$(MAKE) --no-print-directory engines

.PHONY: stop
stop: ## Stop the server that an interactive quickstart left running
	@$(AKU) quickstart --stop

.PHONY: clean
clean: ## Remove build products and the quickstart's data; keep .venv
	@rm -rf .build .aku quickstart-report.json
