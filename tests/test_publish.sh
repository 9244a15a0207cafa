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
# shellcheck source=tests/answers.sh
. "$(dirname "$0")/answers.sh"
trap servers_end EXIT
"$pcapdex" index "$scratch/a.db" --tag from=test "$@" >/dev/null 2>&1 || true
captures=$("$pcapdex" sql "$scratch/a.db" 'SELECT count(*) FROM capture' -f csv | tail -n 1 | tr -d '\r')
case $("$pcapdex" --version) in *"libpq: no"*)
	echo "built without libpq: not run"
	exit 77
	;;
esac
server_start one

# ---- loads ----
refused "an empty database" "holds no captures" "$pcapdex" captures "$url"
says "$("$pcapdex" publish "$scratch/a.db" "$url" -c 1)" "1 captures loaded, 0 there already"
says "$("$pcapdex" publish "$scratch/a.db" "$url")" "$((captures - 1)) captures loaded, 1 there already"
says "$("$pcapdex" publish "$scratch/a.db" "$url")" "0 captures loaded, $captures there already"

# ---- the same answers ----
same_answers
slowest

# ---- PostgreSQL's own clients see the same views ----
says "$(psql "SELECT count(*) FROM pcapdex_schema WHERE kind='view' AND name NOT IN (SELECT viewname FROM pg_views)")" 0
same_views

# ---- a second archive: its numbers are moved, its answers are not ----
"$pcapdex" index "$scratch/b.db" "$(find "$@" -name 'tcp_p*.pcap' | sort | head -n 1)" >/dev/null
"$pcapdex" sql --write "$scratch/b.db" "UPDATE capture SET bpf='other'"
# It has fewer protocols: views keep the layers of the first one.
seen() { echo "$(psql 'SELECT count(*) FROM dns_all') $(psql 'SELECT count(*) FROM http_all')"; }
before=$(seen)
experts=$(psql 'SELECT count(*) FROM expert')
"$pcapdex" publish "$scratch/b.db" "$url" >/dev/null 2>"$scratch/err"
says "$(cat "$scratch/err")" ""
says "$(seen)" "$before"
says "$(psql 'SELECT count(*) FROM expert')" "$((experts + $("$pcapdex" sql "$scratch/b.db" 'SELECT count(*) FROM expert' -f csv | tail -n 1 | tr -d '\r')))"
for command in conversations packets diagnose; do
	"$pcapdex" $command "$scratch/b.db" -f csv >"$scratch/from_archive"
	"$pcapdex" $command "$url" -c $((captures + 1)) -f csv | sed "s/^$((captures + 1)),/1,/" >"$scratch/from_server"
	checks=$((checks + 1))
	cmp -s "$scratch/from_archive" "$scratch/from_server" || wrong "$command of a second archive"
done

# ---- each of two archives has protocols, and what experts say of them, that the other lacks ----
psql "CREATE DATABASE two"
two=${url%/*}/two
experts=0
for capture in web.pcap mixed.pcapng; do
	"$pcapdex" index "$scratch/$capture.db" "$(find "$@" -name $capture)" >/dev/null
	"$pcapdex" publish "$scratch/$capture.db" "$two" >/dev/null
	experts=$((experts + $("$pcapdex" sql "$scratch/$capture.db" 'SELECT count(*) FROM expert' -f csv | tail -n 1 | tr -d '\r')))
done
says "$(psql "SELECT string_agg(DISTINCT protocol, ' ' ORDER BY protocol) || ' ' || count(*) FROM expert" "$two")" "dns http tcp $experts"
says "$("$pcapdex" sql "$two" 'SELECT count(*) FROM expert' -f csv | tail -n 1 | tr -d '\r')" "$experts"

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
# Away in the middle of a question, which waits for a table that somebody holds.
"$pg/psql" -qX "$url" -c 'BEGIN' -c 'LOCK TABLE t_tcp' -c 'SELECT pg_sleep(60)' >/dev/null 2>&1 &
holds "mode = 'AccessExclusiveLock'" t_tcp "$url"
(
	holds "NOT granted" t_tcp "$url"
	server_stop one
) &
refused "a server that goes away" "127.0.0.1" "$pcapdex" hierarchy "$url" -Y 'tcp.port == 80'
wait
refused "a server that is away" "refused" "$pcapdex" captures "$url"
server_start one
says "$("$pcapdex" publish "$scratch/b.db" "$url")" "0 captures loaded, 1 there already"

echo "$checks checks, $failed failed"
[ "$failed" -eq 0 ]
