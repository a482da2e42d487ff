#!/usr/bin/env bash
# Runs every fuzz target of the module, one after the other.
#
# usage: tools/fuzz.sh DURATION
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

duration=${1:?usage: tools/fuzz.sh DURATION}
found=0
while IFS=: read -r file line; do
	target=$(sed -E 's/^func (Fuzz[A-Za-z0-9_]*).*/\1/' <<<"$line")
	echo "== $target in ${file%/*} for $duration"
	go test "./${file%/*}" -run '^$' -fuzz "^$target\$" -fuzztime "$duration" -fuzzminimizetime 1x
	found=$((found + 1))
done < <(git grep --untracked -E '^func Fuzz[A-Za-z0-9_]*\(' -- '*_test.go')
if [ "$found" -eq 0 ]; then
	echo 'fuzz.sh: no fuzz target found' >&2
	exit 1
fi
