#!/usr/bin/env bash
# Builds and installs the real programs that monctl is tested and measured against.
#
# usage: tools/install-peers.sh [build] [bench] [debian]
#
#   build   promtool, prometheus, amtool, alertmanager, jsonnet, jb and the
#           Jsonnet driver of the benchmark, at the versions that the go.mod of
#           tools/peers pins, into .bin/.
#   bench   tk and pint, which only the benchmark needs, at the versions that
#           tools/peers/tanka and tools/peers/pint pin, into .bin/.
#   debian  prometheus-node-exporter and prometheus-blackbox-exporter from the
#           distribution's packages, where they are missing. The tests start
#           the programs themselves; no service is started here.
#
# Without an argument it does all of them.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
bin=$root/.bin

log() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

module_version() { go list -C "$root/tools/peers${2:-}" -m -f '{{.Version}}' "$1"; }

# A build from the module proxy carries no version of its own, so it is set the
# way upstream's release builds set it; otherwise --version would print blanks.
# Stripped, as monctl is when it is measured beside them.
link_flags() {
	local version
	version=$(module_version "$1")
	printf -- '-s -w -X github.com/prometheus/common/version.Version=%s' "${version#v}"
}

# Alertmanager's module lacks the built web interface it embeds, so its server
# does not compile from the module as it is. Its source is copied and the
# interface replaced by an empty page; everything else is what was released.
build_alertmanager() {
	local module=github.com/prometheus/alertmanager source=$bin/src/alertmanager
	rm -rf "$bin/src"
	mkdir -p "$source"
	cp -R "$(go list -C "$root/tools/peers" -m -f '{{.Dir}}' "$module")/." "$source/"
	chmod -R u+w "$source"
	mkdir -p "$source/ui/app/dist"
	echo '<!doctype html><title>Alertmanager without its interface</title>' >"$source/ui/app/dist/index.html"
	cp "$root/tools/peers/go.mod" "$bin/src/peers.mod"
	cp "$root/tools/peers/go.sum" "$bin/src/peers.sum"
	go mod edit -replace "$module=$source" "$bin/src/peers.mod"
	go build -C "$root/tools/peers" -modfile="$bin/src/peers.mod" \
		-ldflags "$(link_flags $module)" -o "$bin/" $module/cmd/alertmanager
}

build() {
	log "building promtool, prometheus, amtool, alertmanager, jsonnet and jb into .bin"
	mkdir -p "$bin"
	go build -C "$root/tools/peers" -ldflags "$(link_flags github.com/prometheus/prometheus)" -o "$bin/" \
		github.com/prometheus/prometheus/cmd/promtool \
		github.com/prometheus/prometheus/cmd/prometheus
	go build -C "$root/tools/peers" -ldflags "$(link_flags github.com/prometheus/alertmanager)" -o "$bin/" \
		github.com/prometheus/alertmanager/cmd/amtool
	go build -C "$root/tools/peers" -ldflags '-s -w' -o "$bin/" \
		github.com/google/go-jsonnet/cmd/jsonnet ./jsonnetdriver \
		github.com/jsonnet-bundler/jsonnet-bundler/cmd/jb
	build_alertmanager
}

bench() {
	log "building tk and pint into .bin"
	mkdir -p "$bin"
	local tanka=github.com/grafana/tanka pint=github.com/cloudflare/pint
	go build -C "$root/tools/peers/tanka" -o "$bin/" \
		-ldflags "-s -w -X $tanka/pkg/tanka.CurrentVersion=$(module_version $tanka /tanka)" $tanka/cmd/tk
	go build -C "$root/tools/peers/pint" -o "$bin/" \
		-ldflags "-s -w -X main.version=$(module_version $pint /pint)" $pint/cmd/pint
}

debian() {
	local missing=() package
	for package in prometheus-node-exporter prometheus-blackbox-exporter; do
		command -v "$package" >/dev/null || missing+=("$package")
	done
	if [ ${#missing[@]} -eq 0 ]; then
		return
	fi
	if ! command -v apt-get >/dev/null; then
		log "${missing[*]} not found and this is no Debian: install them by hand and put them on PATH"
		exit 1
	fi
	local sudo=
	[ "$(id -u)" -eq 0 ] || sudo=sudo
	log "installing ${missing[*]}"
	# RUNLEVEL=1 keeps the packages' scripts from starting the services.
	$sudo apt-get update -qq
	$sudo env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
		apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

if [ $# -eq 0 ]; then
	set -- build bench debian
fi
for step in "$@"; do
	case $step in
	build | bench | debian) "$step" ;;
	*)
		log "unknown step $step; usage: tools/install-peers.sh [build] [bench] [debian]"
		exit 2
		;;
	esac
done
