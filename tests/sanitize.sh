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
n=0

# A signal or a sanitizer's report is a failure; 0 and 1 (damaged input) are answers.
try() {
	status=0
	rm -f "$scratch/a.db"
	"$pcapdex" index "$scratch/a.db" "$1" >"$scratch/out" 2>&1 || status=$?
	n=$((n + 1))
	if [ "$status" -gt 1 ] || grep -q -e 'runtime error' -e Sanitizer "$scratch/out"; then
		echo "FAILED (status $status): $2"
		cat "$scratch/out"
		exit 1
	fi
}

for f in "$folder"/*; do
	case $f in *.tsv | *.md) continue ;; esac
	try "$f" "$f"
done

# The smallest of each kind, so that all their prefixes take seconds, not hours.
for suffix in pcap pcapng gz; do
	find "$folder" -name "*.$suffix" -size -2 -size +0 | sort | head -n 2 | while read -r f; do
		size=$(stat -c %s "$f")
		cut=1
		while [ "$cut" -lt "$size" ]; do
			head -c "$cut" "$f" >"$scratch/prefix"
			try "$scratch/prefix" "first $cut octets of $f"
			cut=$((cut + 1))
		done
	done
done
echo "every capture of $folder and the prefixes: no report"
