#!/bin/sh
# Index every capture of a folder and export it again: the same octets (of a compressed one, its decompressed content).
#
#   tests/export.sh PCAPDEX FOLDER
set -eu
pcapdex=$1
folder=$2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
good=0
bad=0
for f in "$folder"/*; do
	case $f in *.tsv | *.md) continue ;; esac
	rm -f "$scratch"/*
	"$pcapdex" index "$scratch/a.db" "$f" >/dev/null 2>&1 || true
	[ -e "$scratch/a.db" ] || { echo "not a capture: $f"; continue; }
	"$pcapdex" export "$scratch/a.db" -o "$scratch/out" >/dev/null 2>"$scratch/err" || { echo "no export: $f"; cat "$scratch/err"; bad=$((bad + 1)); continue; }
	case $(head -c 4 "$f" | od -An -tx1 | tr -d ' \n') in
	1f8b*) want=$(gzip -dc "$f" 2>/dev/null | sha256sum) ;;
	28b52ffd) want=$(zstd -qdc "$f" | sha256sum) ;;
	04224d18) want=$(lz4 -qdc "$f" | sha256sum) ;;
	*) want=$(sha256sum <"$f") ;;
	esac
	if [ "$want" = "$(sha256sum <"$scratch/out")" ]; then
		good=$((good + 1))
	else
		echo "differs: $f"
		bad=$((bad + 1))
	fi
done
echo "$good passed, $bad failed"
[ "$bad" -eq 0 ]
