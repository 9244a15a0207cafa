#!/usr/bin/env bash
# The command line, end to end, on captures made by make_capture: test_cli.sh PCAPDEX MAKE_CAPTURE
set -u
pcapdex=$1
make=$2
# shellcheck source=tests/commands.sh
. "$(dirname "$0")/commands.sh"
clean() { ! tr -d '\r' <"$1" | LC_ALL=C grep -q '[[:cntrl:]]'; }
gone() { [ ! -e "$1" ] || { ls -la "$1" >&2; return 1; }; }

"$make" plain 1000 plain.pcap
"$make" plain 20000 large.pcap
"$make" hostile hostile.pcapng
gzip -c plain.pcap >plain.pcap.gz
head -c 100000 plain.pcap >cut.pcap
echo "no capture" >text.txt

# ---- in and out again ----

check "index" status 0 "$pcapdex" index a.db plain.pcap hostile.pcapng large.pcap
check "nothing on stderr in a pipe" test ! -s err
check "summary" says out '^3 captures indexed (21003 frames'
check "owner alone" is "$(stat -c %a a.db)" 600
check "at rest one file" is "$(ls -d a.db*)" a.db
check "verify" status 0 "$pcapdex" verify a.db --integrity
for f in plain.pcap hostile.pcapng large.pcap; do
	check "export $f" status 0 "$pcapdex" export a.db -c "$f" -o back
	check "$f byte for byte" cmp "$f" back
done
mkdir folder
check "export all" status 0 "$pcapdex" export a.db -o folder
check "all of them" is "$(ls folder | tr '\n' ' ')" "hostile.pcapng large.pcap plain.pcap "
check "export to a pipe" sh -c "'$pcapdex' export a.db -c 1 | cmp - plain.pcap"
before=$(sha256sum <a.db)
# Every row of every table, but for the time of indexing, and for the files, which are known again only two seconds after they
# were written.
same_rows() {
	python3 - "$@" <<'PY'
import sqlite3, sys
def rows(path):
    db = sqlite3.connect(path)
    db.execute("UPDATE capture SET indexed_at = 0")
    db.execute("DELETE FROM t_source")
    return sorted(db.iterdump()) # views come in the order in which they were made
first, *others = map(rows, sys.argv[1:])
sys.exit(any(first != other for other in others))
PY
}
mkdir jobs
for n in 1 2 3 4 5 6; do cp plain.pcap "jobs/$n.pcap" && printf '%s' "$n" >>"jobs/$n.pcap"; done
cp hostile.pcapng jobs/7.pcapng
cp jobs/2.pcap jobs/8.pcap
cp text.txt jobs/9.pcap
cp large.pcap jobs/large.pcap
for n in 1 2 8; do
	check "$n captures at a time" status 1 "$pcapdex" index "jobs$n.db" --jobs "$n" jobs --tag k=v jobs/9.pcap
	check "all are tried" says out '^8 captures indexed (.*), 6 of them damaged, 1 already there, 1 failed'
	check "messages come in order" is "$(grep -o 'jobs/[0-9]' err | tr '\n' ' ')" "jobs/1 jobs/2 jobs/3 jobs/4 jobs/5 jobs/6 jobs/9 "
done
check "the same rows" same_rows jobs1.db jobs2.db jobs8.db

# The first capture of an archive that is being made goes another way than all others, if it is large: to the same rows.
python3 - "$(dirname "$0")/../fixtures" >mixed.pcap <<'PY'
import pathlib, sys
head, records = b"", b""
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.pcap")):
    data = path.read_bytes()
    if data[:4] == bytes.fromhex("d4c3b2a1") and data[20] == 1 and path.name not in ("cut.pcap", "layers.pcap"):
        head, records = data[:24], records + data[24:]
sys.stdout.buffer.write(head[:16] + bytes([0, 0, 4, 0]) + head[20:] + records * (5000000 // len(records) + 1))
PY
for name in large mixed; do
	check "$name first" status 0 "$pcapdex" index "first.$name.db" "$name.pcap"
	check "nothing is left beside it" is "$(ls -d "first.$name.db"*)" "first.$name.db"
	check "it is whole" status 0 "$pcapdex" verify "first.$name.db" --integrity
	check "it is the owner's alone" is "$(stat -c %a "first.$name.db")" 600
	check "and comes out again" sh -c "'$pcapdex' export 'first.$name.db' | cmp - '$name.pcap'"
	"$pcapdex" index -q "other.$name.db" plain.pcap
	"$pcapdex" remove -q "other.$name.db" -c '*'
	check "not first" status 0 "$pcapdex" index "other.$name.db" "$name.pcap"
	check "$name: the same rows either way" same_rows "first.$name.db" "other.$name.db"
done
check "a second one" status 0 "$pcapdex" index first.large.db mixed.pcap plain.pcap
check "all is whole" status 0 "$pcapdex" verify first.large.db --integrity
makers=
for i in 1 2 3; do
	"$pcapdex" index -q both.db large.pcap mixed.pcap &
	makers="$makers $!"
done
for maker in $makers; do wait "$maker"; check "one of three that make an archive" is $? 0; done
check "all is there once" is "$(sql both.db 'SELECT count(*) FROM capture')" 2
check "it is whole" status 0 "$pcapdex" verify both.db --integrity
check "and alone" is "$(ls -d both.db*)" both.db
check "a number of jobs" status 2 "$pcapdex" index jobs0.db --jobs 0 plain.pcap

check "the same again" status 0 "$pcapdex" index a.db plain.pcap hostile.pcapng
check "is nothing new" says out '^0 captures indexed, 2 already there'
check "and changes nothing" is "$(sha256sum <a.db)" "$before"
check "the same in gzip" status 0 "$pcapdex" index a.db plain.pcap.gz
check "is nothing new either" says out '^0 captures indexed, 1 already there'
check "gzip" status 0 "$pcapdex" index gz.db plain.pcap.gz
check "export of gzip" sh -c "'$pcapdex' export gz.db | cmp - plain.pcap"
check "standard input" sh -c "'$pcapdex' index -q stdin.db - <plain.pcap && '$pcapdex' export stdin.db | cmp - plain.pcap"
check "bpf" status 0 "$pcapdex" index bpf.db --bpf 'udp port 20007' plain.pcap
check "bpf keeps what matches" is "$(sql bpf.db 'SELECT frames FROM capture')" 20
check "bad bpf" status 1 "$pcapdex" index bpf2.db --bpf 'no such (' plain.pcap
check "no archive for nothing" gone bpf2.db

# ---- chosen frames ----

check "the query of packets" status 0 "$pcapdex" sql a.db "$("$pcapdex" packets a.db -c plain.pcap --limit 3 --sql)" -f csv
last_five() { tr -d '\r' | tail -n 3 | awk -F, '{ print $(NF - 4), $(NF - 3), $(NF - 2), $(NF - 1), $NF }'; }
check "is theirs" is "$(last_five <out)" "$("$pcapdex" packets a.db -c plain.pcap --limit 3 -f csv | last_five)"
check "frames" status 0 "$pcapdex" export a.db -c hostile.pcapng 2-3 1 -o part.pcapng
check "index them" status 0 "$pcapdex" index part.db part.pcapng
fields="-T fields -e frame.time_epoch -e frame.interface_id -e frame.comment -e udp.srcport -e data.data"
"$pcapdex" packets a.db -c hostile.pcapng $fields >want
"$pcapdex" packets part.db $fields >got
{ sed -n 2,3p want; sed -n 1p want; } >want2
check "times, interfaces, comments" cmp want2 got
check "times to the nanosecond" says want '^1700000000.123456789	0'
check "interface names" is "$(sql part.db 'SELECT name FROM interface WHERE number=1')" second
check "filtered frames" sh -c "'$pcapdex' export a.db -c 1 -Y 'udp.srcport == 20007' -o f.pcapng && '$pcapdex' index -q f.db f.pcapng"
check "as many" is "$(sql f.db 'SELECT frames FROM capture')" 20
check "no such frame" status 1 "$pcapdex" export a.db -c 1 1001 -o none
check "and no file" gone none
check "no part left" sh -c '! ls | grep -q "^none"'
check "not over the archive" status 1 "$pcapdex" export a.db -c 1 -o a.db

# ---- times that are none ----

# Fractions of a second and more, as tshark prints them: microseconds are multiplied within 32 bits, and sums are made
# of the parts.
le32() { printf "\\x$(printf %02x $(($1 & 255)))\\x$(printf %02x $(($1 >> 8 & 255)))\\x$(printf %02x $(($1 >> 16 & 255)))\\0"; }
{
	printf '\xd4\xc3\xb2\xa1\2\0\4\0\0\0\0\0\0\0\0\0\377\377\0\0\1\0\0\0'
	for time in "100 0" "100 1500000" "101 2200000" "102 5"; do
		for part in $time; do le32 "$part"; done
		printf '\1\0\0\0\1\0\0\0x'
	done
} >fractions.pcap
check "damaged fractions" status 0 "$pcapdex" index fractions.db fractions.pcap
"$pcapdex" packets fractions.db -T fields -e frame.time -e frame.time_epoch -e frame.time_delta -e frame.time_relative >got
cat >want <<'END'
Jan  1, 1970 00:01:40.000000000 UTC	100.000000000	0.000000000	0.000000000
Jan  1, 1970 00:01:40.1500000000 UTC	100.1500000000	0.1500000000	0.1500000000
Jan  1, 1970 00:01:41.-2094967296 UTC	-101.2094967296	1.700000000	-0.1094967296
Jan  1, 1970 00:01:42.000005000 UTC	102.000005000	1.2094972296	2.000005000
END
check "damaged fractions as tshark prints them" cmp want got
check "and an expert's note" is "$("$pcapdex" packets fractions.db -Y 'frame.number == 3' -T fields -e _ws.expert.message | grep -o 'Fractional second -[0-9]*')" "Fractional second -2094967296"
check "and a mark" is "$("$pcapdex" packets fractions.db -Y frame.time_invalid -T fields -e frame.number -e frame.time_invalid | tr '\t\n' '= ')" "2=1 3=1 "
check "and as numbers" is "$("$pcapdex" packets fractions.db -Y 'frame.time_epoch > 101' -T fields -e frame.number | tr '\n' ' ')" "2 4 "

# ---- fragments of IPv6 ----

# Two fragments (RFC 8200, section 4.5): as tshark does, the frame that completes the datagram has the mark.
octets() { for octet in "$@"; do printf "\\x$octet"; done; }
fragment() { # LENGTH OFFSET-AND-MORE OCTET...: a raw IPv6 packet
	length=$1 word=$2
	shift 2
	printf '\0\0\0\0\0\0\0\0%b\0\0\0%b\0\0\0' "\\x$(printf %02x $((length + 48)))" "\\x$(printf %02x $((length + 48)))"
	octets 60 00 00 00 00 "$(printf %02x $((length + 8)))" 2c 40 20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01
	octets 20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 02 11 00 00 "$word" 00 00 00 09 "$@"
}
{
	printf '\xd4\xc3\xb2\xa1\2\0\4\0\0\0\0\0\0\0\0\0\377\377\0\0\145\0\0\0'
	fragment 8 01 12 34 56 78 00 0c 00 00
	fragment 4 08 61 62 63 64
} >fragments.pcap
"$pcapdex" index fragments.db fragments.pcap 2>log
check "fragments of IPv6" is "$("$pcapdex" packets fragments.db -T fields -e frame.number -e ipv6.fragments -e ipv6.fragment | tr '\t\n' '= ')" "1== 2=1=1,2 "
for off in tls.segment tls.segments tls.segment.count tls.segment.data tls.reassembled_in tls.reassembled.length tls.reassembled.data arp.packet-storm-detected; do
	check "$off is known, and no frame has it" status 0 "$pcapdex" packets fragments.db -Y "$off"
	check "nothing of $off" is "$("$pcapdex" packets fragments.db -Y "$off" -T fields -e frame.number)" ""
done
check "and as a filter" is "$("$pcapdex" packets fragments.db -Y ipv6.fragments -T fields -e frame.number)" 2

# ---- a handshake message in pieces ----

# A Client Hello over three records and two segments, with a name in it (RFC 8446, section 5.1; RFC 6066, section 3):
# tshark says of which frames it is put together, and in those where. Its octets are nowhere in one piece.
piece() { # SEQUENCE OCTET...: raw IPv4 to the port of HTTPS
	sequence=$1
	shift
	length=$(printf %02x $((40 + $#)))
	printf '\0\0\0\0\0\0\0\0%b\0\0\0%b\0\0\0' "\\x$length" "\\x$length"
	octets 45 00 00 "$length" 00 01 00 00 40 06 00 00 c0 00 02 01 c0 00 02 02
	octets c0 00 01 bb 00 00 00 "$sequence" 00 00 00 01 50 18 20 00 00 00 00 00 "$@"
}
{
	printf '\xd4\xc3\xb2\xa1\2\0\4\0\0\0\0\0\0\0\0\0\377\377\0\0\145\0\0\0'
	piece 01 16 03 01 00 0a 01 00 00 3e 03 03 00 01 02 03 \
		16 03 01 00 14 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f 10 11 12 13 14 15 16 17
	piece 29 16 03 01 00 24 18 19 1a 1b 1c 1d 1e 1f 00 00 02 00 2f 01 00 \
		00 13 00 00 00 0f 00 0d 00 00 0a 77 77 77 2e 65 78 2e 6f 72 67
} >pieces.pcap
"$pcapdex" index pieces.db pieces.pcap 2>log
check "pieces of a handshake message" is "$("$pcapdex" packets pieces.db -T fields -e tls.handshake -e tls.handshake.type -e tls.handshake.fragments -e tls.handshake.fragment -e tls.handshake.fragment.count -e tls.handshake.reassembled_in | tr '\t\n' '= ')" \
	"1,1=====2,2 1,1=1=1=1,1,2=3= "
check "and as a filter" is "$("$pcapdex" packets pieces.db -Y 'tls.handshake.reassembled_in == 2' -T fields -e frame.number)" 1
"$pcapdex" show pieces.db 1 >text 2>log
check "show: a piece" says text '^        Handshake Protocol: Client Hello (fragment)$'
check "show: where the message is" says text '^        Reassembled Handshake Message in frame: 2$'
"$pcapdex" show pieces.db 2 >text 2>log
check "show: the last piece" says text '^        Handshake Protocol: Client Hello (last fragment)$'
check "show: all pieces" says text '^        .3 Reassembled Handshake Fragments (66 bytes): #1(10), #1(20), #2(36).$'
check "show: where a piece stood" says text '^            .Frame: 1, payload: 10-29 (20 bytes).$'
check "show: what was put together" says text '^                    Server Name: www.ex.org$'

# ---- columns of the packet list as fields ----

# What `tshark -2 -n -r web.pcap -Y dns -T fields -e ...` prints.
"$pcapdex" index columns.db "$(dirname "$0")/../fixtures/web.pcap" 2>log
"$pcapdex" packets columns.db -Y dns -T fields -e frame.number -e _ws.col.Time -e _ws.col.Info -e ip.ttl -e _ws.col.Protocol -e _ws.col.Source >got
printf '3\t0.014000\tStandard query 0x1a2b A www.example.com\t64\tDNS\t192.0.2.10\n4\t0.021000\tStandard query response 0x1a2b A www.example.com A 198.51.100.80\t64\tDNS\t192.0.2.53\n' >want
check "columns of the packet list" cmp want got
check "their times" is "$("$pcapdex" packets columns.db -Y dns -t dd -T fields -e _ws.col.Time | tr '\n' ' ')" "0.000000 0.007000 "
# tshark -2 -n -r web.pcap -Y 'frame.number in {4,8}' -T fields -E ...
styled() { "$pcapdex" packets columns.db -Y 'frame.number in {4, 8}' -T fields "$@" -e frame.number -e ip.addr -e http.request.line >got; cmp want got; }
printf 'frame.number,ip.addr,http.request.line\n"4","192.0.2.53|192.0.2.10",\n"8","192.0.2.10|198.51.100.80","Host: www.example.com\\r\\n|User-Agent: fixture\\r\\n"\n' >want
check "-E header, quote, separator, aggregator" styled -E header=y -E quote=d -E separator=, -E 'aggregator=|'
printf "\357\273\2774 192.0.2.10 \n8 198.51.100.80 User-Agent: fixture\\\\r\\\\n\n" >want
check "-E bom, occurrence" styled -E bom=y -E occurrence=l -E separator=/s
printf '4\t192.0.2.53\t\n8\t192.0.2.10\tHost: www.example.com\\r\\n\n' >want
check "-E occurrence=f" styled -E occurrence=f
check "-E of nothing" status 2 "$pcapdex" packets columns.db -T fields -E colour=red -e frame.number
check "-E without -T fields" status 2 "$pcapdex" packets columns.db -E header=y -e frame.number
check "a time that is none" status 2 "$pcapdex" packets columns.db -t x -e _ws.col.Time
check "a column that is none" status 1 "$pcapdex" packets columns.db -e _ws.col.Nothing

# ---- a FIN that is sent again ----

# An answer of HTTP/1.0 goes on until the server closes (RFC 1945, section 7.2.2): as tshark does, a second FIN of its
# side names the first one.
segment() { # PORTS SEQUENCE ACKNOWLEDGEMENT FLAGS TEXT: a raw IPv4 packet
	length=$((${#5} + 40))
	size="\\x$(printf %02x $length)\\0\\0\\0"
	printf "\\0\\0\\0\\0\\0\\0\\0\\0$size$size"
	octets 45 00 00 "$(printf %02x $length)" 00 00 00 00 40 06 00 00 c0 00 02 01 c0 00 02 01
	printf "$1\\0\\0\\0\\x$(printf %02x "$2")\\0\\0\\0\\x$(printf %02x "$3")\\x50\\x$4\\x20\\0\\0\\0\\0\\0%s" "$5"
}
to_server='\x9c\x40\0\x50' to_client='\0\x50\x9c\x40'
{
	printf '\xd4\xc3\xb2\xa1\2\0\4\0\0\0\0\0\0\0\0\0\377\377\0\0\145\0\0\0'
	segment "$to_server" 1 1 18 "$(printf 'GET / HTTP/1.0\r\n\r\n.')"
	segment "$to_client" 1 20 18 "$(printf 'HTTP/1.0 200 OK\r\n\r\nabc')"
	segment "$to_client" 23 20 11 ""
	segment "$to_client" 23 20 11 ""
} >closed.pcap
"$pcapdex" index closed.db closed.pcap 2>log
check "a second FIN" is "$("$pcapdex" packets closed.db -T fields -e frame.number -e tcp.segment -e tcp.fin_retransmission | tr '\t\n' '= ')" "1== 2== 3=2,3= 4==3 "

# ---- folders and tags ----

mkdir -p tree/b/c
cp plain.pcap tree/b/looks-like-text.txt
cp hostile.pcapng tree/b/c/no-ending
cp text.txt tree/fake.pcap
ln -s ../.. tree/b/c/up
ln -s nowhere tree/dangling
mkfifo tree/pipe
check "folder" status 0 timeout 20 "$pcapdex" index t.db tree --tag course=networks --tag student=00417
check "by content" says out '^2 captures indexed (1003 frames, .*3 other files passed over'
check "tags are text" is "$(sql t.db "SELECT DISTINCT value FROM capture_tag WHERE key='student'")" 00417
check "captures by tag" is "$("$pcapdex" packets t.db -c student=00417 -f csv | wc -l)" 1004
check "a new tag" status 0 "$pcapdex" index t.db tree --tag term=2 --tag course=other
check "is added" is "$(sql t.db "SELECT group_concat(value, ' ') FROM capture_tag WHERE capture_id=1")" "networks 00417 2"
check "an old one stays, and that is said" says err 'keeps its tag course=networks'
check "a tag without value" status 2 "$pcapdex" index t.db tree --tag nonsense

# ---- what is wrong with input ----

check "damaged" status 1 "$pcapdex" index cut.db cut.pcap
check "where" says err 'at offset 9[0-9]*: '
check "is kept up to there" sh -c "'$pcapdex' export cut.db | cmp - cut.pcap"
check "damage is in the archive" is "$(sql cut.db 'SELECT damage_offset > 99000 FROM capture')" 1
check "no capture" status 1 "$pcapdex" index none.db text.txt
check "says so" says err 'text.txt: not a pcap'
check "no such file" status 1 "$pcapdex" index none.db missing.pcap
check "neither leaves an archive" gone none.db
check "one bad of two" status 1 "$pcapdex" index two.db text.txt plain.pcap
check "the good one is in" is "$(sql two.db 'SELECT count(*) FROM capture')" 1
check "a bad one between good ones" status 1 "$pcapdex" index three.db plain.pcap text.txt hostile.pcapng
check "both are in" is "$(sql three.db 'SELECT count(*) FROM capture')" 2
check "no archive" status 1 "$pcapdex" packets missing.db
check "says which" says err 'missing.db: no such archive'
check "not an archive" status 1 "$pcapdex" index text.txt plain.pcap
check "untouched" is "$(cat text.txt)" "no capture"
check "a folder" status 1 "$pcapdex" packets tree
cp gz.db newer.db
"$pcapdex" sql newer.db --write 'PRAGMA user_version=99'
check "from the future" status 1 "$pcapdex" packets newer.db
check "says so" says err 'newer'
check "missing capture" status 1 "$pcapdex" packets a.db -c nobody
check "no command" status 2 "$pcapdex" nonsense
check "no option" status 2 "$pcapdex" packets a.db --nonsense
check "no argument" status 2 "$pcapdex" index
check "bad frame" status 2 "$pcapdex" show a.db x

# ---- hostile text ----

for f in table csv json jsonl; do
	check "comment as $f" sh -c "'$pcapdex' packets a.db -c hostile.pcapng -e frame.comment -e frame.interface_name -f $f >text"
	check "$f without controls" clean text
	check "$f is UTF-8" iconv -f UTF-8 -t UTF-8 text
	"$pcapdex" sql a.db 'SELECT name, comment FROM interface' -f $f >text
	check "sql $f without controls" clean text
done
if command -v python3 >/dev/null; then
	check "show's JSON is JSON" sh -c "'$pcapdex' show a.db -c hostile.pcapng 1-3 -T json | python3 -m json.tool"
fi
"$pcapdex" show a.db -c hostile.pcapng 1-3 >text
check "show without controls" clean text
evil=$(printf 'evil\033[31m.pcap')
check "names in messages" status 1 "$pcapdex" index e.db "$evil"
check "are escaped" clean err

# ---- what the archive says ----

"$pcapdex" show a.db -c 1 8 >text
check "show: layers" says text '^User Datagram Protocol, Src Port: 20007, Dst Port: 52000'
check "show: a field" says text '^    Length: 57$'
check "show: bits" says text '^        .1.. .... = Don.t fragment: Set$'
check "show: a heading" says text '^Internet Protocol Version 4, Src: 10.0.0.1, Dst: 10.0.0.2$'
check "show: a group" says text '^    .Timestamps.$'
check "show: octets" says text '^0000  02 00 00 00 00 02 02 00  00 00 00 01 08 00 45 00   ..............E.$'
check "show: where" sh -c "'$pcapdex' show a.db -c 1 8 -T jsonl | grep -q '\"name\":\"udp.srcport\",\"label\":\"Source Port\",\"value\":20007,\"text\":\"20007\",\"generated\":0,\"offset\":34,\"length\":2'"
check "show needs a capture" status 1 "$pcapdex" show a.db 8
check "packets" is "$("$pcapdex" packets a.db -c 1 --limit 1 | tail -n 1 | tr -s ' ')" " 1 0.000000 10.0.0.1 10.0.0.2 UDP 42 20000 → 52000 Len=0"
check "limit over fields" is "$("$pcapdex" packets a.db -T fields -e frame.number --limit 1001 | tail -n 1)" 1
check "filtered fields" is "$("$pcapdex" packets a.db -c 1 -Y 'udp.srcport == 20007' -T fields -e frame.number | head -n 2 | tr '\n' ' ')" "8 58 "
check "sql parameters" is "$("$pcapdex" sql a.db -p n=007 -p k=8 'SELECT typeof(:n) AS n, typeof(:k) AS k' -f jsonl)" '{"n":"text","k":"integer"}'
check "sql reads only" status 1 "$pcapdex" sql a.db 'DELETE FROM capture'
check "sql from stdin" is "$(echo 'SELECT 1 AS a; SELECT 2 AS b' | "$pcapdex" sql a.db -f jsonl | tr '\n' ' ')" '{"a":1} {"b":2} '
check "unknown parameter" status 2 "$pcapdex" sql a.db 'SELECT :x'
check "fields" is "$("$pcapdex" fields a.db 'udp.srcp*' | tail -n 1 | tr -s ' ')" "udp.srcport uint16 udp Source Port"
check "no such field" status 1 "$pcapdex" fields a.db nonsense
for shell in bash zsh fish; do
	check "completion $shell" sh -c "'$pcapdex' completion $shell >completion.$shell && grep -q export completion.$shell"
	if command -v $shell >/dev/null; then
		check "$shell reads it" $shell -n completion.$shell
	fi
done
for c in $("$pcapdex" help | sed -n 's/^  \([a-z]*\) .*/\1/p'); do
	check "help $c" status 0 "$pcapdex" "$c" --help
done

# ---- verify and remove ----

cp a.db broken.db
"$pcapdex" sql broken.db --write 'UPDATE chunk SET data = zeroblob(size) WHERE id = 2; DELETE FROM t_frame WHERE frame_id = 5'
check "verify finds" status 1 "$pcapdex" verify broken.db
check "the digest" says out 'SHA-256'
check "a lost frame" says out 'frames: 999, should be 1000'
check "export refuses" status 1 "$pcapdex" export broken.db -c plain.pcap -o bad
check "and leaves nothing" gone bad
# The third of three frames is older than the second: it counts in the second of that one in total_io, in its own
# in total_second.
python3 -c 'import struct, sys
out = struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1)
for at in 10, 15, 13:
    out += struct.pack("<IIII", at, 0, 60, 60) + bytes(60)
sys.stdout.buffer.write(out)' >late.pcap
"$pcapdex" index -q late.db late.pcap
check "time steps back" is "$(sql late.db 'SELECT group_concat(second) FROM total_second')|$(sql late.db 'SELECT group_concat(second || "x" || frames) FROM total_io')" '0,3,5|0x1,5x2'
check "verify it" status 0 "$pcapdex" verify late.db
for t in total_second total_io; do
	cp late.db wrong.db
	"$pcapdex" sql wrong.db --write "UPDATE $t SET second = second + 1 WHERE second = 5"
	check "verify $t" status 1 "$pcapdex" verify wrong.db
	check "says so" says out "2 rows of $t are wrong"
done
cp a.db less.db
check "remove" status 0 "$pcapdex" remove less.db hostile.pcapng
check "the rest is whole" status 0 "$pcapdex" verify less.db --integrity
check "two are left" is "$(sql less.db 'SELECT count(*) FROM capture')" 2
check "nothing of it stays in the file" sh -c '! grep -aq zanzibar-only-here less.db'
check "it was there before" grep -aq zanzibar-only-here a.db
check "export of the rest" sh -c "'$pcapdex' export less.db -c large.pcap | cmp - large.pcap"
check "index it again" status 0 "$pcapdex" index less.db hostile.pcapng
check "and verify" status 0 "$pcapdex" verify less.db
size=$(stat -c %s less.db)
check "remove all" status 0 "$pcapdex" remove less.db -c '*' --vacuum
check "smaller" test "$(stat -c %s less.db)" -lt "$size"
check "empty" is "$(sql less.db 'SELECT (SELECT count(*) FROM capture) + (SELECT count(*) FROM chunk) + (SELECT count(*) FROM t_frame) + (SELECT count(*) FROM t_address) + (SELECT count(*) FROM t_text) + (SELECT count(*) FROM t_stack)')" 0
check "remove what?" status 2 "$pcapdex" remove a.db
check "remove nobody" status 1 "$pcapdex" remove a.db nobody

# ---- several at once ----

for i in 1 2 3 4; do "$make" plain $((2000 + i)) "many$i.pcap"; done
for i in 1 2 3 4; do "$pcapdex" index -q many.db "many$i.pcap" & done
wait
check "four indexers" is "$(sql many.db 'SELECT count(*) FROM capture')" 4
check "all whole" status 0 "$pcapdex" verify many.db --integrity
check "at rest" is "$(ls -d many.db*)" many.db
cp many.db busy.db
mkfifo slow
"$pcapdex" index -q busy.db slow &
indexer=$!
# come FILE: wait until it is there, a minute at most.
come() {
	for _ in $(seq 600); do
		[ ! -e "$1" ] || return 0
		sleep 0.1
	done
	return 1
}
# The rest comes when the readers are done: who waits for the writer waits for ever.
{ head -c 5000000 large.pcap; : >begun; come read; tail -c +5000001 large.pcap; } >slow &
come begun
check "readers go on" status 0 timeout 30 "$pcapdex" packets busy.db -c many1.pcap --limit 3
check "and see what was there" is "$(timeout 30 "$pcapdex" sql busy.db 'SELECT count(*) FROM capture' -f csv | tail -n 1 | tr -d '\r')" 4
check "verify meanwhile" status 0 "$pcapdex" verify busy.db
: >read
wait $indexer
check "then the new one" is "$(sql busy.db 'SELECT count(*) FROM capture')" 5
check "is whole" status 0 "$pcapdex" verify busy.db

# ---- interrupted ----

cp many.db term.db
before=$(sql term.db 'SELECT count(*), sum(frames) FROM capture')
rm begun
{ head -c 5000000 large.pcap; : >begun; exec sleep 60; } >slow &
feeder=$!
"$pcapdex" index term.db slow >out 2>err &
indexer=$!
come begun
kill -TERM $indexer
wait $indexer
check "cancelled" is $? 1
check "says so" says err cancelled
kill $feeder 2>/dev/null
check "as before" is "$(sql term.db 'SELECT count(*), sum(frames) FROM capture')" "$before"
check "at rest" is "$(ls -d term.db*)" term.db

cp many.db killed.db
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
	"$pcapdex" index -q killed.db large.pcap &
	indexer=$!
	sleep 0.0$((i * 7 % 10))$i
	kill -KILL $indexer 2>/dev/null
	wait $indexer 2>/dev/null
	n=$(sql killed.db 'SELECT count(*) FROM capture')
	check "killed $i: all or nothing" test "$n" = 4 -o "$n" = 5
	check "killed $i: whole" status 0 "$pcapdex" verify killed.db --integrity
	[ "$n" = 5 ] && "$pcapdex" remove -q killed.db large.pcap
done
"$pcapdex" index -q killed.db large.pcap
check "indexed after all" is "$(sql killed.db 'SELECT count(*) FROM capture')" 5

# An archive that is being made: killed at any moment it is no archive yet, an empty one, or whole.
for i in 1 2 3 4 5 6; do
	rm -f fresh.db*
	"$pcapdex" index -q fresh.db large.pcap &
	indexer=$!
	sleep 0.$((i * 3 % 10))$i
	kill -KILL $indexer 2>/dev/null
	wait $indexer 2>/dev/null
	if [ -s fresh.db ]; then
		n=$(sql fresh.db "SELECT count(*) FROM sqlite_master WHERE name='capture'")
		[ "$n" = 1 ] && n=$(sql fresh.db 'SELECT count(*) FROM capture')
		check "killed when made $i: all or nothing" test "$n" = 0 -o "$n" = 1
		check "killed when made $i: sound" is "$(sql fresh.db 'PRAGMA integrity_check')" ok
	fi
	check "made after all $i" status 0 "$pcapdex" index -q fresh.db large.pcap
	check "nothing is left beside it $i" is "$(ls -d fresh.db*)" fresh.db
	check "and whole $i" status 0 "$pcapdex" verify fresh.db --integrity
done

# ---- no room, no right ----

cp gz.db full.db
contents() { sql "$1" "SELECT name, sha256, frames FROM capture; SELECT sum(time * len) FROM t_frame; SELECT count(*) FROM chunk"; }
# An archive brings itself up to date from its own octets.
cp a.db again.db
"$pcapdex" index again.db --tag student=007 plain.pcap >/dev/null 2>&1
sqlite3=$(command -v sqlite3 || true)
[ -z "$sqlite3" ] || "$sqlite3" again.db "CREATE TABLE mine (a); INSERT INTO mine VALUES (5)"
before=$(contents again.db)
check "reindex" status 0 "$pcapdex" reindex again.db
check "the same rows" is "$(contents again.db)" "$before"
check "the same ids" is "$(sql again.db 'SELECT id, first_frame FROM capture')" "$(sql a.db 'SELECT id, first_frame FROM capture')"
check "tags stay" is "$(sql again.db "SELECT value FROM capture_tag WHERE key='student'")" 007
[ -z "$sqlite3" ] || check "tables of one's own stay" is "$(sql again.db 'SELECT a FROM mine')" 5
check "verify" status 0 "$pcapdex" verify again.db --integrity
check "nothing is left beside it" is "$(ls -d again.db*)" again.db
check "no archive" status 1 "$pcapdex" reindex nothing.db
cp less.db none.db
check "reindex of nothing" status 0 "$pcapdex" reindex none.db
check "is nothing" is "$(ls -d none.db*) $(sql none.db 'SELECT count(*) FROM capture')" "none.db 0"
check "broken off" status 1 bash -c "ulimit -f 300; exec '$pcapdex' reindex again.db"
check "as it was" is "$(contents again.db)" "$before"
check "and again" status 0 "$pcapdex" reindex again.db
check "names" status 0 "$pcapdex" names a.db --format csv
check "names of what" status 2 "$pcapdex" names a.db --type dog

before=$(contents full.db)
check "disk full" status 1 bash -c "ulimit -f $(($(stat -c %s full.db) / 1024 + 200)); exec '$pcapdex' index full.db large.pcap"
check "says so" says err 'archive is as it was'
check "as it was" is "$(contents full.db)" "$before"
check "disk full, a damaged capture" status 1 bash -c "ulimit -f 40; exec '$pcapdex' index full.db cut.pcap"
check "says so and not of the damage" is "$(grep -c 'archive is as it was' err) $(grep -c damaged err)" "1 0"
check "no room for a new one" status 1 bash -c "ulimit -f 300; exec '$pcapdex' index full2.db large.pcap"
check "leaves nothing" is "$(ls -d full2.db* 2>/dev/null)" ""
check "export into a full disk" status 1 bash -c "ulimit -f 300; exec '$pcapdex' export a.db -c large.pcap -o full.out"
check "leaves nothing" gone full.out
check "a full pipe" status 1 bash -c "'$pcapdex' packets a.db >/dev/full"
as_nobody=
[ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null && as_nobody="setpriv --reuid 65534 --clear-groups"
if [ "$(id -u)" -ne 0 ] || [ -n "$as_nobody" ]; then
	chmod 755 . && mkdir locked && cp gz.db locked/ && chmod 666 locked/gz.db && chmod 555 locked && chmod 644 plain.pcap
	if $as_nobody test -r locked/gz.db -a -x "$pcapdex"; then
		check "read-only folder" status 1 $as_nobody "$pcapdex" index locked/gz.db "$work/large.pcap"
		check "says so" says err 'folder may not be written'
		check "nothing can be made there" status 1 $as_nobody "$pcapdex" index locked/new.db "$work/plain.pcap"
		check "but read" status 0 $as_nobody "$pcapdex" packets locked/gz.db
		chmod 755 locked && chmod 444 locked/gz.db && chmod 777 locked
		check "read-only archive" status 1 $as_nobody "$pcapdex" index locked/gz.db "$work/large.pcap"
		check "says so" says err 'may not be written'
		chmod 600 locked/gz.db
		[ -z "$as_nobody" ] || check "not its owner" status 1 $as_nobody "$pcapdex" packets locked/gz.db
	fi
	chmod 755 locked
fi

echo "$checks checks, $failed failed"
[ "$failed" -eq 0 ]
