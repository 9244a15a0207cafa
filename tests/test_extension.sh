#!/bin/sh
# The SQLite extension in the sqlite3 shell and in Python: test_extension.sh PCAPDEX EXTENSION FIXTURES
set -eu
pcapdex=$1
extension=${2%.so}
fixtures=$3
command -v sqlite3 >/dev/null || { echo "sqlite3 is not installed: not run"; exit 77; }
# shellcheck source=tests/expected.sh
. "$(dirname "$0")/expected.sh"
"$pcapdex" index "$scratch/a.db" "$fixtures/web.pcap" "$fixtures/trouble.pcap" >/dev/null
ask() { sqlite3 "$scratch/a.db" ".load $extension" "$1" 2>&1; }

# Frame numbers: tshark -2 -n -r trouble.pcap -Y 'tcp.analysis.flags && ip.src==192.0.2.10'
check "a filter joined" "6
10
12" "$(ask "SELECT \"No.\" FROM packets JOIN display_filter('tcp.analysis.flags && ip.src==192.0.2.10') USING (frame_id)")"
# The capture of a frame is looked up, not searched among all.
case $(ask "EXPLAIN QUERY PLAN SELECT \"No.\" FROM packets JOIN display_filter('dns') USING (frame_id)") in
*"SEARCH c USING INTEGER PRIMARY KEY"*) ;;
*) failed=$((failed + 1)); echo "each capture is tried for each frame" ;;
esac
check "the view of events" "$("$pcapdex" events "$scratch/a.db" --count kind -f csv | tr -d '\r' | tail -n +2 | cut -d, -f1,4 | sort)" \
	"$(sqlite3 "$scratch/a.db" "SELECT kind||','||count(*) FROM tcp_event GROUP BY kind" | sort)"
check "an outer table gives the frames" "2" \
	"$(ask "SELECT count(*) FROM packets p CROSS JOIN display_filter('dns') d WHERE d.frame_id = p.frame_id")"
check "the filter from a table" "dns|2
icmp|3" "$(ask "SELECT f.column1, count(*) FROM (VALUES ('dns'), ('icmp')) f, display_filter(f.column1) GROUP BY 1")"
check "two at once" "1" "$(ask "SELECT count(*) FROM display_filter('dns') a JOIN display_filter('udp.srcport==53') b USING (frame_id)")"
check "the same rows as the command" "$("$pcapdex" filter "$scratch/a.db" tcp -f csv | tr -d '\r' | tail -n +2)" \
	"$(ask "SELECT capture_id||','||number||','||frame_id FROM display_filter('tcp')")"
check "a mistake" "Error: stepping, display_filter: tcp.foo is neither a field nor a protocol; did you mean tcp.nop?" \
	"$(ask "SELECT * FROM display_filter('tcp.foo')" | sed 's/ (1)$//')"
case $(ask "SELECT * FROM display_filter") in *"display_filter needs a filter"*) ;; *) failed=$((failed + 1)); echo "no filter" ;; esac
check "octets" "$(head -c $((24 + 16 + 42)) "$fixtures/web.pcap" | tail -c 42 | od -An -v -tx1 | tr -d ' \n' | tr a-f A-F)" \
	"$(ask "SELECT substr(hex(frame_bytes(1)), 1, 84)")"
check "no such frame" "1|1" "$(ask "SELECT frame_bytes(100000) IS NULL, frame_info(100000) IS NULL")"
check "Info" "Standard query 0x1a2b A www.example.com" "$(ask "SELECT frame_info(3)")"
check "addresses without a name" "02:00:00:00:00:01|x|1" \
	"$(ask "SELECT ether_name('02:00:00:00:00:01'), ether_name('x'), ether_oui(0x020000) IS NULL")"
check "networks" "1|0|1|0|1||0" "$(ask "SELECT in_subnet('10.1.2.3', '10.0.0.0/8'), in_subnet('11.1.2.3', '10.0.0.0/8'),
	in_subnet('2001:db8:0:8000::1', '2001:db8:0:8000::/49'), in_subnet('2001:db8::1', '2001:db8:0:8000::/49'),
	in_subnet('192.0.2.129', '192.0.2.128/25'), in_subnet('www', '10.0.0.0/8'), in_subnet('::1', '0.0.0.0/0')")"
case $(ask "SELECT in_subnet('10.0.0.1', '10.0.0.0/33')") in *"is a network such as"*) ;; *) failed=$((failed + 1)); echo "no network" ;; esac
case $(sqlite3 :memory: ".load $extension" "SELECT frame_info(1)" 2>&1) in
*"the main database is no file"*) ;;
*) failed=$((failed + 1)); echo "no file" ;;
esac
check "in pcapdex sql" "2" "$("$pcapdex" sql "$scratch/a.db" "SELECT count(*) AS n FROM display_filter('dns')" -f csv | tr -d '\r' | tail -n 1)"
# Nothing of a database from elsewhere may call what opens files.
cp "$scratch/a.db" "$scratch/evil.db"
sqlite3 "$scratch/evil.db" "CREATE VIEW bait AS SELECT frame_bytes(1) AS b"
case $(sqlite3 "$scratch/evil.db" ".load $extension" "SELECT * FROM bait" 2>&1) in
*"unsafe use of frame_bytes"*) ;;
*) failed=$((failed + 1)); echo "a view called frame_bytes" ;;
esac
if /usr/bin/python3 -c 'import sqlite3; sqlite3.connect(":memory:").enable_load_extension(True)' 2>/dev/null; then
	check "Python" "[(3,), (4,)]" "$(/usr/bin/python3 - "$scratch/a.db" "$extension" <<'PY'
import sqlite3, sys
c = sqlite3.connect(sys.argv[1])
c.enable_load_extension(True)
c.load_extension(sys.argv[2])
print(c.execute("SELECT frame_id FROM packets JOIN display_filter(?) USING (frame_id)", ("dns",)).fetchall())
c.close()
PY
)"
else
	echo "Python's sqlite3 loads no extensions here: that part was not run"
fi
[ "$failed" -eq 0 ] || { echo "$failed failed"; exit 1; }
