#!/bin/sh
# Build (release, and with AddressSanitizer and UBSan), run every test, and, where the reference answers are there
# (../shared/conform), compare with tshark cell by cell. Installs what is missing.
set -eu
cd "$(dirname "$0")/.."
scripts/setup.sh check

step() { printf '\n== %s\n' "$*"; }

step "layout"
git ls-files '*.c' '*.h' | xargs clang-format --dry-run --Werror --style=file

step "fixtures are what their program makes"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
python3 fixtures/make.py "$scratch"
for f in "$scratch"/*; do cmp "$f" "fixtures/$(basename "$f")"; done

step "release, gcc"
cmake --preset release
cmake --build --preset release
step "ASan and UBSan, gcc"
cmake --preset debug
cmake --build --preset debug
step "warnings, clang"
CC=clang cmake -S . -B build-clang -G Ninja >/dev/null
cmake --build build-clang

# Two commands at once: most of what follows is one process after another. What the first says comes behind the second's.
both() {
	said=$scratch/both
	"$1" >"$said" 2>&1 &
	first=$!
	ok=0
	"$2" || ok=1
	wait "$first" || ok=1
	cat "$said"
	return "$ok"
}

step "tests"
ctest --test-dir build-debug --output-on-failure --parallel "$(nproc)"

conform=../shared/conform

# What is reached is held.
compare_fields() {
	python3 "$conform/compare.py" --pcapdex build/pcapdex ../shared/captures \
		--min stack=99 --min frame=99.9 --min eth=99.9 --min arp=99.9 --min ip=99.9 --min ipv6=99.9 --min icmp=99.5 \
		--min tcp=99.9 --min tcpflag=99.5 --min tcptime=99.5 --min udp=99.5 --min dns=99.5 --min http=99 --min tls=99 \
		--min dhcp=99 --min misc=97
}

compare_statistics() {
	python3 "$conform/compare_stats.py" --pcapdex build/pcapdex ../shared/captures \
		--min hierarchy=97 --min conversations=99 --min endpoints=99 --min lengths=99 --min io=99
}

compare_lists() {
	python3 tests/follow.py build/pcapdex ../shared/captures --streams 2 --mode raw --every 6 --max-different 3 &&
		python3 tests/io.py build/pcapdex ../shared/captures --every 12 --min 99.8 &&
		if command -v tshark >/dev/null; then
			python3 tests/show.py build/pcapdex ../shared/captures --every 40 --frames 12 --least tcp=99 \
				--least ip=99.5 --least eth=99.5 --least frame=98 --least udp=97 --least dns=99 \
				--least tls=95 --least dhcp=97 --least icmp=99 &&
			python3 tests/packet_list.py --pcapdex build/pcapdex ../shared/captures \
				--min source=99.5 --min destination=99.5 --min protocol=99 --min info=97
		fi
}

sanitize() {
	tests/sanitize.sh build-debug/pcapdex ../shared/captures
}

overlaps() {
	python3 tests/overlaps_brute_force.py build/pcapdex ../shared/captures
}

export_all() {
	tests/export.sh build/pcapdex ../shared/captures
}

other_checks() {
	sanitize && overlaps && export_all
}

if [ -d "$conform" ]; then
	step "agreement with tshark"
	both compare_statistics compare_fields
	step "packet list, streams and graphs beside tshark; sanitizers, overlaps by brute force, export of every file"
	both compare_lists other_checks
fi

step "tests, release"
ctest --test-dir build --output-on-failure --parallel "$(nproc)"
