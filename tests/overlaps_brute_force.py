#!/usr/bin/env python3
"""`pcapdex overlaps` against brute force: every pair of captures of a folder, packet by packet, by the words of docs/course.md.

The frames are read by Wireshark's editcap and compared as octets here; nothing of pcapdex is used but its answer. Also says what
the 80 octets that count leave unseen: how many shared frames differ behind them.

    tests/overlaps_brute_force.py PCAPDEX FOLDER
"""
import collections, csv, os, struct, subprocess, sys, tempfile

LIMIT, VARIETY, REPEATED = 80, 16, 16


def frames(path, scratch):
    """(link type, octets, length) of each frame, by editcap's pcapng."""
    out = os.path.join(scratch, "x.pcapng")
    if os.path.exists(out):
        os.unlink(out)
    subprocess.run(["editcap", "-F", "pcapng", path, out], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if not os.path.exists(out):
        return
    data, at, links, order = open(out, "rb").read(), 0, [], "<"
    while at + 12 <= len(data):
        kind = struct.unpack_from(order + "I", data, at)[0]
        if kind == 0x0A0D0D0A:
            order = "<" if data[at + 8:at + 12] == b"\x4d\x3c\x2b\x1a" else ">"
            links = []
        size = struct.unpack_from(order + "I", data, at + 4)[0]
        if kind == 1:
            links.append(struct.unpack_from(order + "H", data, at + 8)[0])
        if kind == 6:
            interface, _, _, captured, length = struct.unpack_from(order + "5I", data, at + 8)
            yield links[interface], data[at + 28:at + 28 + captured], length
        at += size


def network(link, d):
    """Ethertype and octets of the network layer."""
    if link == 1:
        at = 12
        while at + 4 <= len(d) and d[at:at + 2] in (b"\x81\0", b"\x88\xa8", b"\x91\0"):
            at += 4
        return (int.from_bytes(d[at:at + 2], "big"), d[at + 2:]) if at + 4 <= len(d) else None
    if link in (113, 276):
        head, where = (16, 14) if link == 113 else (20, 0)
        return (int.from_bytes(d[where:where + 2], "big"), d[head:]) if len(d) >= head else None
    if link in (0, 108, 101, 12, 14, 228, 229):
        d = d[4:] if link in (0, 108) else d
        return ({4: 0x800, 6: 0x86DD}.get(d[0] >> 4, 0) if d else 0), d
    return None


def packet(link, d, limit):
    """What counts of a frame, and whether it tells anything."""
    found = network(link, d)
    kind, p = found if found else (0, d)
    p, everyone, total = bytearray(p[:limit]), True, None
    blank, transport = [], None
    if kind == 0x800 and len(p) >= 20 and p[0] >> 4 == 4:
        header, total = (p[0] & 15) * 4, int.from_bytes(p[2:4], "big")
        total = total if total >= 20 else None
        everyone = p[16] >= 224 or p[19] == 255
        blank = [1, 8, 10, 11]
        if int.from_bytes(p[6:8], "big") & 0x1FFF == 0 and header >= 20:
            transport = (header, p[9])
    elif kind == 0x86DD and len(p) >= 40 and p[0] >> 4 == 6:
        total = 40 + int.from_bytes(p[4:6], "big")
        total = total if total > 40 else None
        everyone = p[24] == 255
        p[0] = 0x60
        blank, transport = [1, 2, 3, 7], (40, p[6])
    elif kind == 0x806:
        total = 28
    if total is not None:
        p = p[:total]
    for i in blank:
        p[i] = 0
    if transport and transport[1] in (6, 17):
        at = transport[0] + (16 if transport[1] == 6 else 6)
        if transport[0] <= len(p) and at + 2 <= len(p):
            p[at:at + 2] = b"\0\0"
    return (kind, bytes(p)), not everyone and len(set(p)) >= VARIETY


def main():
    pcapdex, folder = sys.argv[1:]
    names = sorted(n for n in os.listdir(folder) if os.path.isfile(os.path.join(folder, n)))
    with tempfile.TemporaryDirectory() as scratch:
        archive = os.path.join(scratch, "a.db")
        subprocess.run([pcapdex, "index", "-q", archive, folder], stderr=subprocess.DEVNULL)
        said = csv.DictReader(subprocess.run([pcapdex, "overlaps", archive, "--min", "1", "-f", "csv"], check=True,
                                             stdout=subprocess.PIPE, text=True).stdout.splitlines())
        said = {(r["a"], r["b"]): (int(r["shared"]), int(r["telling"])) for r in said}
        known = csv.DictReader(subprocess.run([pcapdex, "captures", archive, "-f", "csv"], check=True,
                                              stdout=subprocess.PIPE, text=True).stdout.splitlines())
        known = {r["name"]: int(r["packets"]) for r in known}
        counts, whole, telling, odd = {}, {}, {}, []
        for n in names:
            if n not in known:
                continue
            counts[n], whole[n], read = collections.Counter(), collections.defaultdict(collections.Counter), 0
            for link, data, length in frames(os.path.join(folder, n), scratch):
                key, tells = packet(link, data, LIMIT)
                counts[n][key] += 1
                whole[n][key][packet(link, data, 1 << 20)[0]] += 1
                telling[key] = tells
                read += 1
            if read != known[n]:
                odd.append(n)
                del counts[n]
    wrong = pairs = shared_all = differ = 0
    order = [n for n in sorted(counts)]
    for i, a in enumerate(order):
        for b in order[i + 1:]:
            small, large = (a, b) if len(counts[a]) < len(counts[b]) else (b, a)
            shared = tells = 0
            for key, n in counts[small].items():
                k = min(n, counts[large].get(key, 0))
                shared += k
                tells += k if telling[key] and max(n, counts[large].get(key, 0)) <= REPEATED else 0
                if k and telling[key] and max(n, counts[large].get(key, 0)) <= REPEATED:
                    differ += k - sum((whole[a][key] & whole[b][key]).values())
                    shared_all += k
            got = said.get((a, b)) or said.get((b, a))
            if (got or tells) and got != ((shared, tells) if tells else None):
                wrong += 1
                print(f"{a}\n  {b}\n  pcapdex {got}, brute force {(shared, tells)}")
            pairs += tells > 0
    print(f"{len(order)} captures, {len(order) * (len(order) - 1) // 2} pairs of them, {pairs} with telling frames in common: "
          f"{wrong} differ; of {shared_all} telling frames {differ} are not equal behind octet {LIMIT}")
    if odd:
        print(f"not compared, editcap reads another number of frames: {len(odd)}: {' '.join(odd)}")
    return wrong > 0


sys.exit(main())
