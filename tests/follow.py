#!/usr/bin/env python3
"""Compare `pcapdex follow` with `tshark -z follow` octet for octet: follow.py PCAPDEX CAPTURE|FOLDER...

Follows up to --streams TCP and --udp UDP streams of each capture in each --mode, until --total streams were compared
or --seconds are over. Prints the totals in any case, and exits with 1 where an output differs or nothing (with --total:
fewer) was compared. --http also compares follow,http, whose differences count on their own.
"""
import argparse, collections, json, os, re, subprocess, sys, tempfile, time


def run(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def captures(paths):
    for path in paths:
        if not os.path.isdir(path):
            yield path
            continue
        for folder, _, names in os.walk(path):
            for name in sorted(names):
                if re.search(r"\.(pcap|pcapng|cap|dmp)(\.gz)?$", name):
                    yield os.path.join(folder, name)


def count_streams(pcapdex, archive, kind, limit):
    """Numbers of streams that have frames: spread over the capture where there are more than wanted."""
    out = run(pcapdex, "conversations", archive, "--type", kind, "--format", "json").stdout
    try:
        numbers = sorted({row["stream"] for row in json.loads(out)})
    except (ValueError, KeyError):
        return []
    if len(numbers) > limit:
        numbers = [numbers[i * len(numbers) // limit] for i in range(limit)]
    return numbers


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pcapdex")
    parser.add_argument("path", nargs="+")
    parser.add_argument("--tshark", default="tshark")
    parser.add_argument("--streams", type=int, default=3, help="TCP streams of a capture")
    parser.add_argument("--udp", type=int, default=1, help="UDP streams of a capture")
    parser.add_argument("--mode", action="append", choices=["ascii", "hex", "raw", "yaml"])
    parser.add_argument("--total", type=int, default=0, help="end when so many streams were compared; fewer fail")
    parser.add_argument("--seconds", type=float, default=0, help="end after so long")
    parser.add_argument("--every", type=int, default=1, help="take each nth capture")
    parser.add_argument("--max-different", type=int, default=0, help="streams of TCP and UDP that may differ")
    parser.add_argument("--http", action="store_true")
    parser.add_argument("--show", action="store_true", help="print the first line that differs")
    args = parser.parse_args()
    modes = args.mode or ["raw", "ascii", "hex", "yaml"]
    same, all_, seen = collections.Counter(), collections.Counter(), collections.Counter()
    different, gaps = [], 0
    began = time.monotonic()
    for path in list(captures(args.path))[::args.every]:
        if args.total and seen["tcp"] + seen["udp"] >= args.total:
            break
        if args.seconds and time.monotonic() - began > args.seconds:
            print(f"stopped after {args.seconds:.0f} seconds")
            break
        with tempfile.TemporaryDirectory() as scratch:
            archive = os.path.join(scratch, "a.db")
            run(args.pcapdex, "index", archive, path)
            wanted = [("tcp", n) for n in count_streams(args.pcapdex, archive, "tcp", args.streams)]
            wanted += [("udp", n) for n in count_streams(args.pcapdex, archive, "udp", args.udp)]
            wanted += [("http", n) for k, n in wanted if k == "tcp" and args.http]
            for kind, number in wanted:
                outputs = {}
                for mode in modes:
                    # One stream a run: a followed payload may hold anything, also what would begin another answer.
                    outputs[mode] = run(args.tshark, "-2", "-n", "-q", "-r", path, "-z",
                                        f"follow,{kind},{mode},{number}").stdout
                    if kind == "http" and b"Node 0: :0" in outputs[mode]:
                        break
                for mode, theirs in outputs.items():
                    if kind == "http" and b"Node 0: :0" in theirs:
                        continue
                    ours = run(args.pcapdex, "follow", archive, kind, str(number), "--as", mode).stdout
                    all_[kind] += 1
                    seen[kind] += mode == modes[0]
                    gaps += b"bytes missing in capture file" in ours and mode == "ascii"
                    if ours == theirs:
                        same[kind] += 1
                        continue
                    different.append((path, kind, mode, number))
                    print(f"differs: {path} {kind},{mode},{number}")
                    if args.show:
                        for a, b in zip(ours.split(b"\n") + [None], theirs.split(b"\n") + [None]):
                            if a != b:
                                print(f"   ours   {(a or b'')[:110]!r}\n   tshark {(b or b'')[:110]!r}")
                                break
    for kind in all_:
        print(f"{kind}: {same[kind]} of {all_[kind]} outputs equal, of {seen[kind]} streams")
    print(f"{gaps} of them with gaps")
    wrong = {(path, kind, number) for path, kind, _, number in different if kind != "http"}
    total = seen["tcp"] + seen["udp"]
    print(f"total: {total - len(wrong)} of {total} streams equal in {', '.join(modes)}")
    return 1 if len(wrong) > args.max_different or total < max(args.total, 1) else 0


if __name__ == "__main__":
    sys.exit(main())
