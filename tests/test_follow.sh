#!/bin/sh
# follow, flow and io on fixtures whose every octet is known (fixtures/make.py).
#
#   tests/test_follow.sh PCAPDEX FIXTURES
set -eu
pcapdex=$1
fixtures=$2
# shellcheck source=tests/expected.sh
. "$(dirname "$0")/expected.sh"

status() {
	got=0
	"$pcapdex" "$@" >/dev/null 2>&1 || got=$?
	echo "$got"
}

"$pcapdex" index "$scratch/a.db" "$fixtures/follow.pcap" >/dev/null
ask() {
	command=$1
	shift
	"$pcapdex" "$command" "$scratch/a.db" "$@"
}

# ---- follow ----

# "one two three four", each once, five octets missing before "six" that B acknowledged, B's "\0seven"; what
# nobody acknowledges behind a gap is not there. Base64 as in RFC 4648.
check "raw" "6f6e6520
74776f20
746872656520
666f757220
5b35206279746573206d697373696e6720696e20636170747572652066696c655d00
7369780a
	00736576656e" "$(ask follow tcp 0 --as raw | sed '1,6d;$d')"
check "json" "4 one  -
6 two  -
5 three  -
7 four  -
10 - 5
9 six\n -
11 - -" "$(ask follow tcp 0 --as json | sed -n 's/.*"frame":\([0-9]*\).*"missing":\([^,]*\),"text":\([^,]*\),.*/\1 \3 \2/p' | tr -d '"' | sed 's/null/-/g')"
check "offset behind a gap" "24" "$(ask follow tcp 0 --as json | sed -n 's/.*"frame":9.*"offset":\([0-9]*\).*/\1/p')"
check "Base64" "AHNldmVu" "$(ask follow tcp 0 --as json | sed -n 's/.*"frame":11.*"data":"\([^"]*\)".*/\1/p')"
check "hex" "	00000000  00 73 65 76 65 6e                                 .seven" "$(ask follow tcp 0 --as hex -d server | grep '^	')"
check "the client's alone" "" "$(ask follow tcp 0 --as hex -d client | grep '^	' || true)"
check "a range of chunks" "746872656520
666f757220" "$(ask follow tcp 0 3-4 --as raw | sed '1,6d;$d')"
check "a decoded body" "Packed and cut, and whole again." "$(ask follow http 1 -d server 3 | sed -n 8p)"
check "datagrams" "8 question 	6 answer" "$(ask follow udp 0 | sed '1,6d;$d' | tr '\n' ' ' | sed 's/ $//')"
check "TLS without keys: the frame of it alone" "6" "$(ask follow tls 0 2>/dev/null | grep -c .)"
check "no such stream" "1" "$(status follow "$scratch/a.db" tcp 7)"
check "no such form" "2" "$(status follow "$scratch/a.db" tcp 0 --as ebcdic)"
check "no number" "2" "$(status follow "$scratch/a.db" tcp x)"

# ---- flow ----

check "arrows of TCP" "Conv.| Time    | 192.0.2.10                            |
     |         |                   | 198.51.100.80     |                   
0    |0.000000 |         SYN       |                   |Seq = 0
     |         |(40001)  ------------------>  (7)      |
0    |0.010000 |         SYN, ACK  |                   |Seq = 0 Ack = 1
     |         |(40001)  <------------------  (7)      |" "$(ask flow --tcp | head -n 6)"
check "conversations are kept apart" "1" "$(ask flow --tcp | grep -c '^---*$')"
check "rows" "4,0.03,192.0.2.10,40001,198.51.100.80,7,TCP,0,24,1,1,4,\"PSH, ACK - Len: 4\"" "$(ask flow --tcp -f csv | tr -d '\r' | sed -n 5p)"
check "a filter" "2" "$(ask flow -Y udp -f csv | tail -n +2 | wc -l | tr -d ' ')"
ask flow --plot "$scratch/flow.svg"
check "an arrow a frame" "19" "$(grep -c '<title>[0-9]' "$scratch/flow.svg")"
"$pcapdex" index "$scratch/hostile.db" "$fixtures/hostile.pcapng" >/dev/null
"$pcapdex" flow "$scratch/hostile.db" --plot "$scratch/hostile.svg"
check "no markup from a capture" "" "$(grep -E '<(script|img|b)\b' "$scratch/hostile.svg" || true)"
check "an SVG that XML reads" "0" "$(python3 -c 'import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])' "$scratch/hostile.svg" >/dev/null 2>&1 && echo 0 || (command -v python3 >/dev/null && echo 1 || echo 0))"

# ---- io ----

"$pcapdex" index "$scratch/io.db" "$fixtures/web.pcap" "$fixtures/trouble.pcap" >/dev/null
# trouble.pcap has frames in its seconds 0 (11), 2 (2) and 5 (1); web.pcap ends after 0.14 s.
check "aligned" "start,end,web.pcap: COUNT FRAMES,trouble.pcap: COUNT FRAMES
0,1,21,11
1,2,,0
2,3,,2
3,4,,0
4,5,,0
5,5.062,,1" "$("$pcapdex" io "$scratch/io.db" --align relative -g 'COUNT FRAMES' -f csv | tr -d '\r"')"
check "by the clock" "2023-11-14T22:13:22.000000Z,2,3,,2" "$("$pcapdex" io "$scratch/io.db" --align absolute -g 'COUNT FRAMES' -f csv | tr -d '\r"' | sed -n 4p)"
check "peaks" "web.pcap,COUNT FRAMES,0,0.14,2023-11-14T22:13:20.000000Z,21
trouble.pcap,COUNT FRAMES,0,1,2023-11-14T22:13:20.000000Z,11" "$("$pcapdex" io "$scratch/io.db" --peak -g 'COUNT FRAMES' -f csv | tr -d '\r"' | tail -n +2)"
check "no peak where nothing is" "web.pcap,sip;COUNT FRAMES,,,," "$("$pcapdex" io "$scratch/io.db" --peak -c web.pcap -g 'sip;COUNT FRAMES' -f csv | tr -d '\r"' | tail -n 1)"
# The first frame of a capture has no neighbour in the capture before it: times grow by 0 and 20 times 7 ms.
check "each capture has its own time" "0.14" "$("$pcapdex" io "$scratch/io.db" -c web.pcap -g ';SUM(frame.time_delta)' -f csv | tr -d '\r"' | sed -n '2s/.*,//p')"
check "a field that no capture has" "0" "$("$pcapdex" io "$scratch/io.db" -c web.pcap -g ';COUNT(sip.Call-ID)' -f csv | tr -d '\r"' | sed -n '2s/.*,//p')"
check "align by what" "2" "$(status io "$scratch/io.db" --align sideways)"

exit $((failed != 0))
