#!/bin/sh
# docs/examples/embed.c on a fixture, linked to the shared and to the static library: test_embed.sh EMBED... FIXTURES
set -eu
# shellcheck source=tests/expected.sh
. "$(dirname "$0")/expected.sh"
for fixtures; do :; done
# Frames of fixtures/make.py; the Info texts are what `tshark -2 -n -r web.pcap -Y dns` prints.
want="capture 1: 21 frames
web.pcap has 21 frames
3	75 octets	Standard query 0x1a2b A www.example.com
4	91 octets	Standard query response 0x1a2b A www.example.com A 198.51.100.80"
for embed; do
	[ "$embed" = "$fixtures" ] && continue
	rm -f "$scratch/a.db"
	check "$embed" "$want" "$("$embed" "$scratch/a.db" "$fixtures/web.pcap" dns 2>/dev/null)"
	check "again" "capture 1 is there already" "$("$embed" "$scratch/a.db" "$fixtures/web.pcap" dns 2>/dev/null | head -n 1)"
	"$embed" "$scratch/a.db" "$fixtures/web.pcap" 'dns.nonsense' >/dev/null 2>"$scratch/err" && failed=$((failed + 1))
	grep -q 'dns.nonsense is neither a field nor a protocol' "$scratch/err" || { cat "$scratch/err"; failed=$((failed + 1)); }
	"$embed" "$scratch/a.db" "$scratch/missing.pcap" >/dev/null 2>"$scratch/err" && failed=$((failed + 1))
	grep -q 'missing.pcap: cannot open: No such file' "$scratch/err" || { cat "$scratch/err"; failed=$((failed + 1)); }
done
[ "$failed" -eq 0 ] || { echo "$failed failed"; exit 1; }
