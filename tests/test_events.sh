#!/bin/sh
# events, stream and its graphs on fixtures whose every frame is known (fixtures/make.py).
#
#   tests/test_events.sh PCAPDEX FIXTURES
set -eu
pcapdex=$1
fixtures=$2
# shellcheck source=tests/expected.sh
. "$(dirname "$0")/expected.sh"

"$pcapdex" index "$scratch/a.db" "$fixtures/trouble.pcap" "$fixtures/tcp_closed_four_way.pcap" "$fixtures/tcp_peer_vanished.pcap" >/dev/null
ask() {
	"$pcapdex" "$@" --format csv | tail -n +2 | tr -d '\r'
}

# Frame, event, other frame.
check "events of trouble.pcap" "1,syn,
2,syn_ack,1
3,established,2
6,lost_segment,
7,duplicate_ack,5
8,duplicate_ack,5
9,duplicate_ack,5
10,fast_retransmission,
10,retransmission,
12,keep_alive,
13,keep_alive_ack,12
14,rst,12" "$(ask events "$scratch/a.db" -c trouble.pcap | cut -d, -f2,7,9)"

check "teardown" "8,fin,
8,fin_active,
9,fin_acked,8
10,fin,
10,fin_passive,8
11,fin_acked,10" "$(ask events "$scratch/a.db" -c tcp_closed_four_way.pcap --from 0.03 | cut -d, -f2,7,9)"

# Each repetition waits twice as long; its timeout counts from the first transmission, frame 8.
check "timeouts" "9,8,0.2
10,8,0.6
11,8,1.4
12,8,3
13,8,6.2" "$(ask events "$scratch/a.db" -c tcp_peer_vanished.pcap -k retransmission | cut -d, -f2,9,10)"

check "one stream is all of it" "$(ask events "$scratch/a.db" -c trouble.pcap)" "$(ask events "$scratch/a.db" -c trouble.pcap --stream 0)"
check "a filter" "14,rst" "$(ask events "$scratch/a.db" -Y 'tcp.flags.reset == 1' | cut -d, -f2,7)"
# The totals and the rows agree.
check "counts" "$(ask events "$scratch/a.db" --count kind | cut -d, -f1,4)" "$(ask events "$scratch/a.db" --count kind --from -1 | cut -d, -f1,4)"
check "counts by capture" "$(ask events "$scratch/a.db" --count capture)" "$(ask events "$scratch/a.db" --count capture --from -1)"

# What tshark -2 -n -q -z expert says of web.pcap: of all protocols, in this order.
"$pcapdex" index "$scratch/web.db" "$fixtures/web.pcap" >/dev/null
check "Expert Information" 'warning,Sequence,TCP,Connection reset (RST),1
note,Sequence,TCP,This frame initiates the connection closing,1
note,Sequence,TCP,This frame undergoes the connection closing,1
chat,Sequence,TCP,Connection establish request (SYN): server port 80,1
chat,Sequence,TCP,Connection establish acknowledge (SYN+ACK): server port 80,1
chat,Sequence,HTTP,GET /index.html HTTP/1.1\r\n,1
chat,Sequence,HTTP,HTTP/1.1 200 OK\r\n,1
chat,Sequence,TCP,Connection finish (FIN),2
chat,Sequence,TCP,Connection establish request (SYN): server port 81,1' "$(ask events "$scratch/web.db" --expert | tr -d '"')"
check "of some frames" 'chat,Sequence,HTTP,GET /index.html HTTP/1.1\r\n,1' "$(ask events "$scratch/web.db" --expert -Y http.request | tr -d '"')"
check "of some time" 'chat,Sequence,HTTP,GET /index.html HTTP/1.1\r\n,1' "$(ask events "$scratch/web.db" --expert --to 0.05 -s chat | grep HTTP | tr -d '"')"
check "of one capture" "$(ask events "$scratch/web.db" --expert)" "$(ask events "$scratch/web.db" --expert -c web.pcap)"

# Frame, series, from, to: three segments of 1000 octets of which the second was lost and sent again.
check "tcptrace" "4,segment,1,1001
6,segment,2001,3001
10,segment,1001,2001
12,segment,3000,3001" "$(ask stream "$scratch/a.db" 0 -c trouble.pcap -g tcptrace -d ab | grep segment | cut -d, -f1,3-5)"
check "round trips" "4,5,5
6,11,10
10,11,5
12,13,5" "$(ask stream "$scratch/a.db" 0 -c trouble.pcap -g rtt -d ab | cut -d, -f1,2,5)"
check "octets on the way" "3,0
4,1000
6,2000
10,1000
12,0" "$(ask stream "$scratch/a.db" 0 -c trouble.pcap -g window -d ab | grep bytes_out | cut -d, -f1,4)"

sheet=$("$pcapdex" stream "$scratch/a.db" 0 -c tcp_closed_four_way.pcap)
check "sheet" "Completeness            Complete, WITH_DATA (31)
Handshake               1 SYN of A, 2 SYN-ACK of B, 3 ACK of A
Initial RTT             0.010000 s
Teardown                four-way
Teardown frames         8 FIN of A, 9 ACK of B, 10 FIN of B, 11 ACK of A" "$(printf '%s\n' "$sheet" | grep -E '^(Completeness|Handshake|Initial|Teardown)')"

[ "$failed" -eq 0 ] && echo "events and streams: as built"
[ "$failed" -eq 0 ]
