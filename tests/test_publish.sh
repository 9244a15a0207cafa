#!/bin/sh
# An archive published to PostgreSQL: the same answers from the server; repeated, broken and refused loads.
#
#   tests/test_publish.sh PCAPDEX CAPTURE_OR_FOLDER...     status 77: postgresql-15 is not installed
set -eu
pcapdex=$1
shift
scratch=$(mktemp -d)
# shellcheck source=tests/server.sh
. "$(dirname "$0")/server.sh"
trap servers_end EXIT
failed=0
checks=0
wrong() {
	failed=$((failed + 1))
	echo "FAILED: $*"
}
"$pcapdex" index "$scratch/a.db" --tag from=test "$@" >/dev/null 2>&1 || true
captures=$("$pcapdex" sql "$scratch/a.db" 'SELECT count(*) FROM capture' -f csv | tail -n 1 | tr -d '\r')
case $("$pcapdex" --version) in *"libpq: no"*)
	echo "built without libpq: not run"
	exit 77
	;;
esac
server_start one

# ---- loads ----
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
refused "an empty database" "holds no captures" "$pcapdex" captures "$url"
says "$("$pcapdex" publish "$scratch/a.db" "$url" -c 1)" "1 captures loaded, 0 there already"
says "$("$pcapdex" publish "$scratch/a.db" "$url")" "$((captures - 1)) captures loaded, 1 there already"
says "$("$pcapdex" publish "$scratch/a.db" "$url")" "0 captures loaded, $captures there already"

# ---- the same answers ----
same() {
	command=$1
	shift
	checks=$((checks + 1))
	"$pcapdex" "$command" "$scratch/a.db" "$@" >"$scratch/from_archive" 2>"$scratch/err_archive" </dev/null && one=0 || one=$?
	"$pcapdex" "$command" "$url" "$@" >"$scratch/from_server" 2>"$scratch/err_server" </dev/null && two=0 || two=$?
	if [ "$one" -ne "$two" ] || ! cmp -s "$scratch/from_archive" "$scratch/from_server"; then
		wrong "$command $*: status $one and $two"
		diff "$scratch/from_archive" "$scratch/from_server" | head -n 6
		head -n 3 "$scratch/err_server"
	fi
}
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
same show 1 -c 1
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

# ---- PostgreSQL's own clients see the same views ----
psql() { "$pg/psql" -qAtX "$url" -c "$1"; }
says "$(psql "SELECT count(*) FROM pcapdex_schema WHERE kind='view' AND name NOT IN (SELECT viewname FROM pg_views)")" 0
as_psql() { # in both, as PostgreSQL writes it: lines of values with |
	checks=$((checks + 1))
	psql "$1" >"$scratch/from_server"
	sqlite3 "$scratch/a.db" "$1" >"$scratch/from_archive"
	[ -s "$scratch/from_server" ] && cmp -s "$scratch/from_archive" "$scratch/from_server" || {
		wrong "psql: $1"
		diff "$scratch/from_archive" "$scratch/from_server" | head -n 4
	}
}
if command -v sqlite3 >/dev/null; then
	as_psql 'SELECT frame_id, srcport, seq, flags_str, flags_syn, analysis_flags, completeness, payload_offset, payload_length, options_wscale_multiplier FROM tcp ORDER BY 1'
	as_psql 'SELECT frame_id, time, number, protocols, cap_len FROM frame ORDER BY 1'
	as_psql 'SELECT frame_id, capture_id, "No.", Source, Protocol, Length FROM packets ORDER BY 1'
	as_psql 'SELECT capture_id, type, address_a, port_a, frames, bytes FROM conversation ORDER BY 1, 2, stream'
	as_psql 'SELECT frame_id, id, flags_rcode, flags_authoritative, count_queries FROM dns ORDER BY 1'
	as_psql 'SELECT frame_id, host, content_type FROM http_header ORDER BY 1, n'
	as_psql 'SELECT frame_id, type, code, resp_to FROM icmp ORDER BY 1'
	as_psql 'SELECT c.name, sum(t.bytes) FROM total_second t JOIN capture c ON c.id = t.capture_id GROUP BY c.name ORDER BY 1'
else
	echo "sqlite3 is not installed: views were not compared"
fi

# ---- a second archive: its numbers are moved, its answers are not ----
"$pcapdex" index "$scratch/b.db" "$(find "$@" -name 'tcp_p*.pcap' | sort | head -n 1)" >/dev/null
"$pcapdex" sql --write "$scratch/b.db" "UPDATE capture SET bpf='other'"
"$pcapdex" publish "$scratch/b.db" "$url" >/dev/null
for command in conversations packets diagnose; do
	"$pcapdex" $command "$scratch/b.db" -f csv >"$scratch/from_archive"
	"$pcapdex" $command "$url" -c $((captures + 1)) -f csv | sed "s/^$((captures + 1)),/1,/" >"$scratch/from_server"
	checks=$((checks + 1))
	cmp -s "$scratch/from_archive" "$scratch/from_server" || wrong "$command of a second archive"
done

# ---- what goes wrong ----
rows=$(psql "SELECT count(*) FROM t_frame")
psql "CREATE ROLE reader LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader"
reader=$(echo "$url" | sed 's/postgres@/reader:secret@/')
"$pcapdex" captures "$reader" >/dev/null || wrong "a role that only reads"
refused "no rights" "permission denied" "$pcapdex" publish "$scratch/b.db" "$reader"
refused "no server" "postgresql://reader@127.0.0.1:1/x: .*refused" "$pcapdex" captures "postgresql://reader:secret@127.0.0.1:1/x"
refused "no database" 'database "nowhere" does not exist' "$pcapdex" publish "$scratch/b.db" "${url%/*}/nowhere"
refused "writing" "only read" "$pcapdex" remove "$url" 1
refused "sql --write" "only read" "$pcapdex" sql "$url" --write "DELETE FROM capture"
refused "sql that writes" "reading only\|readonly\|may not be modified\|prohibited" "$pcapdex" sql "$url" "DELETE FROM t_frame"
# Full in the middle: a table refuses its rows; nothing of the capture is there.
"$pcapdex" sql --write "$scratch/b.db" "UPDATE capture SET bpf='third'"
psql "ALTER TABLE total_second ADD CONSTRAINT full_disk CHECK (capture_id <= $((captures + 1))) NOT VALID"
rows=$(psql "SELECT count(*) FROM t_frame")
refused "a load that breaks" "full_disk.*nothing of it is" "$pcapdex" publish "$scratch/b.db" "$url"
says "$(psql "SELECT count(*) FROM t_frame") $(psql "SELECT count(*) FROM capture")" "$rows $((captures + 1))"
psql "ALTER TABLE total_second DROP CONSTRAINT full_disk"
says "$("$pcapdex" publish "$scratch/b.db" "$url")" "1 captures loaded, 0 there already"
psql "UPDATE pcapdex_info SET archive_version = 999"
refused "another version" "another version of pcapdex (schema 999" "$pcapdex" captures "$url"
refused "another version" "another version of pcapdex (schema 999" "$pcapdex" publish "$scratch/b.db" "$url"
psql "UPDATE pcapdex_info SET archive_version = $("$pcapdex" sql "$scratch/a.db" 'PRAGMA user_version' -f csv | tail -n 1 | tr -d '\r')"
# Away in the middle of a question.
(sleep 1; server_stop one) &
refused "a server that goes away" "127.0.0.1" "$pcapdex" sql "$url" "SELECT count(*) FROM t_frame a, t_frame b, t_frame c, t_frame d, t_tcp e"
wait
refused "a server that is away" "refused" "$pcapdex" captures "$url"
server_start one
says "$("$pcapdex" publish "$scratch/b.db" "$url")" "0 captures loaded, 1 there already"

echo "$checks checks, $failed failed"
[ "$failed" -eq 0 ]
