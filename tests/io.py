#!/usr/bin/env python3
"""Compare `pcapdex io` with `tshark -z io,stat` cell by cell: io.py PCAPDEX CAPTURE|FOLDER...

Each capture is asked for --graphs graphs at an interval that gives some ten to a hundred rows. Prints figures, and
exits with 1 where less than --min percent of the cells agree or nothing was compared.
"""
import argparse, collections, json, os, re, subprocess, sys, tempfile

# Filter, function, field.
GRAPHS = [
    ("", "COUNT", "frame"), ("", "SUM", "frame.len"), ("", "AVG", "frame.time_delta"), ("tcp.analysis.flags", "COUNT", "frame"),
    ("", "MIN", "tcp.len"), ("", "MAX", "ip.ttl"), ("tcp.flags.syn == 0", "AVG", "tcp.window_size"),
    ("", "LOAD", "dns.time"), ("", "LOAD", "tcp.analysis.ack_rtt"), ("", "MAX", "tcp.time_delta"),
    ("", "COUNT", "dns.aaaa"), ("udp", "AVG", "udp.length"), ("", "MIN", "frame.time_relative"), ("ip", "SUM", "tcp.time_delta"),
]


def run(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, errors="replace").stdout


def captures(paths):
    for path in paths:
        if not os.path.isdir(path):
            yield path
            continue
        for name in sorted(os.listdir(path)):
            if re.search(r"\.(pcap|pcapng|cap|dmp)(\.gz)?$", name):
                yield os.path.join(path, name)


def parse(text):
    rows = {}
    for line in text.splitlines():
        m = re.match(r"^\|\s*(\d+(?:\.\d+)?)\s*<>\s*(?:\d+(?:\.\d+)?|Dur)\s*\|(.*)\|\s*$", line)
        if m:
            rows[round(float(m.group(1)), 6)] = [c.strip() for c in m.group(2).split("|")]
    return rows


def same(ours, theirs):
    # tshark prints 0 for an interval without values, cuts the mean of integers down to an integer.
    try:
        a, b = float(ours or 0), float(theirs or 0)
    except ValueError:
        return False
    digits = len(theirs.partition(".")[2])
    return abs(a - b) < (1 if digits == 0 and a != int(a) else 1.01 * 10 ** -digits if digits else 1e-9 * max(1, abs(b)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pcapdex")
    parser.add_argument("path", nargs="+")
    parser.add_argument("--tshark", default="tshark")
    parser.add_argument("--graphs", type=int, default=len(GRAPHS))
    parser.add_argument("--every", type=int, default=1, help="take each nth capture")
    parser.add_argument("--min", type=float, default=99.8)
    parser.add_argument("--show", action="store_true")
    args = parser.parse_args()
    good, all_, taken = collections.Counter(), collections.Counter(), 0
    graphs = GRAPHS[:args.graphs]
    names = [f"{f};{function}({field})" for f, function, field in graphs]
    for path in list(captures(args.path))[::args.every]:
        with tempfile.TemporaryDirectory() as scratch:
            archive = os.path.join(scratch, "a.db")
            run(args.pcapdex, "index", archive, path)
            try:
                span = json.loads(run(args.pcapdex, "captures", archive, "-f", "json"))[0]
                span = float(span.get("duration") or span.get("span") or 0)
            except (ValueError, IndexError):
                continue
            interval = next((i for i in (0.001, 0.01, 0.1, 1, 10, 60, 3600, 86400) if span / i <= 100), 86400)
            stat = ",".join(f"{function}({field})" + (f"({field}) && ({f})" if f else field) for f, function, field in graphs)
            theirs = parse(run(args.tshark, "-2", "-n", "-q", "-r", path, "-z", f"io,stat,{interval},{stat}"))
            command = [args.pcapdex, "io", archive, "-f", "json", "-i", str(interval)]
            for name in names:
                command += ["-g", name]
            try:
                ours = {round(row["start"], 6): row["values"] for row in json.loads(run(*command))}
            except ValueError:
                ours = {}
            taken += bool(theirs)
            for start, cells in theirs.items():
                row = ours.get(start, [None] * len(names))
                for name, a, b in zip(names, row, cells):
                    ok = start in ours and same(a, b)
                    good[name] += ok
                    all_[name] += 1
                    if not ok and args.show:
                        print(f"{path} at {start}, {interval} s: {name}: {a}, tshark {b}")
    for name in names:
        print(f"{good[name]:8} of {all_[name]:8}  {name}")
    total = sum(all_.values())
    percent = 100 * sum(good.values()) / total if total else 0
    print(f"{sum(good.values())} of {total} cells ({percent:.3f} %), {taken} captures, {len(names)} graphs")
    return 0 if total and percent >= args.min else 1


if __name__ == "__main__":
    sys.exit(main())
