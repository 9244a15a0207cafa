#!/usr/bin/env python3
"""Do display filters select the frames that tshark selects?

Each filter of a list is asked on each capture of a folder: of `sharkd`, which loads a capture once, in two passes as
`tshark -2` does, and then answers any number of filters; or of `tshark -2 -n -Y` where there is no sharkd. Our answers come
from one archive with all captures. A pair (filter, capture) agrees when both select the same frames, or both refuse the filter.

    tests/filters.py CAPTURES --pcapdex build/pcapdex                  all filters, all captures
    tests/filters.py CAPTURES --pcapdex build/pcapdex --show 'tcp.port in {80..90}'

Answers of sharkd are kept in --cache and used again. Exit status: 0 when at least --need percent of the pairs agree,
both of all and of those in which somebody selects a frame; 1 otherwise.
"""
import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import zlib

HERE = pathlib.Path(__file__).resolve().parent
NO_NAMES = ("mac_name", "transport_name", "network_name", "dns_pkt_addr_resolution", "vlan_name", "ss7_pc_name", "maxmind_geoip")


def read_filters(path):
    """[(group, filter)]: a line each; [group] lines and # remarks between them."""
    group, out, seen = "", [], set()
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("#") or not line.strip():
            continue
        if line.startswith("[") and line.endswith("]"):
            group = line[1:-1]
        elif line not in seen:
            seen.add(line)
            out.append((group, line))
    return out


def environment(home):
    """Default preferences, times in UTC."""
    return {**os.environ, "TZ": "UTC", "HOME": str(home), "XDG_CONFIG_HOME": str(home)}


class Reference:
    """What Wireshark selects. An answer is a list of frame numbers, or None: the filter is refused."""

    def __init__(self, sharkd, tshark, cache, seconds):
        self.sharkd, self.tshark, self.cache, self.seconds = sharkd, tshark, cache, seconds
        self.home = tempfile.mkdtemp()
        cache.mkdir(parents=True, exist_ok=True)

    def path(self, capture):
        return self.cache / (capture.name + ".json.z")

    def known(self, capture):
        try:
            return json.loads(zlib.decompress(self.path(capture).read_bytes()))
        except (OSError, ValueError, zlib.error):
            return {}

    def by_sharkd(self, capture, filters):
        ask = [{"method": "setconf", "params": {"name": "nameres." + n, "value": "FALSE"}} for n in NO_NAMES]
        ask += [{"method": "load", "params": {"file": str(capture)}}]
        before = len(ask)
        ask += [{"method": "frames", "params": {"filter": f, "column0": "frame.number:1"}} for f in filters]
        lines = "".join(json.dumps({"jsonrpc": "2.0", "id": i + 1, **a}) + "\n" for i, a in enumerate(ask))
        done = subprocess.run([self.sharkd, "-"], input=lines.encode(), capture_output=True, timeout=self.seconds,
                              env=environment(self.home), check=False)
        out = {}
        for line in done.stdout.splitlines():
            try:
                reply = json.loads(line)
            except ValueError:
                continue
            at = reply.get("id", 0) - 1
            if at == before - 1 and reply.get("result", {}).get("status") != "OK":
                return {}
            if before <= at < len(ask):
                out[filters[at - before]] = [f["num"] for f in reply["result"]] if "result" in reply else None
        return out

    def by_tshark(self, capture, text):
        done = subprocess.run([self.tshark, "-2", "-n", "-r", capture, "-T", "fields", "-e", "frame.number", "-Y", text],
                              capture_output=True, text=True, env=environment(self.home), check=False)
        if not done.stdout and done.returncode == 2 and "isn't a valid display filter" in done.stderr + "isn't a valid display filter" * \
                (done.stderr.count("\n") < 6 and "^" in done.stderr):
            return None
        return [int(n) for n in done.stdout.split()]

    def answers(self, capture, filters):
        known = self.known(capture)
        missing = [f for f in filters if f not in known]
        # sharkd colours frames, tshark does not unless told so
        for text in [f for f in missing if "frame.coloring_rule" in f]:
            known[text] = self.by_tshark(capture, text)
            missing.remove(text)
        if missing:
            try:
                fresh = self.by_sharkd(capture, missing) if self.sharkd else {f: self.by_tshark(capture, f) for f in missing}
            except subprocess.TimeoutExpired:
                fresh = {}
            known.update(fresh)
            part = self.path(capture).with_suffix(".part")
            part.write_bytes(zlib.compress(json.dumps(known).encode()))
            part.replace(self.path(capture))
        return {f: known[f] for f in filters if f in known}


def ours(pcapdex, archive, text):
    """({capture id: [frame numbers]}, what the program says); None in place of the first: refused."""
    done = subprocess.run([pcapdex, "filter", archive, "--format", "csv", "--", text], capture_output=True, text=True, check=False)
    if done.returncode == 2:
        return None, done.stderr
    out = collections.defaultdict(list)
    for line in done.stdout.splitlines()[1:]:
        capture, number = line.split(",")[:2]
        out[int(capture)].append(int(number))
    return out, done.stderr


def make_archive(pcapdex, captures, archive):
    """{capture's path: its id} for what could be indexed."""
    subprocess.run([pcapdex, "index", archive, *captures], capture_output=True, check=False)
    said = subprocess.run([pcapdex, "sql", archive, "SELECT id, path FROM capture", "--format", "json"], capture_output=True,
                          text=True, check=True)
    return {pathlib.Path(r["path"]).name: r["id"] for r in json.loads(said.stdout)}


def number_of_frames(capture):
    done = subprocess.run(["capinfos", "-T", "-M", "-c", capture], capture_output=True, text=True, check=False)
    try:
        return int(done.stdout.splitlines()[1].split("\t")[1])
    except (IndexError, ValueError):
        return 0


def main():
    args = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    args.add_argument("captures", type=pathlib.Path, nargs="+", help="captures, or folders of them")
    args.add_argument("--pcapdex", default="pcapdex")
    args.add_argument("--filters", type=pathlib.Path, default=HERE / "filters.txt")
    args.add_argument("--cache", type=pathlib.Path, default=pathlib.Path(tempfile.gettempdir()) / "pcapdex-filters")
    args.add_argument("--sharkd", default="sharkd", help="empty: ask tshark for each pair")
    args.add_argument("--tshark", default="tshark")
    args.add_argument("--archive", help="take this archive of the captures rather than index them")
    args.add_argument("--max-frames", type=int, default=1000, help="leave out captures with more frames")
    args.add_argument("--seconds", type=int, default=600, help="how long sharkd may take for a capture")
    args.add_argument("--jobs", type=int, default=2)
    args.add_argument("--spot", type=int, default=0, help="ask tshark itself this many of the pairs, too")
    args.add_argument("--need", type=float, default=99.0)
    args.add_argument("--show", action="append", default=[], help="only this filter, with all differences")
    args.add_argument("--only", help="only filters of groups whose names contain this")
    args.add_argument("--reference-only", action="store_true", help="only fill the cache")
    o = args.parse_args()

    filters = [(g, f) for g, f in read_filters(o.filters) if not o.only or o.only in g]
    if o.show:
        filters = [("", f) for f in o.show]
    texts = [f for _, f in filters]
    captures = sorted(p for c in o.captures for p in (c.iterdir() if c.is_dir() else [c]) if p.is_file())
    with concurrent.futures.ThreadPoolExecutor(o.jobs) as pool:
        sizes = list(pool.map(number_of_frames, captures))
        captures = [c for c, n in zip(captures, sizes) if 0 < n <= o.max_frames]
        reference = Reference(o.sharkd, o.tshark, o.cache, o.seconds)
        answers = dict(zip(captures, pool.map(lambda c: reference.answers(c, texts), captures)))
        if o.reference_only:
            return 0
        with tempfile.TemporaryDirectory() as folder:
            archive = o.archive or os.path.join(folder, "filters.db")
            ids = make_archive(o.pcapdex, captures, archive)
            captures = [c for c in captures if c.name in ids]
            mine = dict(zip(texts, pool.map(lambda f: ours(o.pcapdex, archive, f), texts)))
    return report(o, filters, captures, ids, answers, mine, reference)


def report(o, filters, captures, ids, answers, mine, reference):
    pairs = collections.Counter()
    wrong, by_group = [], collections.defaultdict(collections.Counter)
    spots = 0
    for group, text in filters:
        selected, said = mine[text]
        differing = []
        for c in captures:
            if text not in answers[c]:
                continue
            want = answers[c][text]
            got = None if selected is None else selected.get(ids[c.name], [])
            kind = "refused" if want is None else "some" if want or got else "empty"
            same = want == got
            for count in (pairs, by_group[group]):
                count[kind] += 1
                count[kind + " good"] += same
            if not same:
                differing.append((c, want, got))
            if spots < o.spot and kind == "some" and hash((text, c.name)) % 50 == 0:
                spots += 1
                if reference.by_tshark(c, text) != want:
                    print(f"sharkd and tshark differ: {text} on {c.name}")
        if differing:
            wrong.append((len(differing), text, differing, said))
    for n, text, differing, said in sorted(wrong, key=lambda w: -w[0]):
        print(f"{n:5} {text}")
        if any(w is None or g is None for _, w, g in differing[:1]):
            print("        " + ("only we refuse it: " + said.strip() if differing[0][2] is None else "only Wireshark refuses it"))
            continue
        for c, want, got in differing if o.show else differing[:1]:
            less, more = sorted(set(want) - set(got)), sorted(set(got) - set(want))
            print(f"        {c.name}: we lack {less[:12]}, have too many {more[:12]}")
    print(f"\n{'group':<45} {'pairs':>8} {'agree':>8}   {'non-empty':>9} {'agree':>8}")
    for group, n in [*by_group.items(), ("all", pairs)]:
        every, good = (sum(n[k + s] for k in ("refused", "some", "empty")) for s in ("", " good"))
        print(f"{group:<45} {every:>8} {100 * good / max(every, 1):>7.3f}%  {n['some']:>9} {100 * n['some good'] / max(n['some'], 1):>7.3f}%")
    clean = len(filters) - len(wrong)
    print(f"\n{len(filters)} filters, {clean} of them without a difference; {len(captures)} captures"
          + (f"; {spots} pairs asked of tshark as well" if spots else ""))
    every, good = (sum(pairs[k + s] for k in ("refused", "some", "empty")) for s in ("", " good"))
    return 0 if 100 * good >= o.need * every and 100 * pairs["some good"] >= o.need * pairs["some"] else 1


if __name__ == "__main__":
    sys.exit(main())
