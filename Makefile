# Every target is a short command one could type; `make help` lists them.
# `make check` is exactly what CI runs.

GO ?= go
BIN := .bin
FUZZTIME ?= 60s
BENCH ?=
DIR ?=
RENDERED ?=
CORPUS ?= ../shared/corpus

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: build
build: ## build a stripped monctl into .bin/monctl
	$(GO) build -ldflags='-s -w' -o $(BIN)/ ./cmd/monctl

.PHONY: test
test: ## run every test that needs nothing but Go
	$(GO) test ./...

.PHONY: e2e
e2e: peers $(BIN)/jsonnetfmt ## run the tests against the real programs, installing these where missing
	$(GO) test -tags e2e -count 1 -timeout 20m ./e2e/...

.PHONY: lint
lint: $(BIN)/golangci-lint $(BIN)/jsonnetfmt ## run the linters, check formatting, links and that generated files are up to date
	$(BIN)/golangci-lint run ./...
	cd tools/peers && ../../$(BIN)/golangci-lint run --config ../../.golangci.yml ./...
	tools/jsonnet-files.sh | xargs -r0 $(BIN)/jsonnetfmt --test
	tools/check-generated.sh
	$(MAKE) --no-print-directory docs

.PHONY: fmt
fmt: $(BIN)/golangci-lint $(BIN)/jsonnetfmt ## format the Go and the Jsonnet files
	$(BIN)/golangci-lint fmt ./...
	cd tools/peers && ../../$(BIN)/golangci-lint fmt --config ../../.golangci.yml ./...
	tools/jsonnet-files.sh | xargs -r0 $(BIN)/jsonnetfmt -i

.PHONY: fix
fix: $(BIN)/golangci-lint fmt ## let the linters correct what they can, then format
	$(BIN)/golangci-lint run --fix ./...

.PHONY: gen
gen: ## write what is generated again: the //go:generate lines of the packages
	$(GO) generate ./...

.PHONY: docs
docs: ## check that the links within the documentation lead somewhere
	git ls-files -z --cached --others --exclude-standard -- '*.md' ':!:**/testdata/**' | xargs -r0 $(GO) run ./tools/checklinks

.PHONY: golden
golden: ## write the golden files of the tests again; look at the difference before you commit it
	UPDATE_GOLDEN=1 $(GO) test ./...

.PHONY: fuzz
fuzz: ## run every fuzz target for FUZZTIME (default 60s)
	tools/fuzz.sh $(FUZZTIME)

.PHONY: bench
bench: build peers $(BIN)/.bench-peers ## measure monctl beside its peers; BENCH=<regexp> picks the cases
	$(GO) run ./bench -run '$(BENCH)'

.PHONY: conformance
conformance: ## hold the Jsonnet engines against upstream's test data in DIR, see tools/jsonnetcheck
	$(GO) run ./tools/jsonnetcheck conformance '$(DIR)'

.PHONY: corpus-routing
corpus-routing: ## hold simulated notifications against Alertmanager's packages: CASES generated scenarios, and each configuration in DIR
	$(GO) test ./pkg/routing/simulate -run 'AgainstUpstream|Configurations' -v -count 1 -timeout 2h -args -cases '$(or $(CASES),2000)' -configs '$(if $(DIR),$(abspath $(DIR)))'

.PHONY: corpus-test
corpus-test: build peers ## run the rule tests in DIR with promtool and monctl, and print each verdict that differs, and the ratio of the times
	$(GO) run ./tools/corpustest '$(DIR)'

.PHONY: corpus-render
corpus-render: ## evaluate and render the public mixins in DIR, beside go-jsonnet, and print each difference; RENDERED=<dir> adds files to compare with
	$(GO) run ./tools/jsonnetcheck -rendered '$(RENDERED)' corpus '$(DIR)'

.PHONY: corpus
corpus: build peers ## hold validate, convert, dashboards, routing and test --verify against the public data in CORPUS (default ../shared/corpus), if it is there
	tools/corpus.sh '$(CORPUS)'

.PHONY: check
check: lint test e2e corpus ## what CI runs: lint, test, e2e and corpus

.PHONY: peers
peers: $(BIN)/.peers ## build the pinned peers into .bin and install the exporters where missing
	tools/install-peers.sh debian

$(BIN)/.peers: $(wildcard tools/peers/go.*) tools/install-peers.sh $(wildcard tools/peers/*/*.go)
	tools/install-peers.sh build
	touch $@

$(BIN)/.bench-peers: $(wildcard tools/peers/*/go.*) tools/install-peers.sh
	tools/install-peers.sh bench
	touch $@

$(BIN)/jsonnetfmt: tools/peers/go.mod tools/peers/go.sum
	$(GO) build -C tools/peers -o ../../$(BIN)/ github.com/google/go-jsonnet/cmd/jsonnetfmt
	touch $@

$(BIN)/golangci-lint: tools/lint/go.mod tools/lint/go.sum
	$(GO) build -C tools/lint -o ../../$(BIN)/ github.com/golangci/golangci-lint/v2/cmd/golangci-lint
	touch $@
