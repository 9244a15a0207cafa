#!/usr/bin/env python3
"""--plot: pictures show what the commands answer: tests/test_plot.py PCAPDEX FIXTURES"""
import csv
import io
import os
import re
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as xml

PCAPDEX, FIXTURES = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
SVG = "{http://www.w3.org/2000/svg}"
GRAPHS = ["stevens", "tcptrace", "throughput", "rtt", "window"]


class Plot(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.db = os.path.join(cls.folder.name, "lab.db")
        subprocess.run([PCAPDEX, "index", cls.db] + [os.path.join(FIXTURES, f) for f in ("web.pcap", "trouble.pcap",
                       "markup.pcap", "hostile.pcapng")], check=True, capture_output=True)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def run_it(self, *words, status=0, env=None):
        done = subprocess.run([PCAPDEX, words[0], self.db, *words[1:]], capture_output=True, check=False,
                              env=dict(os.environ, **(env or {})))
        self.assertEqual(done.returncode, status, done.stderr.decode())
        return done

    def rows(self, *words):
        return list(csv.DictReader(io.StringIO(self.run_it(*words, "-f", "csv").stdout.decode())))

    def svg(self, *words):
        path = os.path.join(self.folder.name, "picture.svg")
        self.run_it(*words, "--plot", path)
        return xml.parse(path).getroot()

    def texts(self, root):
        return [t.text for t in root.iter(SVG + "text")]

    def hints(self, root):
        return [t.text for p in root.iter(SVG + "path") for t in p.iter(SVG + "title")]

    def test_lengths(self):
        root = self.svg("lengths", "-c", "web.pcap")
        want = ["%s: %s" % (r["range"], r["count"]) for r in self.rows("lengths", "-c", "web.pcap")[1:] if r["count"] != "0"]
        self.assertTrue(want)
        self.assertEqual(self.hints(root), want)

    def test_hierarchy(self):
        rows = self.rows("hierarchy", "-c", "web.pcap")
        want = {"%s: %s (%.1f%%)" % (r["name"], r["packets"], float(r["percent_packets"])) for r in rows[1:]}
        self.assertEqual(set(self.hints(self.svg("hierarchy", "-c", "web.pcap"))), want)
        bars = self.texts(self.svg("hierarchy", "-c", "web.pcap", "--style", "bars"))
        for r in rows:
            self.assertIn("\u00a0" * 2 * int(r["level"]) + r["protocol"], bars)

    def test_conversations(self):
        root = self.svg("conversations", "-c", "web.pcap", "--sort", "bytes")
        row = self.rows("conversations", "-c", "web.pcap", "--sort", "bytes")[0]
        ends = "%s:%s \u2013 %s:%s" % (row["address_a"], row["port_a"], row["address_b"], row["port_b"])
        self.assertIn(ends, self.texts(root))
        # 432 and 2786 octets of the one with the page
        self.assertIn("%s, A to B: 432 bytes" % ends, self.hints(root))
        self.assertIn("%s, B to A: 2.79 kB" % ends, self.hints(root))
        self.assertIn("198.51.100.80:80", self.texts(self.svg("endpoints", "-c", "web.pcap")))

    def paths(self, root, name):
        return [p.get("d") for p in root.iter(SVG + "path") if p.get("class") == name]

    def test_io(self):
        root = self.svg("io", "-c", "trouble.pcap", "--interval", "1")
        self.assertTrue({"I/O graph", "All packets", "TCP errors", "Packets per 1 s"} <= set(self.texts(root)))
        # Six intervals; two of them have errors: the first five, the third two (a bar is four corners).
        swatch, line = self.paths(root, "lp0")
        self.assertEqual((swatch.count("L"), line.count("M"), line.count("L")), (1, 1, 5))
        self.assertEqual([d.count("M") for d in self.paths(root, "p1")], [1, 2])

    def test_io_styles(self):
        words = ["io", "-c", "web.pcap", "-i", "10ms", "-g", "tcp;COUNT FRAMES", "-g", "udp;COUNT FRAMES"]
        stacked = self.svg(*words, "--style", "stack")
        self.assertTrue("".join(self.paths(stacked, "p0")).count("Z") > 3)
        dots = self.svg(*words, "--style", "dot")
        self.assertIn("A", "".join(self.paths(dots, "p0")))
        self.run_it(*words, "--style", "pie", "--plot", "-", status=2)

    def test_streams(self):
        for graph in GRAPHS:
            root = self.svg("stream", "0", "-c", "trouble.pcap", "--graph", graph)
            self.assertIn("trouble.pcap, tcp.stream 0: 192.0.2.10:40010 to 198.51.100.80:5001", self.texts(root))
        root = self.svg("stream", "0", "-c", "trouble.pcap")
        names = self.texts(root)
        self.assertIn("Sequence numbers (tcptrace)", names)
        series = {r["series"] for r in self.rows("stream", "0", "-c", "trouble.pcap", "--graph", "tcptrace")}
        legend = {"segment": "Segment", "ack": "Acknowledged", "window": "Receive window", "duplicate_ack": "Duplicate ACK",
                  "sack": "SACK block"}
        for key, name in legend.items():
            self.assertEqual(name in names, key in series, name)

    def test_files(self):
        path = os.path.join(self.folder.name, "picture.png")
        if b"PNG): yes" in subprocess.run([PCAPDEX, "--version"], capture_output=True, check=True).stdout:
            self.run_it("io", "--plot", path, "-c", "web.pcap", "--size", "600x300", "--theme", "dark")
            with open(path, "rb") as f:
                self.assertEqual(f.read(24)[16:], b"\0\0\x04\xb0\0\0\x02\x58")
        else:
            self.run_it("io", "--plot", path, "-c", "web.pcap", status=2)
        for words in (["--plot", "x.pdf"], ["--plot", "-", "--size", "1x1"], ["--plot", "-", "--theme", "pink"]):
            self.run_it("lengths", *words, status=2)
        self.run_it("lengths", "--plot", os.path.join(self.folder.name, "none", "x.svg"), status=1)
        self.assertEqual(self.run_it("lengths", "--plot", os.path.join(self.folder.name, "y.svg"), "--sql").stdout[:6], b"SELECT")
        self.assertFalse(os.path.exists(os.path.join(self.folder.name, "y.svg")))

    def test_themes(self):
        auto = xml.tostring(self.svg("lengths")).decode()
        self.assertIn("prefers-color-scheme:dark", auto)
        self.assertNotIn("prefers-color-scheme", xml.tostring(self.svg("lengths", "--theme", "light")).decode())

    def test_terminal(self):
        for words in (["io", "-c", "1"], ["lengths"], ["hierarchy"], ["conversations"], ["endpoints"],
                      ["stream", "0", "-c", "2", "--graph", "rtt"], ["endpoints", "--type", "eth"]):
            for env in ({"LC_ALL": "C.UTF-8"}, {"LC_ALL": "C"}):
                text = self.run_it(*words, "--plot", "-", env=env).stdout.decode()
                self.assertTrue(text)
                self.assertNotIn("\x1b", text)
                if env["LC_ALL"] == "C":
                    self.assertFalse(re.search("[\u2500-\u28ff]", text))
                for line in text.splitlines()[1:]:
                    self.assertLessEqual(len(line), 80, line)

    def test_no_markup(self):
        for words in (["io", "-c", "markup.pcap", "-g", "dns.qry.name contains \"<script>\";COUNT FRAMES"],):
            root = self.svg(*words)
            self.assertFalse([e for e in root.iter() if e.tag.endswith("script")])
            self.assertTrue(any("<script>" in (t or "") for t in self.texts(root)))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
