# Sourced: checks of commands that ask a server, counted in $checks and $failed, and all questions asked of an archive and of
# the server that it was published to. Uses $pcapdex, $scratch and $url; the archive is $scratch/a.db.
failed=0
checks=0
wrong() {
	failed=$((failed + 1))
	echo "FAILED: $*"
}
says() {
	checks=$((checks + 1))
	[ "$1" = "$2" ] || wrong "says '$1', not '$2'"
}
refused() { # WHAT PATTERN COMMAND...
	what=$1 pattern=$2
	shift 2
	checks=$((checks + 1))
	if "$@" >"$scratch/out" 2>"$scratch/err" </dev/null; then
		wrong "$what: not refused"
	elif ! grep -q -- "$pattern" "$scratch/err"; then
		wrong "$what: $(cat "$scratch/err")"
	fi
	! grep -q secret "$scratch/err" || wrong "$what: the password is shown"
}
same() { # COMMAND ARGUMENT...
	command=$1
	shift
	checks=$((checks + 1))
	begun=$(date +%s%N)
	"$pcapdex" "$command" "$scratch/a.db" "$@" >"$scratch/from_archive" 2>"$scratch/err_archive" </dev/null && one=0 || one=$?
	between=$(date +%s%N)
	"$pcapdex" "$command" "$url" "$@" >"$scratch/from_server" 2>"$scratch/err_server" </dev/null && two=0 || two=$?
	echo "$((($(date +%s%N) - between) / 1000000)) ms, $(((between - begun) / 1000000)) from the archive: $command $*" >>"$scratch/times"
	if [ "$one" -ne "$two" ] || ! cmp -s "$scratch/from_archive" "$scratch/from_server"; then
		wrong "$command $*: status $one and $two"
		diff "$scratch/from_archive" "$scratch/from_server" | head -n 6
		head -n 3 "$scratch/err_server"
	fi
}
slowest() {
	echo "slowest of the server's answers:"
	sort -rn "$scratch/times" | head -n 5
}
same_answers() {
	for command in captures hierarchy lengths events diagnose names; do
		same $command -f csv
		same $command -f jsonl -c 1
	done
	for type in eth ip ipv6 tcp udp; do
		same conversations --type $type -f csv
		same endpoints --type $type -f csv
		same conversations --type $type -f csv -Y 'frame.len > 60'
	done
	same hierarchy -f csv -Y tcp
	same lengths -f csv -Y ip
	same io -f csv --interval 1s -c 1
	same io -f csv --interval 0.1s -c 1 --graph 'tcp;COUNT(frame)' --graph ';SUM(frame.len)'
	same packets -f csv
	same packets -f csv -Y 'dns || icmp'
	same packets -T fields -e frame.number -e ip.src -e tcp.seq -e tcp.options -e dns.qry.name -e tcp.payload
	same packets -T fields -e frame.number -e http.file_data -e udp.payload -e data.data
	same show 1 -c 1
	same compare 1 2
	same compare --by container -f csv
	same overlaps -f csv
	same flow -f csv -c 1
	same lengths -f csv -Y 'tcp.len > 0'
	same endpoints --type ip -f csv -Y 'tcp.port == 80'
	same conversations --type udp -f csv -Y dns
	same io -f csv --interval 1s --graph 'udp;BYTES' --graph 'http;AVG(frame.len)'
	same fields -f csv
	same sql 'SELECT * FROM tcp ORDER BY frame_id' -f csv
	same sql 'SELECT * FROM frame ORDER BY frame_id' -f csv
	same sql 'SELECT * FROM dns_rr ORDER BY frame_id, n' -f csv
	same sql 'SELECT capture_id, sum(bytes) FROM total_second GROUP BY 1 ORDER BY 1' -f csv
	same sql "SELECT count(*), sum(length(frame_bytes(frame_id))) FROM packets JOIN display_filter('tcp') USING (frame_id)" -f csv
	same verify
	while read -r filter; do
		same filter "$filter" -f csv
	done <<'FILTERS'
tcp
udp
!tcp
arp || icmp
ip.addr == 192.0.2.10
ip.src == 192.0.2.0/24
ip.dst != 192.0.2.10
not ip.addr == 198.51.100.80
ipv6.addr == 2001:db8::/32
eth.addr[0:3] == 02:00:00
tcp.port == 80
tcp.port in {80, 5001, 40000..40010}
tcp.srcport > 40000 and tcp.dstport < 1024
tcp.flags.syn == 1
tcp.flags & 2
tcp.flags.reset == 1 or tcp.flags.fin == 1
tcp.analysis.flags
tcp.analysis.retransmission
tcp.analysis.duplicate_ack
tcp.analysis.ack_rtt > 0.001
tcp.analysis.bytes_in_flight > 500
tcp.len > 0
tcp.window_size == 0
tcp.options.mss_val == 1460
tcp.stream == 0
tcp.time_delta > 1
tcp.payload contains "GET"
tcp contains "HTTP"
frame contains "example"
frame.len > 100
frame.number <= 3
frame.time_relative > 1
frame.protocols contains "ip:ip"
frame.cap_len < frame.len
frame.interface_id == 1
dns
dns.qry.name == "www.example.com"
dns.qry.name contains "example"
dns.qry.name matches "^WWW"
dns.flags.response == 1
dns.a == 198.51.100.80
dns.count.answers > 0
len(dns.qry.name) > 5
http
http.request
http.host contains "example"
http.response.code == 200
upper(http.request.method) == "GET"
icmp.type == 3
ip.ttl < 64
ip.proto#2
ip.len - 20 > 40
vlan
gre
udp.length == 8
all ip.src != 10.0.0.0/8
capture.tag.from == "test"
capture.name matches "pcapng$"
FILTERS
	for from in "$scratch/a.db" "$url"; do
		rm -rf "$scratch/exported"
		mkdir "$scratch/exported"
		"$pcapdex" export "$from" -o "$scratch/exported" >/dev/null
		(cd "$scratch/exported" && find . -type f -exec sha256sum {} + | sort) >"$scratch/sums.$(echo "$from" | cut -c 1 | tr / a)"
	done
	checks=$((checks + 1))
	[ -s "$scratch/sums.p" ] && cmp "$scratch/sums.a" "$scratch/sums.p" || wrong export
}
# psql's answer, and that of the archive, as PostgreSQL writes it: lines of values with |
psql() { "$pg/psql" -qAtX "${2:-$url}" -c "$1"; }
as_psql() {
	checks=$((checks + 1))
	psql "$1" >"$scratch/from_server"
	sqlite3 "$scratch/a.db" "$1" >"$scratch/from_archive"
	[ -s "$scratch/from_server" ] && cmp -s "$scratch/from_archive" "$scratch/from_server" || {
		wrong "psql: $1"
		diff "$scratch/from_archive" "$scratch/from_server" | head -n 4
	}
}
same_views() {
	if command -v sqlite3 >/dev/null; then
		as_psql 'SELECT frame_id, srcport, seq, flags_str, flags_syn, analysis_flags, completeness, payload_offset, payload_length, options_wscale_multiplier FROM tcp ORDER BY 1'
		as_psql 'SELECT frame_id, time, number, protocols, cap_len FROM frame ORDER BY 1'
		as_psql 'SELECT frame_id, capture_id, "No.", Source, Protocol, Length FROM packets ORDER BY 1'
		as_psql 'SELECT capture_id, type, address_a, port_a, frames, bytes FROM conversation ORDER BY 1, 2, stream'
		as_psql 'SELECT frame_id, id, flags_rcode, flags_authoritative, count_queries FROM dns ORDER BY 1'
		as_psql 'SELECT frame_id, host, content_type FROM http_header ORDER BY 1, n'
		as_psql 'SELECT frame_id, type, code, resp_to FROM icmp ORDER BY 1'
		# Octets of the frame, of their own, in pieces: each has its length.
		as_psql 'SELECT frame_id, payload_offset, payload_length FROM udp ORDER BY 1'
		as_psql 'SELECT frame_id, data_offset, data_length FROM data ORDER BY 1'
		as_psql 'SELECT frame_id, file_data_offset, file_data_length FROM http ORDER BY 1'
		as_psql 'SELECT frame_id, handshake_session_id_offset, handshake_session_id_length FROM tls_hello ORDER BY 1, 2, 3'
		as_psql 'SELECT c.name, sum(t.bytes) FROM total_second t JOIN capture c ON c.id = t.capture_id GROUP BY c.name ORDER BY 1'
	else
		echo "sqlite3 is not installed: views were not compared"
	fi
}
# holds CONDITION TABLE URL: wait until a lock of the table is as said.
holds() { until [ "$(psql "SELECT count(*) FROM pg_locks WHERE relation = '$2'::regclass AND $1" "$3")" = 1 ]; do sleep 0.1; done; }
