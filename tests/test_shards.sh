#!/bin/sh
# Captures spread over two PostgreSQL servers behind a coordinator: the same answers as the archive, totals reckoned on the
# shards, servers that go away in the middle, a third one that comes later.
#
#   tests/test_shards.sh PCAPDEX CAPTURE_OR_FOLDER...     status 77: postgresql-15 is not installed
set -eu
pcapdex=$1
shift
scratch=$(mktemp -d)
# shellcheck source=tests/server.sh
. "$(dirname "$0")/server.sh"
# shellcheck source=tests/answers.sh
. "$(dirname "$0")/answers.sh"
trap servers_end EXIT
case $("$pcapdex" --version) in *"libpq: no"*)
	echo "built without libpq: not run"
	exit 77
	;;
esac
"$pcapdex" index "$scratch/a.db" --tag from=test "$@" >/dev/null 2>&1 || true
captures=$("$pcapdex" sql "$scratch/a.db" 'SELECT count(*) FROM capture' -f csv | tail -n 1 | tr -d '\r')
frames=$("$pcapdex" sql "$scratch/a.db" 'SELECT count(*) FROM frame' -f csv | tail -n 1 | tr -d '\r')
server_start shard0
shard0=$url
server_start shard1
shard1=$url
server_start coordinator
both=$shard0,$shard1
secret() { echo "$1" | sed 's/postgres@/postgres:secret@/g'; }
publish() { "$pcapdex" publish "$scratch/a.db" --shards "$both" "$@" "$url"; }
loaded() { echo "$(psql 'SELECT count(*) FROM capture') $(psql 'SELECT count(*) FROM t_frame') $(psql 'SELECT count(DISTINCT frame_id) FROM t_frame')"; }

# ---- who may be what ----
refused "no URL among the shards" "--shards takes" "$pcapdex" publish "$scratch/a.db" --shards "$shard0,there" "$url"
refused "a shard that is away" "postgresql://postgres@127.0.0.1:1/x: .*refused" "$pcapdex" publish "$scratch/a.db" --shards "$shard0,postgresql://postgres:secret@127.0.0.1:1/x" "$url"
refused "the coordinator as its shard" "is the coordinator itself" "$pcapdex" publish "$scratch/a.db" --shards "$url" "$url"
says "$(publish -c 1)" "1 captures loaded, 0 there already"
refused "one shard of two" "its shards are $shard0, $shard1: " "$pcapdex" publish "$scratch/a.db" --shards "$(secret "$shard1")" "$(secret "$url")"
refused "a shard named twice" "names a server twice" "$pcapdex" publish "$scratch/a.db" --shards "$shard1,$shard1" "$url"
refused "a coordinator without its shards" "is the coordinator of shards" "$pcapdex" publish "$scratch/a.db" "$(secret "$url")"
refused "a shard on its own" "is a shard of a coordinator" "$pcapdex" publish "$scratch/a.db" "$shard0"

# ---- a shard that goes away in the middle of a load ----
# The capture stops at a table that somebody holds, and the server is shut down there.
"$pg/psql" -qX "$shard1" -c 'BEGIN' -c 'LOCK TABLE t_frame' -c 'SELECT pg_sleep(60)' >/dev/null 2>&1 &
holds "mode = 'AccessExclusiveLock'" t_frame "$shard1"
publish >"$scratch/out" 2>"$scratch/err" &
publisher=$!
holds "NOT granted" t_frame "$shard1"
server_stop shard1
checks=$((checks + 2))
! wait $publisher || wrong "a load whose shard goes away: status 0"
grep -q "$shard1: .*nothing of it is" "$scratch/err" || wrong "a load whose shard goes away: $(cat "$scratch/err")"
refused "a load without a shard" "$shard1: .*refused" publish
server_start shard1
url=postgresql://postgres@127.0.0.1:$(cat "$scratch/coordinator.port")/postgres
checks=$((checks + 1))
[ "$(psql 'SELECT count(*) FROM (SELECT c.id FROM capture c LEFT JOIN packets p ON p.capture_id = c.id GROUP BY c.id, c.frames HAVING count(p.frame_id) <> c.frames) x')" = 0 ] || wrong "a capture is there in part"
begun=$(date +%s%N)
publish >/dev/null
echo "loaded in $((($(date +%s%N) - begun) / 1000000)) ms"
says "$(publish)" "0 captures loaded, $captures there already"
says "$(loaded)" "$captures $frames $frames"
says "$(($(psql 'SELECT count(*) FROM capture' "$shard0") + $(psql 'SELECT count(*) FROM capture' "$shard1")))" "$captures"

# ---- the same answers, and where they are reckoned ----
same_answers
slowest
same_views
reckoned() { # HOW-MANY QUERY: that many scans, all of aggregates
	checks=$((checks + 1))
	plan=$(psql "EXPLAIN VERBOSE $2")
	[ "$(echo "$plan" | grep -c 'Foreign Scan')" = "$1" ] && [ "$(echo "$plan" | grep -c 'Relations: Aggregate on')" = "$1" ] ||
		wrong "not reckoned on the shards: $2
$plan"
}
reckoned 2 'SELECT capture_id, sum(frames), sum(bytes) FROM total_second GROUP BY capture_id'
reckoned 2 'SELECT c.name, sum(t.bytes) FROM total_second t JOIN capture c ON c.id = t.capture_id GROUP BY c.id, c.name'
reckoned 2 'SELECT capture_id, protocol, count(*), sum(length) FROM packets GROUP BY 1, 2'
reckoned 2 'SELECT capture_id, type, count(*), sum(bytes) FROM conversation GROUP BY 1, 2'
reckoned 2 'SELECT protocol, sum(n) FROM (SELECT capture_id, protocol, count(*) AS n FROM packets GROUP BY 1, 2) x GROUP BY 1'
reckoned 1 'SELECT capture_id, count(*) FROM packets WHERE capture_id = 1 GROUP BY 1'
checks=$((checks + 1))
[ "$(psql 'EXPLAIN VERBOSE SELECT ip.src, frame.len FROM ip JOIN frame USING (frame_id)' | grep -c 'Remote SQL:.*INNER JOIN')" = 2 ] ||
	wrong "a join by frame is not done on the shards"
psql "CREATE ROLE reader LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader"
reader=$(echo "$url" | sed 's/postgres@/reader@/')
checks=$((checks + 2))
[ "$("$pcapdex" captures "$reader" | wc -l)" -gt "$captures" ] || wrong "a role that only reads"
! "$pg/psql" -qX "$reader" -c 'DELETE FROM capture' 2>/dev/null || wrong "a role that only reads has deleted"
refused "writing through the coordinator" "does not allow deletes" "$pg/psql" -qX "$url" -c 'DELETE FROM capture'

# ---- a shard that goes away in the middle of a question ----
"$pg/psql" -qX "$shard0" -c 'BEGIN' -c 'LOCK TABLE t_tcp' -c 'SELECT pg_sleep(60)' >/dev/null 2>&1 &
holds "mode = 'AccessExclusiveLock'" t_tcp "$shard0"
"$pcapdex" hierarchy "$(secret "$url")" -Y 'tcp.port == 80' >"$scratch/out" 2>"$scratch/err" &
asker=$!
holds "NOT granted" t_tcp "$shard0"
server_stop shard0
checks=$((checks + 2))
! wait $asker || wrong "a question whose shard goes away: status 0"
grep -q "its shard $shard0 does not answer" "$scratch/err" && ! grep -q secret "$scratch/err" || wrong "a question whose shard goes away: $(cat "$scratch/err")"
refused "a question without a shard" "shard $shard0 does not answer" "$pcapdex" captures "$(secret "$url")"
server_start shard0
url=postgresql://postgres@127.0.0.1:$(cat "$scratch/coordinator.port")/postgres
same hierarchy -f csv -Y 'tcp.port == 80'

# ---- a third shard later, and an archive with numbers of its own ----
"$pcapdex" index "$scratch/b.db" "$@" --bpf 'tcp or udp' >/dev/null 2>&1 || true
more=$("$pcapdex" sql "$scratch/b.db" 'SELECT count(*) FROM capture' -f csv | tail -n 1 | tr -d '\r')
server_start shard2
both=$shard0,$shard1,$url
url=postgresql://postgres@127.0.0.1:$(cat "$scratch/coordinator.port")/postgres
says "$("$pcapdex" publish "$scratch/b.db" --shards "$both" "$url")" "$more captures loaded, 0 there already"
says "$(publish)" "0 captures loaded, $captures there already"
says "$("$pcapdex" publish "$scratch/b.db" --shards "$both" "$url")" "0 captures loaded, $more there already"
psql "SELECT shard, count(*) FROM pcapdex_placement GROUP BY 1 ORDER BY 1"
checks=$((checks + 1))
[ "$more" -lt 20 ] || [ "$(psql "SELECT count(*) FROM capture" "${both##*,}")" -gt 0 ] || wrong "nothing went to the third shard"
"$pcapdex" conversations "$scratch/b.db" -f csv | sed '1d; s/^[0-9]*,//' | sort >"$scratch/from_archive"
# shellcheck disable=SC2046
"$pcapdex" conversations "$url" $(seq -f '-c %.0f' $((captures + 1)) $((captures + more))) -f csv | sed '1d; s/^[0-9]*,//' | sort >"$scratch/from_server"
checks=$((checks + 1))
cmp "$scratch/from_archive" "$scratch/from_server" || wrong "conversations of a second archive"

echo "$checks checks, $failed failed"
[ "$failed" -eq 0 ]
