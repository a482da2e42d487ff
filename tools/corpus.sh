#!/usr/bin/env bash
# Holds monctl against the verdicts of the reference programs on public data,
# which is not part of the repository: a folder with rendered/<mixin>/,
# promtests/, alertmanager/ and prometheus-config/, the last three with the
# verdicts of promtool and amtool in verdicts.json. Without it there is nothing
# to do, which is said.
#
# usage: tools/corpus.sh DIR
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

dir=${1:?usage: tools/corpus.sh DIR}
if ! [ -d "$dir" ]; then
	echo "corpus.sh: skipped, there is no public data in $dir"
	exit 0
fi
dir=$(cd "$dir" && pwd)

log=$(mktemp)
trap 'rm -f "$log"' EXIT

# corpus FOLDER PACKAGE TESTS ARG... runs tests on a folder and prints what they
# have counted, or everything if they fail.
corpus() {
	local folder=$1 package=$2 tests=$3
	shift 3
	if ! [ -d "$folder" ]; then
		echo "corpus.sh: skipped, there is no $folder"
	elif go test "$package" -run "$tests" -count 1 -v -args "$@" >"$log" 2>&1; then
		grep -oE '_test.go:[0-9]+: (.*: )?[0-9]+ .*|^ok.*' "$log" | sed -E 's/^_test.go:[0-9]+: /	/' | grep -E '^(	|ok)' || true
	else
		cat "$log"
		return 1
	fi
}

# Accepted or refused, as by Prometheus' and Alertmanager's own programs: by the
# loaders alone, and by validate, which is told no kind and runs every check.
corpus "$dir" ./pkg/schema TestCorpus -corpus "$dir"
corpus "$dir" ./pkg/pipeline TestCorpus -corpus "$dir"
# Converted, and evaluated back to the same value by go-jsonnet.
corpus "$dir" ./pkg/convert TestCorpus -corpus "$dir"
# Verdicts of unit tests: those in verdicts.json, and those of promtool in this
# very run, each test beside Prometheus' own evaluation.
corpus "$dir/promtests" ./pkg/ruletest TestCorpus -corpus "$dir/promtests"
if [ -d "$dir/promtests" ]; then
	go run ./tools/corpustest -verify "$dir/promtests"
fi
# Public routing trees, played by Alertmanager's own packages too.
corpus "$dir/alertmanager" ./pkg/routing/simulate Configurations -cases 20 -configs "$dir/alertmanager"
