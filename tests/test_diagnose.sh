#!/bin/sh
# The verdict over each fixture tcp_*.pcap, and the frames that prove it, as the situation itself defines them (see the
# functions of fixtures/make.py).
#
#   tests/test_diagnose.sh PCAPDEX FIXTURES
set -eu
pcapdex=$1
fixtures=$2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failed=0
n=0

# capture, verdict, frames with what each of them is
while IFS='|' read -r capture verdict frames; do
	rm -f "$scratch/a.db"
	"$pcapdex" index "$scratch/a.db" "$fixtures/$capture.pcap" >/dev/null
	line=$("$pcapdex" diagnose "$scratch/a.db" --format jsonl)
	got=$(printf '%s\n' "$line" | sed 's/.*"verdict":"\([a-z_]*\)".*/\1/')
	proofs=$(printf '%s\n' "$line" | sed 's/.*"frames":\[\(.*\)\]}$/\1/; s/{"frame":\([0-9]*\),"what":"\([^"]*\)"}/\1 \2/g')
	n=$((n + 1))
	if [ "$got" != "$verdict" ] || [ "$proofs" != "$frames" ]; then
		echo "$capture: $got by $proofs"
		echo "$capture: expected $verdict by $frames"
		failed=$((failed + 1))
	fi
done <<'END'
tcp_peer_vanished|peer_vanished|6 last heard,8 data,9 retransmission,10 retransmission,11 retransmission,12 retransmission,13 retransmission
tcp_peer_rebooted|peer_rebooted|6 last heard,8 data,9 retransmission,10 retransmission,11 retransmission,12 retransmission,13 retransmission,14 RST
tcp_peer_rebooted_idle|peer_rebooted|6 last heard,8 data,9 RST
tcp_path_broken|path_broken|6 last heard,8 data,9 retransmission,10 ICMP,11 retransmission,12 retransmission,14 retransmission,15 retransmission
tcp_path_both_sides|path_broken|8 data,9 data,10 retransmission,11 retransmission,12 retransmission,13 retransmission,14 retransmission,15 retransmission,16 retransmission,17 retransmission
tcp_path_restored|path_restored|8 data,9 retransmission,10 retransmission,11 retransmission,12 retransmission,13 retransmission,14 answer
tcp_path_restored_late|path_restored_late|6 last heard,8 data,9 ICMP,10 retransmission,11 retransmission,12 retransmission,13 retransmission,14 retransmission,15 RST
tcp_closed_four_way|closed|1 SYN,2 SYN-ACK,3 ACK,8 FIN,9 ACK,10 FIN,11 ACK
tcp_closed_three_way|closed|1 SYN,2 SYN-ACK,3 ACK,8 FIN,9 FIN,10 ACK
tcp_process_ended|process_ended|8 FIN,10 data,11 RST
tcp_port_closed|port_closed|1 SYN,2 RST
tcp_reset_on_data|reset_on_data|8 data,9 RST
tcp_keep_alive|keep_alive|1 SYN,2 SYN-ACK,3 ACK,8 keep-alive,9 answer,12 keep-alive,13 answer
tcp_keep_alive_failed|keep_alive_failed|10 keep-alive,11 keep-alive,12 keep-alive,13 keep-alive,14 keep-alive,15 RST
tcp_refused|refused|1 SYN,2 ICMP
tcp_unreachable|path_broken|1 SYN,2 ICMP
tcp_no_answer|no_answer|1 SYN,2 retransmission,3 retransmission,4 retransmission
tcp_half_open_scan|half_open_scan|1 SYN,2 SYN-ACK,3 RST
tcp_half_open|half_open|1 SYN,2 SYN-ACK,3 retransmission,4 retransmission
tcp_aborted|aborted|8 RST
tcp_zero_window|zero_window|9 zero window,14 window open
tcp_handshake_only|handshake_only|1 SYN,2 SYN-ACK,3 ACK
tcp_half_closed|half_closed|1 SYN,2 SYN-ACK,3 ACK,8 FIN
tcp_began|began_in_middle|5 FIN,6 FIN,7 ACK
tcp_ended|ended_in_middle|1 SYN,2 SYN-ACK,3 ACK,11 last
tcp_began_and_ended|began_and_ended_in_middle|1 first,4 last
END

# One stream alone gives what all together give.
"$pcapdex" index "$scratch/all.db" "$fixtures"/tcp_*.pcap >/dev/null
"$pcapdex" diagnose "$scratch/all.db" --format csv >"$scratch/all"
"$pcapdex" diagnose "$scratch/all.db" --stream 0 --format csv >"$scratch/one"
cmp "$scratch/all" "$scratch/one" || failed=$((failed + 1))
echo "$n situations, $failed failed"
[ "$failed" -eq 0 ]
