#!/usr/bin/env bash
# Many captures: tags, compare, overlaps, merge, an index that goes on: test_groups.sh PCAPDEX MAKE_CAPTURE FIXTURES
set -u
pcapdex=$1
make=$2
fixtures=$3
# shellcheck source=tests/commands.sh
. "$(dirname "$0")/commands.sh"
# The value of a group's measure, as compare says it.
value() { "$pcapdex" compare c.db --by student --show values -f csv | tr -d '\r' | awk -F, -v g="$1" -v m="$2" -v c="${3:-5}" '$1 == g && $3 == m { print $c }'; }

# ---- times that no capture has ----

# Three captures of 136 years each: more nanoseconds than an integer holds.
for n in 1 2 3; do
	python3 -c '
import struct, sys
out = struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1)
for at in 0, 0xffffffff:
    out += struct.pack("<IIII", at, 0, 60 + int(sys.argv[1]), 60 + int(sys.argv[1])) + bytes(60 + int(sys.argv[1]))
sys.stdout.buffer.write(out)' $n >"long$n.pcap"
done
check "long ones" status 0 "$pcapdex" index long.db --tag lab=1 long1.pcap long2.pcap long3.pcap
check "compare them" status 0 "$pcapdex" compare long.db --by lab --show values -f csv
check "their sum" is "$(tr -d '\r' <out | awk -F, '$3 == "seconds" { print $5; exit }')" 12884901885

# ---- tags ----

mkdir -p labs/1/anna labs/1/bob labs/2/anna labs/2/carl
cp "$fixtures"/web.pcap labs/1/anna/
cp "$fixtures"/trouble.pcap labs/1/bob/
cp "$fixtures"/tcp_zero_window.pcap labs/2/anna/
cp "$fixtures"/tcp_refused.pcap labs/2/carl/
printf 'path,mark,note\r\nlabs/1,5,"a, ""b"""\r\nbob/trouble.pcap,7,\r\nnobody/x,1,,,\r\n' >m.csv
check "index with tags" status 0 "$pcapdex" index c.db labs --tag course=n --tag lab=9 --tag-from-path 'labs/{lab}/{student}/*' --manifest m.csv
check "a line without a capture is told" says err 'm.csv: 1 of 3 paths .* line 4: nobody/x'
tags() { sql c.db "SELECT group_concat(key || '=' || value, ' ') FROM (SELECT * FROM capture_tag WHERE capture_id = (SELECT id FROM capture WHERE name = '$1') ORDER BY key)"; }
check "path before --tag, manifest of the folder" is "$(tags web.pcap)" 'course=n lab=1 mark=5 note=a, b student=anna'
check "the longer path of a manifest" is "$(tags trouble.pcap)" 'course=n lab=1 mark=7 student=bob'
check "no line for it" is "$(tags tcp_refused.pcap)" 'course=n lab=2 student=carl'
check "a pattern without a key" status 2 "$pcapdex" index x.db labs --tag-from-path 'labs/*'
check "a manifest without path" status 1 sh -c "echo a,b >bad.csv; '$pcapdex' index x.db labs --manifest bad.csv"
check "says so" says err 'no column'
check "a quote without end" status 1 sh -c "printf 'path,b\n\"x,1\n' >bad.csv; '$pcapdex' index x.db labs --manifest bad.csv"
check "a cell too many" status 1 sh -c "printf 'path,b\nx,1,2\n' >bad.csv; '$pcapdex' index x.db labs --manifest bad.csv"
check "says where" says err 'bad.csv: line 2: 3 cells, but 2 columns'
check "no archive of it" test ! -e x.db
check "no path matches" status 0 "$pcapdex" index x.db labs --tag-from-path 'laps/{lab}/*'
check "is told" says err '4 of 4 paths match no --tag-from-path'
check "set" status 0 "$pcapdex" tag c.db -c web.pcap mark=8 'name=Änne' --delete note
check "how many" says out '^3 tags changed on 1 capture$'
check "and is there" is "$(tags web.pcap)" 'course=n lab=1 mark=8 name=Änne student=anna'
check "the same again" status 0 "$pcapdex" tag c.db -c web.pcap mark=8
check "changes nothing" says out '^0 tags changed'
check "tags from the paths of captures" status 0 "$pcapdex" tag x.db --tag-from-path 'labs/{lab}/{student}/*'
check "as many" says out '^8 tags changed on 4 captures$'
check "list" is "$("$pcapdex" tag c.db --list -f csv | tr -d '\r' | grep -c '^student,')" 3
check "list of some" is "$("$pcapdex" tag c.db -c lab=2 -f csv | tr -d '\r' | grep '^student,anna')" 'student,anna,1,'"$(sql c.db "SELECT frames FROM capture WHERE name='tcp_zero_window.pcap'")"
check "a filter knows them" is "$("$pcapdex" filter c.db 'capture.tag.mark == "8"' -f csv | tail -n +2 | wc -l)" 21
check "no KEY=VALUE" status 2 "$pcapdex" tag c.db nonsense
check "no such capture" status 1 "$pcapdex" tag c.db -c nobody a=b
check "as it was" is "$(tags web.pcap)" 'course=n lab=1 mark=8 name=Änne student=anna'

# ---- compare: every number is what SQL on the public views says ----

in_group() { echo "frame_id IN (SELECT f.frame_id FROM frame f JOIN capture_tag t ON t.capture_id = f.capture_id WHERE t.key = 'student' AND t.value = '$1')"; }
for g in anna bob carl; do
	in=$(in_group $g)
	check "$g: frames" is "$(value $g frames)" "$(sql c.db "SELECT count(*) FROM frame WHERE $in")"
	check "$g: bytes" is "$(value $g bytes)" "$(sql c.db "SELECT sum(len) FROM frame WHERE $in")"
	check "$g: retransmissions" is "$(value $g retransmission 7)" "$(sql c.db "SELECT count(*) FROM tcp_analysis WHERE analysis_retransmission AND $in")"
	check "$g: of segments" is "$(value $g retransmission 8)" "$(sql c.db "SELECT count(*) FROM tcp JOIN frame USING (frame_id) WHERE protocols NOT LIKE '%icmp%' AND $in")"
	check "$g: duplicate ACKs" is "$(value $g duplicate_ack 7)" "$(sql c.db "SELECT count(*) FROM tcp_analysis WHERE analysis_duplicate_ack_num > 0 AND $in")"
	check "$g: out of order" is "$(value $g out_of_order 7)" "$(sql c.db "SELECT count(*) FROM tcp_analysis WHERE analysis_out_of_order AND $in")"
	check "$g: round trips" is "$(value $g rtt_p50 8)" "$(sql c.db "SELECT nullif(count(analysis_ack_rtt), 0) FROM tcp_analysis WHERE $in")"
	check "$g: TCP's share" is "$(value $g tcp 7)" "$("$pcapdex" hierarchy c.db -c student=$g -f csv | tr -d '\r' | awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i } NR > 1 && $at["name"] == "tcp" { print $at["packets"] }')"
	check "$g: shortest and longest" is "$("$pcapdex" compare c.db --by student --show values -f csv | tr -d '\r' | awk -F, -v g=$g '$1 == g && $3 == "length_mean" { printf "%.3f", $5 }')" \
		"$(sql c.db "SELECT printf('%.3f', avg(len)) FROM frame WHERE $in")"
done
check "DNS answers" is "$(value anna dns_p50 8)" 1
check "their time" is "$(value anna dns_p50 | cut -c1-6)" "$(sql c.db "SELECT time * 1000 FROM dns WHERE time IS NOT NULL" | cut -c1-6)"
# Lengths of web.pcap and tcp_zero_window.pcap, sorted: the middle one of an odd number.
check "median length" is "$(value bob length_p50)" "$(sql c.db "SELECT avg(len) FROM (SELECT len, row_number() OVER (ORDER BY len) AS r, count(*) OVER () AS n FROM frame WHERE $(in_group bob)) WHERE r IN ((n + 1) / 2, n / 2 + 1)" | sed 's/\.0$//')"
check "verdicts are those of diagnose" is "$("$pcapdex" compare c.db --by student --show verdicts -f csv | tr -d '\r' | awk -F, 'NR > 1 { print $1 "," $5 }' | sort)" \
	"$("$pcapdex" diagnose c.db --count -f csv | tr -d '\r' | awk -F, 'NR > 1 { print $1 "," $4 }' | sort)"
check "groups" is "$("$pcapdex" compare c.db --by student -f csv | tr -d '\r' | cut -d, -f1,2 | tr '\n' ' ')" 'group,captures anna,2 bob,1 carl,1 (all),4 '
check "a group each capture" is "$("$pcapdex" compare c.db -f csv | wc -l)" 6
check "untagged" is "$("$pcapdex" compare c.db --by name -f jsonl | sed -n 2p | cut -c1-28)" '{"group":null,"captures":3,"'
check "no such tag" status 1 "$pcapdex" compare c.db --by nothing
check "no -Y" status 2 "$pcapdex" compare c.db --by lab -Y tcp
for s in groups spread outliers protocols services verdicts values only; do
	for f in table csv json; do check "--show $s -f $f" status 0 "$pcapdex" compare c.db --by student --show $s -f $f; done
	command -v python3 >/dev/null && check "$s is JSON" python3 -m json.tool out
done
check "all of it" status 0 "$pcapdex" compare c.db --by student
check "SQL is SQL" sh -c "'$pcapdex' compare c.db --by student --sql >q.sql && { ! command -v sqlite3 >/dev/null || sqlite3 c.db <q.sql; }"
check "two" status 0 "$pcapdex" compare c.db web.pcap trouble.pcap -f csv
check "delta" is "$(tr -d '\r' <out | grep '^total,frames')" 'total,frames,Frames,,21,14,-7,-33.333333333333336'
check "only in one" is "$("$pcapdex" compare c.db web.pcap trouble.pcap --show only -f csv | tr -d '\r' | grep -c '^web.pcap,\(protocol,arp\|host,192.0.2.53\|name,www.example.com\),')" 3
check "sets of captures" status 0 "$pcapdex" compare c.db lab=1 lab=2
check "two, no third" status 2 "$pcapdex" compare c.db lab=1
check "nobody" status 1 "$pcapdex" compare c.db lab=1 lab=7

# Of six groups five are alike, and one has ten times the frames.
for i in 1 2 3 4 5; do "$make" plain $((1000 + i)) s$i.pcap; done
"$make" plain 10000 s6.pcap
"$pcapdex" index -q o.db s?.pcap --tag-from-path '{student}.pcap'
check "one stands out" is "$("$pcapdex" compare o.db --by student --show outliers -f csv | tr -d '\r' | awk -F, 'NR > 1 { print $1 }' | sort -u)" s6
check "by its frames" sh -c "'$pcapdex' compare o.db --by student --show outliers -f csv | grep -q '^s6,total,frames'"
check "a higher border" is "$("$pcapdex" compare o.db --by student --show outliers --z 1000 -f csv | wc -l)" 1

# ---- overlaps ----

if command -v editcap >/dev/null; then
	editcap -r "$fixtures"/web.pcap part.pcap 5-15
	editcap -t 3600 "$fixtures"/web.pcap moved.pcapng
	editcap -s 96 "$fixtures"/web.pcap short.pcap
	# Another point of the network: other addresses of Ethernet.
	python3 - "$fixtures"/web.pcap far.pcap <<'P'
import struct, sys
d = bytearray(open(sys.argv[1], "rb").read())
order = "<" if d[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
at = 24
while at < len(d):
    n = struct.unpack_from(order + "I", d, at + 8)[0]
    d[at + 16 + 5] ^= 0xff
    if d[at + 16 + 12:at + 16 + 14] == b"\x08\0":
        d[at + 16 + 22] -= 1
    at += 16 + n
open(sys.argv[2], "wb").write(d)
P
	"$pcapdex" index -q v.db "$fixtures"/web.pcap "$fixtures"/trouble.pcap part.pcap moved.pcapng short.pcap far.pcap --tag-from-path '{who}.*'
	pair() { "$pcapdex" overlaps v.db -f csv | tr -d '\r' | awk -F, -v a="$1" -v b="$2" -v c="$3" '$1 == a && $2 == b { print $c }'; }
	check "a part" is "$(pair web.pcap part.pcap 3)" copy
	check "all of it" is "$(pair web.pcap part.pcap 7)" 100
	check "eleven frames" is "$(pair web.pcap part.pcap 4)" 11
	check "which" is "$("$pcapdex" overlaps v.db web.pcap part.pcap -f csv | tr -d '\r' | sed -n '2s/^\([0-9]*,[0-9]*,[0-9]*,[0-9]*\).*/\1/p')" 5,15,1,11
	check "times moved" is "$(pair web.pcap moved.pcapng 3)" copy
	check "by an hour" is "$(pair web.pcap moved.pcapng 8)" 3600
	check "shortened" is "$(pair web.pcap short.pcap 3)" copy
	check "another point" is "$(pair web.pcap far.pcap 3)" traffic
	check "others have nothing in common" is "$(pair web.pcap trouble.pcap 3)$(pair trouble.pcap web.pcap 3)" ""
	check "except" is "$("$pcapdex" overlaps v.db --except web.pcap -f csv | wc -l)" 1
	"$pcapdex" tag -q v.db -c web.pcap -c part.pcap who=one
	check "not within a group" is "$("$pcapdex" overlaps v.db --by who -f csv | tr -d '\r' | grep -c '^one,one')" 0
	check "but between groups" is "$("$pcapdex" overlaps v.db --by who -f csv | tr -d '\r' | grep -c '^one,moved')" 2
fi
# A file that was handed in twice is in the archive once, and that does not pass unseen.
mkdir -p twice/anna twice/carl
cp "$fixtures"/web.pcap twice/anna/a.pcap
cp "$fixtures"/web.pcap twice/carl/c.pcap
check "the same file twice" status 0 "$pcapdex" index twice.db twice --tag-from-path 'twice/{who}/*'
check "is told" says err 'c.pcap: is in the archive already, and keeps its tag who=anna'
check "is an overlap" is "$("$pcapdex" overlaps twice.db --by who -f csv | tr -d '\r' | sed -n '2s/[^,]*twice/twice/p')" 'anna,carl,a.pcap,twice/carl/c.pcap,file,21,,100,100,0,,,,,'
before=$(sha256sum <twice.db)
check "once more" status 0 "$pcapdex" index twice.db twice --tag-from-path 'twice/{who}/*'
check "changes nothing" is "$(sha256sum <twice.db)" "$before"
cp twice.db again.db
check "reindex" status 0 "$pcapdex" reindex again.db
check "knows it still" is "$("$pcapdex" overlaps again.db --by who -f csv | wc -l)" 2
"$pcapdex" index -q other.db twice/carl --tag-from-path 'twice/{who}/*'
"$pcapdex" index -q one.db twice/anna --tag-from-path 'twice/{who}/*'
check "merge" status 0 "$pcapdex" merge one.db other.db
check "finds it too" is "$("$pcapdex" overlaps one.db --by who -f csv | cut -d, -f1-5)" "$("$pcapdex" overlaps twice.db --by who -f csv | cut -d, -f1-5)"

check "A and B" status 2 "$pcapdex" overlaps c.db 1

# ---- merge: what all together would be ----

"$pcapdex" index -q p1.db "$fixtures"/web.pcap "$fixtures"/mixed.pcapng --tag half=1
"$pcapdex" index -q p2.db "$fixtures"/trouble.pcap "$fixtures"/web.pcap "$fixtures"/layers.pcap "$fixtures"/hostile.pcapng --tag half=2 --tag other=2
"$pcapdex" index -q whole.db "$fixtures"/web.pcap "$fixtures"/mixed.pcapng --tag half=1
"$pcapdex" index -q whole.db "$fixtures"/trouble.pcap "$fixtures"/web.pcap "$fixtures"/layers.pcap "$fixtures"/hostile.pcapng --tag half=2 --tag other=2 2>/dev/null
before=$(sha256sum <p2.db)
check "merge" status 0 "$pcapdex" merge merged.db p1.db p2.db
check "says what" says out '^5 captures taken over (.* frames), 1 already there$'
check "the others are as they were" is "$(sha256sum <p2.db)" "$before"
check "whole" status 0 "$pcapdex" verify merged.db --integrity
check "again" status 0 "$pcapdex" merge merged.db p2.db
check "is nothing new" says out '^0 captures taken over (0 frames), 4 already there$'
if command -v python3 >/dev/null; then
	cat >same.py <<'P'
import sqlite3
a, b = sqlite3.connect("whole.db"), sqlite3.connect("merged.db")
views = [r[0] for r in a.execute("SELECT name FROM sqlite_master WHERE type = 'view' ORDER BY 1")]
assert len(views) > 100
tables = ["capture_tag", "section", "interface", "interface_statistics", "name_record", "block", "chunk",
          "total_length", "total_burst", "total_second", "total_event"]
rows = 0
for v in views + tables:
    x, y = (sorted(map(repr, d.execute(f'SELECT * FROM "{v}"'))) for d in (a, b))
    assert x == y, v
    rows += len(x)
x, y = (d.execute("SELECT id, name, sha256, first_frame, frames, bytes FROM capture").fetchall() for d in (a, b))
assert x == y and rows > 500, (x, y)
P
	check "each view says the same" python3 same.py
fi
check "into itself" status 1 "$pcapdex" merge merged.db merged.db
check "no archive" status 1 "$pcapdex" merge merged.db m.csv
check "a bad one does not stop the next" status 1 "$pcapdex" merge late.db missing.db p1.db
check "it is in" is "$(sql late.db 'SELECT count(*) FROM capture')" 2
cp p1.db old.db
"$pcapdex" sql old.db --write "UPDATE t_record SET layout = 1 WHERE name = 'tcp'"
check "other tables" status 1 "$pcapdex" merge merged.db old.db
check "what to do" says err 'reindex old.db'
cp p1.db old.db
"$pcapdex" sql old.db --write 'PRAGMA user_version=99'
check "another version" status 1 "$pcapdex" merge merged.db old.db
check "disk full" status 1 bash -c "ulimit -f 600; exec '$pcapdex' merge full.db o.db"
[ -e full.db ] && check "what is in is whole" status 0 "$pcapdex" verify full.db
check "goes on" status 0 "$pcapdex" merge full.db o.db
check "all" is "$(sql full.db 'SELECT count(*), sum(frames) FROM capture')" "$(sql o.db 'SELECT count(*), sum(frames) FROM capture')"

# ---- a thousand captures ----

mkdir many
"$make" plain 5 five.pcap
for i in $(seq 0 999); do
	mkdir -p many/$((i / 100))
	{ head -c 140 five.pcap; printf %04d "$i"; tail -c +145 five.pcap; } >many/$((i / 100))/$i.pcap # in the second payload
done
echo "no capture" >many/3/bad.pcap
printf '\n\r\r\n\034\0\0\0M<+\032\1\0\0\0\377\377\377\377\377\377\377\377\035\0\0\0' >many/5/lengths.pcapng
head -c 1000 s1.pcap >many/6/cut.pcap
touch -d '1 hour ago' many/*/*
n=0
for i in 1 2 3; do
	"$pcapdex" index -q k.db many 2>/dev/null &
	indexer=$!
	for wait in $(seq 200); do # until it has got a little further
		now=$(sql k.db 'SELECT count(*) FROM capture' 2>/dev/null)
		[ "${now:-0}" -gt "$n" ] && break
		sleep 0.05
	done
	kill -KILL $indexer 2>/dev/null
	wait $indexer 2>/dev/null
	n=$(sql k.db 'SELECT count(*) FROM capture')
done
check "killed on the way" test "$n" -gt 0 -a "$n" -lt 1001
check "whole" status 0 "$pcapdex" verify k.db
check "it goes on" status 1 "$pcapdex" index k.db many
check "all are in" is "$(sql k.db 'SELECT count(DISTINCT sha256), sum(frames) FROM capture')" "1001,$((5 * 1000 + $("$pcapdex" index -q cut.db many/6/cut.pcap 2>/dev/null; sql cut.db 'SELECT frames FROM capture')))"
check "not those there again" says out "^$((1001 - n)) captures indexed .*, $n already there, 1 failed, 1 other files passed over"
check "the one that failed" says out '^  failed: many/5/lengths.pcapng: a block of 28 octets'
check "the one that is damaged" says out '^  damaged: many/6/cut.pcap: damaged at offset '
check "again" status 1 "$pcapdex" index k.db many
check "nothing" says out '^0 captures indexed, 1001 already there, 1 failed, 1 other files passed over'
touch many/0/7.pcap
check "a file that was touched is told by its octets" status 1 "$pcapdex" index k.db many
check "nothing new" says out '^0 captures indexed, 1001 already there'
"$make" plain 5000 many/0/7.pcap
check "another file of that name" status 1 "$pcapdex" index k.db many
check "is new" says out '^1 capture indexed'

echo "$checks checks, $failed failed"
[ "$failed" -eq 0 ]
