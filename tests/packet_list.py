#!/usr/bin/env python3
"""Compare the packet list with `tshark -2 -n -T tabs`, line by line: Source, Destination, Protocol, Info.

    tests/packet_list.py --pcapdex build/pcapdex FOLDER [--min info=97 ...] [--reference DIR] [--protocol P] [--show N]

FOLDER has captures. What tshark said is kept in --reference, where given, and not asked for again. With --min the
exit status is 1 when a column agrees in fewer per cent of frames."""
import argparse
import collections
import concurrent.futures
import json
import os
import subprocess
import sys
import tempfile

COLUMNS = ("source", "destination", "protocol", "info")


def reference(capture, folder):
    kept = os.path.join(folder, os.path.basename(capture) + ".tsv") if folder else None
    if kept and os.path.exists(kept):
        with open(kept, "rb") as f:
            text = f.read()
    else:
        env = dict(os.environ, TZ="UTC")
        text = subprocess.run(["tshark", "-2", "-n", "-T", "tabs", "-r", capture], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, env=env).stdout
        if kept:
            with open(kept, "wb") as f:
                f.write(text)
    frames = {}
    for line in text.decode("utf-8", "replace").split("\n"):
        cells = line.split("\t")
        if len(cells) >= 8 and cells[0].strip().isdigit():
            frames[int(cells[0])] = (cells[2].strip(), cells[4].strip(), cells[5].strip(), "\t".join(cells[7:]).rstrip())
    return frames


def ours(capture, pcapdex):
    with tempfile.TemporaryDirectory() as scratch:
        archive = os.path.join(scratch, "a.db")
        subprocess.run([pcapdex, "index", archive, capture], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        text = subprocess.run([pcapdex, "packets", archive, "--format", "jsonl"], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL).stdout
    frames = {}
    for line in text.decode("utf-8", "replace").split("\n"):
        if line:
            row = json.loads(line)
            frames[row["number"]] = tuple((row.get(c) or "").rstrip() for c in COLUMNS)
    return frames


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--pcapdex", required=True)
    parser.add_argument("--reference")
    parser.add_argument("--min", action="append", default=[], metavar="COLUMN=PERCENT")
    parser.add_argument("--protocol", help="only frames of which tshark's Protocol column says this")
    parser.add_argument("--column", default="info", choices=COLUMNS, help="of which --show prints differences")
    parser.add_argument("--show", type=int, default=0, metavar="N", help="print N differences, one a capture")
    args = parser.parse_args()
    if args.reference:
        os.makedirs(args.reference, exist_ok=True)
    captures = sorted(os.path.join(args.folder, name) for name in os.listdir(args.folder))
    captures = [c for c in captures if os.path.isfile(c)]

    def both(capture):
        want = reference(capture, args.reference)
        if args.protocol and not any(row[2] == args.protocol for row in want.values()):
            return capture, {}, {}
        return capture, want, ours(capture, args.pcapdex) if want else {}

    frames, equal, shown = 0, collections.Counter(), 0
    of, wrong = collections.Counter(), collections.Counter()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for capture, want, have in pool.map(both, captures):
            first = True
            for number, row in want.items():
                if args.protocol and row[2] != args.protocol:
                    continue
                got = have.get(number, ("", "", "", ""))
                frames += 1
                of[row[2]] += 1
                for i, column in enumerate(COLUMNS):
                    equal[column] += row[i] == got[i]
                i = COLUMNS.index(args.column)
                wrong[row[2]] += row[i] != got[i]
                if row[i] != got[i] and first and shown < args.show:
                    print(f"{os.path.basename(capture)} {number} {row[2]}\n  tshark   {row[i]}\n  pcapdex  {got[i]}")
                    shown += 1
                    first = False
    if not frames:
        sys.exit("no frame to compare: is tshark installed?")
    share = {column: 100 * equal[column] / frames for column in COLUMNS}
    print(f"{frames} frames; equal:", ", ".join(f"{c} {p:.3f} %" for c, p in share.items()))
    for protocol, n in wrong.most_common(40 if args.show or not args.min else 0):
        if n:
            print(f"{n:7} of {of[protocol]:6} {args.column} differ  {protocol}")
    low = [f"{c} {share[c]:.3f} < {p}" for c, p in (m.split("=") for m in args.min) if share[c] < float(p)]
    if low:
        sys.exit("below the bar: " + ", ".join(low))


if __name__ == "__main__":
    main()
