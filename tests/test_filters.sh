#!/usr/bin/env bash
# Display filters on fixtures/web.pcap as the second capture of an archive: test_filters.sh PCAPDEX. The frames are
# those that tshark 4.0.17 selects (sharkd, two passes).
set -u
pcapdex=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

fail() {
	failed=$((failed + 1))
	printf 'FAILED: %s\n' "$*"
}

"$pcapdex" index "$work/a.db" fixtures/trouble.pcap fixtures/web.pcap fixtures/layers.pcap --tag course=2026 2>/dev/null || exit 1
frames() { "$pcapdex" filter "$work/a.db" --format csv "${@:2}" -- "$1" | tail -n +2 | tr -d '\r' | cut -d, -f2 | paste -sd' '; }

while IFS= read -r line; do
	want=${line%% | *}
	filter=${line#* | }
	[ "$want" = - ] && want=
	got=$(frames "$filter and capture.name == \"web.pcap\"")
	[ "$got" = "$want" ] || fail "$filter: $got, not $want"
	got=$(frames "$filter" -c web.pcap)
	[ "$got" = "$want" ] || fail "-c web.pcap $filter: $got, not $want"
done <<'END'
5 6 7 8 9 10 11 12 13 14 15 18 19 | ip.ttl == 0x40 and tcp
5 6 7 8 9 10 11 12 13 14 15 18 19 | ip.ttl == 0b1000000 and ip.proto == Tcp
- | ip.ttl > -1
3 4 20 21 | -ip.ttl < -63 and udp
5 7 8 12 13 15 | tcp.dstport - 81 == -1
5 7 8 12 13 15 | tcp.dstport - 81 < 0
7 9 12 13 14 15 19 | ip.len == 20 + ip.ttl - 44
5 10 15 20 | frame.number % 5 == 0
2 4 5 6 | frame.number in {2, 4..6}
5 6 18 | tcp.flags & 2
6 | tcp.flags & 0x12 == 0x12
5 6 18 | tcp[13] & 2
7 8 9 10 11 12 13 14 15 19 | tcp[12] & f0 == 50
6 9 10 11 14 | tcp[0:2] == 00:50
6 9 10 11 14 17 19 21 | ip.src & 255.255.255.0 == 198.51.100.0
1 | eth.dst[0] & 1
1 | eth.dst[0] & 1 == 1
- | all tcp.port in {80, 40001}
- | all tcp.port in {80..81}
18 19 | any tcp.port in {81}
5 6 7 8 9 10 11 12 13 14 15 18 19 | tcp.port in {tcp.srcport}
- | tcp.srcport in {80} and tcp.len in {1..1000}
3 4 20 21 | ip#1 and udp
21 | ip#2
16 17 21 | ip#[-1] and icmp
3 4 20 21 | ip.ttl#1 == 64 and udp
21 | icmp and ip.src#2
1 2 | len(eth.src) == 6 and arp
7 9 12 13 14 15 19 | len(tcp) == 20
18 19 | max(tcp.srcport, tcp.dstport) == 40002
21 | count(ip.addr) > 2
5 7 8 12 13 15 18 | string(tcp.dstport) matches "^8[01]$"
1 2 | eth.src contains 00:00 and arp
1 | eth.dst matches "\xff{6}"
8 | http contains "GET"
10 | tcp contains "HTTP/1.1 200"
- | http.request.method == "GET" and http.host contains ""
8 | frame contains "GET"
11 | http[0:4] == "HTTP"
18 19 | .tcp.port == 81
- | bootp
2 3 | frame.time > "2023-11-14 22:13:20Z" and frame.time < "2023-11-14 23:13:20.02+01:00"
1 2 | frame.time_delta > -0.5 and arp
5 6 18 | tcp.flags.syn == 2
5 6 18 | tcp.flags.syn == "set"
10 11 | ip.src > ip.dst and tcp.len > 0
18 19 | tcp > 00:50 and tcp.port == 81
- | ff
END

# Fields of ours
[ "$(frames 'capture.id == 2 and udp')" = "$(frames udp -c web.pcap)" ] || fail "capture.id"
[ "$(frames 'capture.tag.course == "2026" and capture.id in {1, 3}' | wc -w)" -eq 21 ] || fail "capture.tag"
[ -z "$(frames 'capture.tag.course == "2025"')" ] || fail "another tag"

# Every statistic takes a filter. One that cuts the frames of a stack in two: the halves add up to the whole.
tree() { "$pcapdex" hierarchy "$work/a.db" -c web.pcap --format csv "$@" | tail -n +2 | cut -d, -f2,6,8,10,11,13 | tr -d '\r'; }
{ tree -Y 'frame.number % 2 == 0'; tree -Y 'frame.number % 2 == 1'; } |
	awk -F, '{for (i = 2; i <= NF; i++) sum[$1, i] += $i; seen[$1]} END {for (p in seen) print p "," sum[p, 2] "," sum[p, 3] "," sum[p, 4] "," sum[p, 5] "," sum[p, 6]}' |
	sort >"$work/halves"
tree | sort >"$work/whole"
cmp -s "$work/halves" "$work/whole" || { fail "hierarchy -Y"; diff "$work/halves" "$work/whole"; }

# Vendors are known where their lists are installed; a block of 24 bits is looked up as it is.
cisco=
[ -e /usr/share/ieee-data/oui.csv ] || [ -e /usr/share/wireshark/manuf ] && cisco='Cisco Systems, Inc'
got=$("$pcapdex" sql "$work/a.db" --format csv "SELECT ether_oui(0x00000c) IS '$cisco', ether_oui(0x01000c) IS NULL, ether_name('x')" |
	tail -n 1 | tr -d '\r')
[ "$got" = "$([ "$cisco" ] && echo 1 || echo 0),1,x" ] || fail "vendors: $got"
[ -z "$(frames 'eth.addr.oui_resolved == "Cisco Systems, Inc"')" ] || fail "eth.addr.oui_resolved of local addresses"
names() { "$pcapdex" names "$work/a.db" --format csv "$@" | tail -n +2 | tr -d '\r' | cut -d, -f1-3; }
[ "$(names -Y dns -t host)" = host,198.51.100.80,www.example.com ] || fail "names -Y dns: $(names -Y dns -t host)"
[ -z "$(names -Y arp -t host)" ] || fail "no name in ARP"
[ "$(names -Y dns -t service)" = service,53/udp,domain ] || fail "services of DNS: $(names -Y dns -t service)"
for question in captures hierarchy 'hierarchy --paths' conversations endpoints lengths 'io --interval 1s' events names packets diagnose; do
	# shellcheck disable=SC2086
	"$pcapdex" ${question%% *} "$work/a.db" $([ "$question" = "${question#* }" ] || echo "${question#* }") -c web.pcap -Y 'tcp.port == 80' >/dev/null 2>"$work/err" ||
		fail "$question -Y: $(cat "$work/err")"
done
"$pcapdex" filter "$work/a.db" 'tcp.port == 81' --sql | grep -q 'SELECT' || fail "--sql"
[ "$failed" -eq 0 ] && echo "filters: all as expected"
exit "$((failed > 0))"
