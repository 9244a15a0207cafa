#!/usr/bin/env python3
"""Compare the tree of `pcapdex show` with `tshark -2 -n -V`, line by line: show.py PCAPDEX CAPTURE|FOLDER...

Takes the first --frames frames of each capture, splits both trees into layers and lines them up by the longest
common sequence of lines. Prints for each protocol the share of tshark's lines that show has in the same place, and
the share of its own lines that tshark has. Exits with 1 where nothing was compared or a share of --least is missed.
"""
import argparse, collections, difflib, os, re, subprocess, sys, tempfile

# The protocol that a layer's heading begins with.
HEADINGS = [
    ("Frame ", "frame"), ("Ethernet", "eth"), ("IEEE 802.3 Ethernet", "eth"), ("Address Resolution Protocol", "arp"),
    ("Internet Protocol Version 4", "ip"), ("Internet Protocol Version 6", "ipv6"),
    ("Internet Control Message Protocol v6", "icmpv6"), ("Internet Control Message Protocol", "icmp"),
    ("Transmission Control Protocol", "tcp"), ("User Datagram Protocol", "udp"), ("Domain Name System", "dns"),
    ("Multicast Domain Name System", "mdns"), ("Link-local Multicast Name Resolution", "llmnr"),
    ("Hypertext Transfer Protocol", "http"), ("Dynamic Host Configuration Protocol", "dhcp"),
    ("Transport Layer Security", "tls"), ("OICQ", "oicq"), ("[", "reassembly"),
]


def run(*command):
    env = dict(os.environ, TZ="UTC")
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=env).stdout.decode(
        "utf-8", "replace")


def captures(paths):
    for path in paths:
        if not os.path.isdir(path):
            yield path
            continue
        for folder, _, names in os.walk(path):
            for name in sorted(names):
                if re.search(r"\.(pcap|pcapng|cap|dmp)(\.gz)?$", name):
                    yield os.path.join(folder, name)


def layers(text):
    """(frame, protocol, lines) of each layer."""
    frame, current = 0, None
    for line in text.split("\n"):
        if not line or re.match(r"[0-9a-f]{4,}  ", line):  # octets: show has them in the pane
            continue
        if not line.startswith(" "):
            name = next((p for start, p in HEADINGS if line.startswith(start)), "other")
            frame += line.startswith("Frame ")
            if current:
                yield current
            current = (frame, name, [])
        if current:
            current[2].append(line.rstrip())
    if current:
        yield current


def frames(text):
    out = collections.defaultdict(list)
    for frame, name, lines in layers(text):
        out[frame].append((name, lines))
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pcapdex")
    parser.add_argument("path", nargs="+")
    parser.add_argument("--tshark", default="tshark")
    parser.add_argument("--frames", type=int, default=40)
    parser.add_argument("--every", type=int, default=1, help="take each nth capture")
    parser.add_argument("--least", action="append", default=[], metavar="PROTOCOL=PERCENT")
    parser.add_argument("--show", metavar="PROTOCOL", help="print lines that only one side has, the most frequent first")
    args = parser.parse_args()
    equal, theirs_n, ours_n = collections.Counter(), collections.Counter(), collections.Counter()
    missing, extra = collections.Counter(), collections.Counter()
    taken = 0
    for path in list(captures(args.path))[::args.every]:
        with tempfile.TemporaryDirectory() as scratch:
            archive = os.path.join(scratch, "a.db")
            run(args.pcapdex, "index", archive, path)
            theirs = run(args.tshark, "-2", "-n", "-r", path, "-V", "-Y", f"frame.number <= {args.frames}")
            count = sum(line.startswith("Frame ") for line in theirs.split("\n"))
            if not count:
                continue
            ours = run(args.pcapdex, "show", archive, f"1-{count}", "--no-bytes")
        taken += 1
        a, b = frames(theirs), frames(ours)
        for number, expected in a.items():
            by = collections.defaultdict(list)
            for name, lines in b.get(number, []):
                by[name] += lines
            want = collections.defaultdict(list)
            for name, lines in expected:
                want[name] += lines
            for name in set(by) | set(want):
                same = difflib.SequenceMatcher(None, want[name], by[name], autojunk=False)
                hits = sum(block.size for block in same.get_matching_blocks())
                equal[name] += hits
                theirs_n[name] += len(want[name])
                ours_n[name] += len(by[name])
                if args.show == name:
                    for tag, i1, i2, j1, j2 in same.get_opcodes():
                        if tag != "equal":
                            missing.update(re.sub(r"\d+", "9", x) for x in want[name][i1:i2])
                            extra.update(re.sub(r"\d+", "9", x) for x in by[name][j1:j2])
    if args.show:
        for title, counter in (("only tshark", missing), ("only show", extra)):
            print(title)
            for line, n in counter.most_common(40):
                print(f"{n:6} {line[:150]}")
    least = dict(item.split("=") for item in args.least)
    wrong = not taken
    print(f"{taken} captures")
    for name in sorted(theirs_n, key=lambda n: -theirs_n[n]):
        share = 100 * equal[name] / max(theirs_n[name], 1)
        back = 100 * equal[name] / max(ours_n[name], 1)
        print(f"{name:12} {share:6.2f} % of {theirs_n[name]:7} lines of tshark, {back:6.2f} % of {ours_n[name]:7} of show")
        wrong = wrong or share < float(least.get(name, 0))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
