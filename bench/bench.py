#!/usr/bin/env python3
"""How fast pcapdex indexes and answers: medians over several runs, beside other programs on the same capture.

  bench/bench.py --build BUILD                    a capture of a million frames, made by bench/generate.c
  bench/bench.py --build BUILD --frames 10000000
  bench/bench.py --build BUILD --capture FILE     any capture

Only the standard library is needed. tshark, capinfos and tcptrace are timed where they are installed."""
import argparse, os, shutil, sqlite3, statistics, subprocess, sys, tempfile, time

FIELDS = """frame.number frame.time_epoch frame.len frame.cap_len frame.protocols eth.src eth.dst eth.type ip.src
ip.dst ip.len ip.id ip.flags ip.ttl ip.proto ip.checksum ip.dsfield tcp.stream tcp.srcport tcp.dstport tcp.seq tcp.ack
tcp.flags tcp.window_size tcp.len tcp.analysis.retransmission tcp.analysis.duplicate_ack tcp.analysis.ack_rtt
tcp.analysis.bytes_in_flight udp.srcport udp.dstport dns.qry.name http.host
tls.handshake.extensions_server_name""".split()
QUESTIONS = [["captures"], ["hierarchy"], ["conversations", "--type", "tcp"], ["endpoints", "--type", "ip"], ["lengths"],
             ["io"], ["events"], ["filter", "-Y", "tcp.port == 443 && tcp.flags.syn == 1"], ["filter", "-Y", "dns"],
             ["filter", "-Y", "tcp.analysis.retransmission"], ["filter", "-Y", "ip.addr == 10.0.0.53"],
             ["filter", "-Y", "frame.len > 1000"]]


class Measured:
    """One run of a program: seconds on the clock and of the processors, the most memory it had at a time."""

    def __init__(self, argv):
        begin = time.monotonic()
        with open(os.devnull, "wb") as nothing:
            process = subprocess.Popen(argv, stdout=nothing, stderr=subprocess.PIPE)
            complaint = process.stderr.read()
            _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.seconds = time.monotonic() - begin
        self.cpu = usage.ru_utime + usage.ru_stime
        self.memory = usage.ru_maxrss / 1024  # MiB
        if process.returncode:
            sys.exit("%s: exit status %d: %s" % (" ".join(argv), process.returncode, complaint.decode()[-300:]))


def median_of(runs, make_argv, before=lambda: None):
    """Medians of several runs; `before` is not measured."""
    all_runs = []
    for _ in range(runs):
        before()
        all_runs.append(Measured(make_argv()))
    return [statistics.median(getattr(r, name) for r in all_runs) for name in ("seconds", "cpu", "memory")]


def remove(path):
    for suffix in ("", "-wal", "-shm", "-journal"):
        if os.path.exists(path + suffix):
            os.unlink(path + suffix)


def row(name, seconds, rest=""):
    print("%-58s %9.3f s  %s" % (name, seconds, rest), flush=True)


def vacuum(archive, copy):
    return [sys.executable, "-c", "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('VACUUM INTO ?', sys.argv[2:])",
            archive, copy]


def others(capture, runs, index_seconds):
    fields = [word for field in FIELDS for word in ("-e", field)]
    programs = [("capinfos", ["capinfos", capture], runs),
                ("tcptrace", ["tcptrace", "-n", capture], runs),
                ("tshark -q -z io,phs", ["tshark", "-n", "-q", "-z", "io,phs", "-r", capture], 1),
                ("tshark -2 -T fields, %d fields" % len(FIELDS), ["tshark", "-2", "-n", "-r", capture, "-T", "fields", *fields], 1)]
    for name, argv, times in programs:
        if shutil.which(argv[0]) is None:
            print("%-58s not installed" % name)
            continue
        seconds, _, memory = median_of(times, lambda: argv)
        row(name, seconds, "%.0f MiB; index takes %.2f times that" % (memory, index_seconds / seconds))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", required=True, help="folder where pcapdex and bench/generate were built")
    parser.add_argument("--capture", help="measure with this one")
    parser.add_argument("--frames", type=int, default=1000000, help="of the capture that is made (default: a million)")
    parser.add_argument("--per-stream", type=int, default=20, help="frames of a TCP stream in it (default: 20)")
    parser.add_argument("--runs", type=int, default=5, help="each figure is the median of so many (default: 5)")
    parser.add_argument("--alone", action="store_true", help="without other programs")
    args = parser.parse_args()
    pcapdex = os.path.join(args.build, "pcapdex")
    with tempfile.TemporaryDirectory(prefix="pcapdex-bench.") as folder:
        capture = args.capture
        if not capture:
            capture = os.path.join(folder, "bench.pcap")
            with open(capture, "wb") as out:
                subprocess.run([os.path.join(args.build, "bench", "generate"), str(args.frames), str(args.per_stream)],
                               stdout=out, check=True)
        archive, copy = os.path.join(folder, "bench.db"), os.path.join(folder, "copy.db")
        size = os.path.getsize(capture)
        seconds, cpu, memory = median_of(args.runs, lambda: [pcapdex, "index", "-q", archive, capture],
                                         lambda: remove(archive))
        frames = sqlite3.connect(archive).execute("SELECT sum(frames) FROM capture").fetchone()[0]
        print("%s: %d frames, %.1f MB; %d processors" % (os.path.basename(capture), frames, size / 1e6, os.cpu_count()))
        row("index", seconds, "%.2f s of processor, %.0f MiB" % (cpu, memory))
        print("%58s %9.0f frames/s, %.1f MB/s, archive %.3f of the capture" %
              ("", frames / seconds, size / seconds / 1e6, os.path.getsize(archive) / size))
        floor, _, _ = median_of(args.runs, lambda: vacuum(archive, copy), lambda: remove(copy))
        row("VACUUM INTO of the archive", floor, "index takes %.2f times that" % (seconds / floor))
        for question in QUESTIONS:
            argv = [pcapdex, question[0], archive, *[word for word in question[1:] if word != "-Y"]]
            answer, _, memory = median_of(args.runs, lambda: argv)
            row(" ".join(question), answer, "%.0f MiB" % memory)
        if not args.alone:
            others(capture, args.runs, seconds)


if __name__ == "__main__":
    main()
