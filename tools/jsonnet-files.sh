#!/usr/bin/env bash
# Prints the project's Jsonnet files, each ended by a NUL. Test data is left
# out: some of it is wrong on purpose.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
git ls-files -z --cached --others --exclude-standard -- '*.jsonnet' '*.libsonnet' ':!:**/testdata/**' ':!:vendor/**'
