# Everything that is done here is done by a target of this file.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
LISTEN ?= 127.0.0.1:8080
export PATH := $(shell tests/path printenv PATH)

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: ## Start the portal with a demonstration; RESET=1 forgets earlier data, LISTEN=127.0.0.1:9000 moves it
	@tests/setup run
	@tests/samples/build real
	@$(MAKE) --no-print-directory site
	@echo '==> building the portal (the first time takes some minutes)'
	@cargo build --locked --workspace --bin towpath --bin demo
	@exec target/debug/demo --data .towpath --listen $(LISTEN) $(if $(RESET),--reset)

site: ## Build the pages' assets into target/site
	@echo "==> building the pages' assets"
	@cargo build --locked --quiet --workspace --bin bundle
	@target/debug/bundle --wasm-opt frontend/bundle/node_modules/.bin/wasm-opt

test: ## Check and test everything; installs what it needs
	@tests/setup test
	@$(MAKE) --no-print-directory check samples site
	@target/venv/bin/python tests/checks/examples.py
	@target/venv/bin/python tests/checks/setup.py
	@echo '==> Rust tests'
	@tests/nextest
	@tests/faults
	@cargo test --workspace --locked --doc --quiet
	@echo '==> mutants of the domain'
	@python3 tests/mutants/run.py --package domain
	@echo '==> the API, as everyone'
	@tests/api/run
	@echo '==> attacks'
	@tests/attack/run
	@$(MAKE) --no-print-directory infra emulator-contract emulator-test browser
	@echo '==> all tests passed'

check: ## Format, lints, docs and their links, dependency rules, and the domain alone for WebAssembly
	@echo '==> checks'
	@cargo fmt --check
	@cargo clippy --locked --quiet --workspace --all-targets -- -D warnings
	@cargo check --locked --quiet --package domain --target wasm32-unknown-unknown
	@cargo clippy --locked --quiet --package cli --no-default-features -- -D warnings
	@RUSTDOCFLAGS='-D warnings' cargo doc --locked --quiet --workspace --no-deps
	@python3 tests/checks/dependencies.py
	@python3 tests/checks/layers.py
	@python3 tests/checks/cycles.py
	@python3 tests/checks/sbom.py
	@python3 tests/checks/links.py
	@python3 tests/mutants/listed.py
	@python3 -B tests/packages-suite/listed.py
	@infra/cost/page --check

samples: ## Fetch and make the sample packages in target/samples
	@tests/samples/build

infra: ## Check the infrastructure: types, lints, template tests, cdk-nag, cfn-lint, IAM policies; UPDATE=1 accepts changed templates
	@echo '==> infrastructure'
	@UPDATE=$(UPDATE) infra/check

synth: ## Write the templates of all environments into target/cdk.out; needs no credentials
	@infra/synth

deploy: ## Deploy to AWS: ENV=dev; PACKAGE=<folder> takes an earlier build instead of a new one, CLOSED=1 lets nothing run
	@infra/deploy $(ENV)

destroy: ## Take an environment down: ENV=dev; keeps its data, unless DATA=destroy
	@infra/destroy $(ENV)

backup: ## Back a deployment up: ENV=dev TO=<folder>; AT=2026-11-30T14:05:00Z takes the table as it was then
	@TO="$(TO)" AT="$(AT)" infra/backup $(ENV)

restore: ## Put a backup into a deployment that is new and closed: ENV=dev FROM=<folder>
	@FROM="$(FROM)" infra/restore $(ENV)

redrive: ## Have events that were put aside recorded after all: ENV=dev
	@infra/redrive $(ENV)

user: ## Let a person in: ENV=dev MAIL=ada@example.com GROUP=admins
	@MAIL="$(MAIL)" GROUP="$(GROUP)" infra/user $(ENV)

emulator: ## Deploy the stack to an AWS emulator on this machine, with a demonstration; PACKAGE=<folder> takes an earlier build
	@tests/setup test
	@tests/emulator/build
	@exec target/venv/bin/python tests/emulator/demonstration.py

emulator-test: ## Use the deployed stack end to end on an AWS emulator
	@echo '==> the deployed stack, on the AWS emulator'
	@tests/emulator/build
	@tests/emulator/test

emulator-contract: ## The store's contract suite over an AWS emulator
	@echo '==> the AWS emulator'
	@tests/emulator/contract

api-test: ## Make up requests for every operation of the API, as everyone, for some minutes; ONLY=<role> asks as one
	@tests/setup test
	@cargo test --locked --quiet --workspace --test lives
	@tests/api/run --thorough --examples 50 $(if $(ONLY),--only $(ONLY))

attack: ## Replay attacks on a local portal, each with its original input and a generated one; SEED=123 generates the same again
	@tests/setup test
	@cargo build --locked --quiet --workspace --bins
	@tests/attack/run

browser: ## Click through the demonstration in headless Chromium
	@echo '==> browser tests'
	@tests/browser/run

fuzz: ## Look for inputs that break a parser: TARGET=events SECONDS=60; INPUT=<file> runs one again, KEEP=1 saves new ones
	@tests/setup fuzz
	@KEEP=$(KEEP) tests/fuzz/run "$(TARGET)" "$(or $(INPUT),$(SECONDS))"

packages-suite: ## Compare what is read of 559 public packages with aapt2 and apksigner; ONLY=<name> shows some, PACKAGES_MIRROR=<address> clones from elsewhere
	@tests/setup packages
	@target/venv/bin/python -B tests/packages-suite/suite.py $(if $(ONLY),--only $(ONLY))

chaos: ## Let a busy team meet faults, kills and wrong clocks: SEEDS=100 STEPS=2000; SEED=7 repeats one, PRINT=1 prints each step
	@tests/setup test
	@TOWPATH_CHAOS_SEED=$(SEED) TOWPATH_CHAOS_SEEDS=$(or $(SEEDS),100) TOWPATH_CHAOS_STEPS=$(or $(STEPS),2000) \
		TOWPATH_CHAOS_PRINT=$(PRINT) tests/nextest -E 'binary(chaos)'

mutants: ## Disable each guard of tests/mutants/list.toml, and expect its test to fail; ONLY=<name> takes one
	@tests/setup test
	@python3 tests/mutants/run.py $(if $(ONLY),--only $(ONLY))

bench: ## Measure the budgets of docs/architecture.md and the figures of docs/scale.md, as ratios and counts
	@tests/setup bench
	@$(MAKE) --no-print-directory samples site
	@tests/bench/run

cost: ## Measure what each operation takes of AWS, and write docs/cost.md
	@tests/bench/run operations
	@infra/cost/page > docs/cost.md

fresh-machine: ## Try `make run` and `make test` on a bare Debian made for it; KEEP=1 keeps it
	@tests/fresh-machine

fmt: ## Format the code
	@cargo fmt

.PHONY: help run site test check samples infra synth deploy destroy backup restore redrive user emulator emulator-test emulator-contract api-test attack browser fuzz packages-suite chaos mutants bench cost fresh-machine fmt
