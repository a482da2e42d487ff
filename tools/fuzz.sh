#!/usr/bin/env bash
# Runs every fuzz target of the module, one after the other, and says at the end
# which have found something. What is found stays in the package's testdata/fuzz,
# to be committed with what mends it.
#
# Only the module's own packages are instrumented. `go test -fuzz` does so with
# all that a package links, which is most of Prometheus and of ten cloud SDKs,
# and would be built for that alone.
#
# usage: tools/fuzz.sh DURATION
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

duration=${1:?usage: tools/fuzz.sh DURATION}
module=$(go list -m)
cache=$(go env GOCACHE)/fuzz
binary=$(mktemp -d)
trap 'rm -rf "$binary"' EXIT

built=
count=0
found=()
while IFS=: read -r file line; do
	package=${file%/*}
	target=$(sed -E 's/^func (Fuzz[A-Za-z0-9_]*).*/\1/' <<<"$line")
	if [ "$package" != "$built" ]; then
		go test -c -ldflags='-s -w' -gcflags="$module/...=-d=libfuzzer" -o "$binary/fuzz.test" "./$package"
		built=$package
	fi
	echo "== $target in $package for $duration"
	if ! (cd "$package" && "$binary/fuzz.test" -test.run '^$' -test.fuzz "^$target\$" -test.fuzztime "$duration" \
		-test.fuzzminimizetime 1x -test.fuzzcachedir "$cache/$module/$package"); then
		found+=("$package $target")
	fi
	count=$((count + 1))
done < <(git grep --untracked -E '^func Fuzz[A-Za-z0-9_]*\(' -- '*_test.go')

if [ "$count" -eq 0 ]; then
	echo 'fuzz.sh: no fuzz target found' >&2
	exit 1
fi
printf '%d targets, %d of which have found something\n' "$count" "${#found[@]}"
if [ "${#found[@]}" -gt 0 ]; then
	printf '  %s\n' "${found[@]}"
	exit 1
fi
