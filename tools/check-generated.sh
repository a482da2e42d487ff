#!/usr/bin/env bash
# Fails when `make gen` changes a file, which means that something generated was
# committed stale. It compares the tree before and after, so it may be run with
# work in progress.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

state() {
	git diff HEAD
	# A new file counts too, by its content.
	git ls-files -z --others --exclude-standard | xargs -r0 sha256sum
}

before=$(state)
make --silent gen
after=$(state)
if [ "$before" != "$after" ]; then
	echo 'check-generated.sh: generated files were not up to date; make gen has written them, commit the difference:' >&2
	diff <(printf '%s\n' "$before") <(printf '%s\n' "$after") >&2 || true
	exit 1
fi
