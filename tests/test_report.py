#!/usr/bin/env python3
"""The report page: its numbers are those of the commands, its markup is its own, and in Chromium it works.

    tests/test_report.py PCAPDEX FIXTURES [ARCHIVE...]    further archives: only their pages' numbers and console
"""
import html.parser
import json
import os
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import webdriver  # noqa: E402

PCAPDEX, FIXTURES, ARCHIVES = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]), sys.argv[3:]
CAPTURES = ["web.pcap", "trouble.pcap", "markup.pcap", "hostile.pcapng", "layers.pcap", "tcp_peer_vanished.pcap", "cut.pcap"]


class Page(html.parser.HTMLParser):
    """The tables of a page, the elements that it has, and what is declared as data for its script."""

    def __init__(self, path):
        super().__init__()
        self.tables, self.elements, self.links, self.ids, self.data = [], {}, [], [], []
        self.row = self.cell = self.script = None
        with open(path, encoding="utf-8") as f:
            self.feed(f.read())

    def handle_starttag(self, tag, attributes):
        a = dict(attributes)
        self.elements[tag] = self.elements.get(tag, 0) + 1
        self.ids += [a["id"]] if "id" in a else []
        self.links += [a[k] for k in ("src", "href", "data", "action", "srcset") if k in a]
        if any(k.startswith("on") for k in a):
            raise AssertionError("an attribute that runs: <%s %s>" % (tag, a))
        if tag == "table":
            self.tables.append({"ask": json.loads(a["data-ask"]), "heat": "heat" in a.get("class", ""), "keys": [], "rows": []})
        elif tag == "tr" and self.tables:
            self.row = []
        elif tag in ("td", "th"):
            if "data-key" in a:
                self.tables[-1]["keys"].append(a["data-key"])
            self.cell = {"v": a.get("data-v"), "text": "", "head": "data-key" in a}
        elif tag == "script" and a.get("type") == "application/json":
            self.script = ""

    def handle_data(self, data):
        if self.cell is not None:
            self.cell["text"] += data
        if self.script is not None:
            self.script += data

    def handle_endtag(self, tag):
        if tag in ("td", "th") and self.cell is not None:
            if not self.cell["head"]:
                self.row.append(self.cell)
            self.cell = None
        elif tag == "tr" and self.row:
            self.tables[-1]["rows"].append(self.row)
            self.row = None
        elif tag == "script" and self.script is not None:
            self.data.append(json.loads(self.script))
            self.script = None


def visible(text):
    """As a terminal is shown it: controls by their escapes."""
    short = {"\n": "\\n", "\t": "\\t", "\r": "\\r"}
    return "".join(short.get(c, "\\x%02x" % ord(c)) if ord(c) < 32 or ord(c) == 127 else c for c in text)


def run(*words):
    return subprocess.run([PCAPDEX, *words], check=True, capture_output=True, text=True).stdout


class Report(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.db = os.path.join(cls.folder.name, "lab.db")
        subprocess.run([PCAPDEX, "index", cls.db, "--tag", "course=networks"] + [os.path.join(FIXTURES, c) for c in CAPTURES], check=False,
                       capture_output=True)
        cls.many, cls.one = cls.make(cls.db, "many.html"), cls.make(cls.db, "one.html", "-c", "trouble.pcap")
        cls.bad = cls.make(cls.db, "bad.html", "-c", "markup.pcap", "--title", "<script>alert(4)</script>")

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    @classmethod
    def make(cls, archive, name, *words):
        path = os.path.join(cls.folder.name, name)
        subprocess.run([PCAPDEX, "report", archive, "-o", path, *words], check=True)
        return path

    def same(self, archive, page):
        """Each cell is what the command under its table answers as JSON."""
        compared = 0
        for table in page.tables:
            ask = table["ask"]
            self.assertEqual(ask[1], os.path.basename(archive))
            rows = json.loads(run(ask[0], archive, *ask[2:], "-f", "json"))
            self.assertTrue(table["rows"])
            if table["heat"]:
                compared += self.same_heat(table, rows)
                continue
            for cells, row in zip(table["rows"], rows):
                self.assertEqual(len(cells), len(table["keys"]))
                for key, cell in zip(table["keys"], cells):
                    want = row[key]
                    if key == "tags" and want is not None:
                        want = ", ".join("%s=%s" % (tag["key"], tag["value"]) for tag in want)
                    where = "%s, %s: %r is not %r" % (ask, key, cell, want)
                    if want is None:
                        self.assertEqual(cell["text"], "", where)
                    elif cell["v"] is not None:
                        self.assertEqual(float(cell["v"]), want, where)
                        shown = cell["text"].rstrip("%")
                        digits = len(shown.partition(".")[2])
                        self.assertEqual(shown, "%.*f" % (digits, want), where)
                    elif isinstance(want, str) and key == "explanation":
                        self.assertTrue(cell["text"].startswith(visible(want)), where)
                    else:
                        self.assertIn(visible(str(want)), (cell["text"], cell["text"].rstrip("%")), where)
                    compared += 1
        return compared

    def same_heat(self, table, rows):
        """A row a group, a column a protocol: the share that `compare --show values` tells."""
        shares = {(r["group"], r["measure"]): r["value"] for r in rows if r["kind"] == "protocol"}
        for cells in table["rows"]:
            group = cells[0]["text"]
            for key, cell in zip(table["keys"][1:], cells[1:]):
                want = shares.get((group, key))
                if want is None:
                    self.assertEqual(cell["text"], "", (group, key))
                    continue
                self.assertEqual((float(cell["v"]), cell["text"]), (want, "%.1f" % want), (group, key))
        return len(table["rows"])

    def test_numbers(self):
        for archive, path in ((self.db, self.one), (self.db, self.many), (self.db, self.bad)):
            self.assertGreater(self.same(archive, Page(path)), 300)
        for archive in ARCHIVES:
            self.assertGreater(self.same(archive, Page(self.make(archive, "other.html"))), 0)

    def test_graph_numbers(self):
        page = Page(self.one)
        self.assertEqual(len(page.data), 1)
        data = page.data[0]
        interval = "%dus" % round(data["interval"] * 1e6)
        rows = json.loads(run("io", self.db, "-c", "trouble.pcap", "-i", interval, "-g", ";COUNT FRAMES", "-g",
                              "tcp.analysis.flags;COUNT FRAMES", "-f", "json"))
        self.assertEqual(data["packets"], [r["values"][0] for r in rows])
        self.assertEqual(data["errors"], [r["values"][1] for r in rows])
        # By hand: 14 frames. TCP's analysis marks the frame after the gap, three duplicate ACKs, the fast
        # retransmission, the keep-alive and its ACK (fixtures/make.py, trouble()).
        self.assertEqual((sum(data["packets"]), sum(data["errors"])), (14, 7))

    def test_markup(self):
        for path in (self.one, self.many, self.bad):
            page = Page(path)
            scripts = page.elements["script"] - len(page.data)
            self.assertEqual(scripts, 1)
            self.assertNotIn("img", page.elements)
            self.assertEqual(len(page.ids), len(set(page.ids)))
            for link in page.links:
                self.assertTrue(link == "data:," or link[0] == "#" and link[1:] in page.ids, link)
        with open(self.bad, encoding="utf-8") as f:
            text = f.read()
        self.assertIn("&lt;script&gt;alert(1)&lt;/script&gt;", text)
        self.assertIn("<title>&lt;script&gt;alert(4)", text)

    def test_order(self):
        with open(self.many, encoding="utf-8") as f:
            text = f.read()
        places = [text.index('<section id="%s">' % s) for s in ("properties", "composition", "time", "tcp", "troubles", "course")]
        self.assertEqual(places, sorted(places))

    def test_refused(self):
        for words in (["report", self.db], ["report", self.db, "-o", self.db]):
            self.assertNotEqual(subprocess.run([PCAPDEX, *words], capture_output=True, check=False).returncode, 0)
        self.assertEqual(run("captures", self.db, "-f", "csv").count("\n"), len(CAPTURES) + 1)


class InBrowser(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        Report.setUpClass()
        try:
            cls.browser = webdriver.Browser().__enter__()
        except OSError as e:
            Report.tearDownClass()
            raise unittest.SkipTest(str(e)) from e

    @classmethod
    def tearDownClass(cls):
        cls.browser.__exit__()
        Report.tearDownClass()

    def show(self, path):
        self.browser.open(path)
        self.assertEqual(self.browser.log(), [])

    def test_nothing_runs(self):
        for path in (Report.bad, Report.many, Report.one):
            self.show(path)
            self.assertIsNone(self.browser.dialog())
        # And if something got in all the same, the page's policy stops it.
        self.browser.js("const s = document.createElement('script'); s.textContent = 'window.got = 1'; "
                        "document.body.append(s)")
        self.assertIsNone(self.browser.js("return window.got"))
        self.assertIn("Content Security Policy", self.browser.log()[0]["message"])

    def column(self, caption, key):
        return self.browser.js(
            "const t = [...document.querySelectorAll('table')].find(t => t.caption.textContent.startsWith(arguments[0]));"
            "const i = t.querySelector('[data-key=' + arguments[1] + ']').cellIndex;"
            "return [...t.tBodies[0].rows].map(r => r.cells[i].textContent)", caption, key)

    def click(self, caption, key):
        self.browser.js(
            "const t = [...document.querySelectorAll('table')].find(t => t.caption.textContent.startsWith(arguments[0]));"
            "t.querySelector('[data-key=' + arguments[1] + '] button').click()", caption, key)

    def test_tables_sort(self):
        self.show(Report.many)
        before = self.column("Captures", "packets")
        numbers = sorted(map(int, before))
        self.click("Captures", "packets")
        self.assertEqual(list(map(int, self.column("Captures", "packets"))), numbers[::-1])
        self.click("Captures", "packets")
        self.assertEqual(list(map(int, self.column("Captures", "packets"))), numbers)
        self.click("Captures", "name")
        self.assertEqual(self.column("Captures", "name"), sorted(CAPTURES))
        sorts = self.browser.js("return [...document.querySelectorAll('#properties th')].map(h => h.getAttribute('aria-sort'))")
        self.assertEqual([s for s in sorts if s], ["ascending"])

    def test_graph_zooms(self):
        self.show(Report.one)
        def span():
            return self.browser.js("const d = document.querySelector('.plot').dataset; return [+d.from, +d.to]")
        whole = span()
        box = self.browser.js("const s = document.querySelector('.plot'); s.scrollIntoView({block: 'center', behavior: "
                              "'instant'}); const r = s.getBoundingClientRect(); return [r.x, r.y, r.width, r.height]")
        x, y, w, h = box
        self.browser.actions(("move", x + w * 0.3, y + h / 2), ("down",), ("move", x + w * 0.4, y + h / 2),
                             ("move", x + w * 0.5, y + h / 2), ("up",))
        zoomed = span()
        # The plot goes from 64 to 880 of 900.
        want = [(c * 900 - 64) / (880 - 64) * whole[1] for c in (0.3, 0.5)]
        for got, expected in zip(zoomed, want):
            self.assertAlmostEqual(got, expected, delta=whole[1] * 0.01)
        self.browser.js("document.querySelector('.plot').dispatchEvent(new KeyboardEvent('keydown', {key: 'Escape'}))")
        self.assertEqual(span(), whole)
        self.browser.js("[...document.querySelectorAll('.tools button')].find(b => b.textContent === 'Zoom in').click()")
        self.assertAlmostEqual(span()[1] - span()[0], whole[1] / 2, places=6)
        self.assertEqual(self.browser.log(), [])

    def test_stream_graphs(self):
        self.show(Report.one)
        link = self.browser.js("const a = document.querySelector('#troubles td a'); a.click(); return a.hash.slice(1)")
        self.assertTrue(self.browser.js("return new Promise(r => setTimeout(() => "
                                        "r(document.getElementById(arguments[0]).open), 100))", link))
        self.assertEqual(self.browser.js("return document.getElementById(arguments[0]).querySelectorAll('svg.pic').length",
                                         link), 5)

    def test_fits(self):
        """Nothing is wider than the window, on a phone either; light and dark differ."""
        paper = {}
        for width in (1200, 390):
            for scheme in ("light", "dark"):
                self.browser.cdp("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
                self.browser.cdp("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1,
                                 mobile=width < 600)
                for path in (Report.one, Report.many):
                    self.show(path)
                    self.assertLessEqual(self.browser.js("return document.documentElement.scrollWidth"), width)
                paper[scheme] = self.browser.js("return getComputedStyle(document.body).backgroundColor")
        self.browser.cdp("Emulation.clearDeviceMetricsOverride")
        self.browser.cdp("Emulation.setEmulatedMedia", features=[])
        self.assertNotEqual(paper["light"], paper["dark"])

    def test_archives(self):
        for archive in ARCHIVES:
            self.show(Report.make(archive, "archive.html"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
