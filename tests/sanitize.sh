#!/bin/sh
# Every capture of a folder, and every prefix of a few, through a sanitizer build: no report, no crash.
#
#   tests/sanitize.sh PCAPDEX FOLDER
set -eu
pcapdex=$1
folder=$2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export ASAN_OPTIONS=abort_on_error=1 UBSAN_OPTIONS=halt_on_error=1

# Many files a run: the start of a process costs more than most captures. 0 and 1 (damaged input) are answers; anything else,
# and any report, is a failure.
try() {
	status=0
	"$@" >"$scratch/out" 2>&1 || status=$?
	if [ "$status" -gt 1 ] || grep -q -e 'runtime error' -e Sanitizer "$scratch/out"; then
		echo "FAILED (status $status): $*" | cut -c 1-2000
		grep -n -A 40 -e 'runtime error' -e Sanitizer "$scratch/out" | head -n 60
		exit 1
	fi
}

set --
n=0
for f in "$folder"/*; do
	case $f in *.tsv | *.md) continue ;; esac
	set -- "$@" "$f"
	n=$((n + 1))
done
try "$pcapdex" index --quiet "$scratch/a.db" "$@"
echo "$n captures: no report"

# All that is stored is read back by the questions.
for question in captures hierarchy conversations endpoints lengths "io --interval 1h" "packets -T json --limit 20000" verify; do
	set -- $question
	command=$1
	shift
	try "$pcapdex" "$command" "$scratch/a.db" "$@"
done
echo "questions over all of them: no report"

# Every prefix of the smallest of each kind.
mkdir "$scratch/prefixes"
for suffix in pcap pcapng gz; do
	find "$folder" -name "*.$suffix" -size -2 -size +0 | sort | head -n 2 | while read -r f; do
		size=$(stat -c %s "$f")
		cut=1
		while [ "$cut" -lt "$size" ]; do
			head -c "$cut" "$f" >"$scratch/prefixes/$(printf %05d "$cut").$(basename "$f")"
			cut=$((cut + 1))
		done
	done
done
try "$pcapdex" index --quiet "$scratch/b.db" "$scratch"/prefixes/*
echo "$(find "$scratch/prefixes" -type f | wc -l) prefixes: no report"
