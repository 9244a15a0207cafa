#!/usr/bin/env python3
"""What docs/wireshark.md says the commands print is what they print: tests/test_docs.py PCAPDEX SOURCE"""
import os
import re
import subprocess
import sys
import tempfile
import unittest

PCAPDEX, SOURCE = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
PAGE = os.path.join(SOURCE, "docs", "wireshark.md")


def plain(lines):
    return [line.rstrip() for line in "\n".join(lines).strip("\n").split("\n")]


class Docs(unittest.TestCase):
    def test_outputs(self):
        with open(PAGE, encoding="utf-8") as f:
            blocks = re.findall(r"^```\n\$ (pcapdex [^\n]*)\n(.*?)^```$", f.read(), re.M | re.S)
        self.assertGreater(len(blocks), 15)
        with tempfile.TemporaryDirectory() as folder:
            os.mkdir(os.path.join(folder, "bin"))
            os.symlink(PCAPDEX, os.path.join(folder, "bin", "pcapdex"))
            env = dict(os.environ, PATH=f"{folder}/bin:{os.environ['PATH']}", LC_ALL="C.UTF-8")
            os.symlink(os.path.join(SOURCE, "fixtures"), os.path.join(folder, "fixtures"))
            subprocess.run("pcapdex index lab.db fixtures/web.pcap fixtures/trouble.pcap fixtures/layers.pcap",
                           shell=True, cwd=folder, env=env, check=True, capture_output=True)
            for command, said in blocks:
                with self.subTest(command):
                    done = subprocess.run(command, shell=True, cwd=folder, env=env, capture_output=True, check=True)
                    # Where the archive was made differs from machine to machine.
                    answer = plain(re.sub(r"(?m)^(  Path +).*?(fixtures/)", r"\1\2", done.stdout.decode()).split("\n"))
                    expected = plain(said.split("\n"))
                    if expected[-1] == "...":
                        expected = expected[:-1]
                        answer = answer[:len(expected)]
                    self.assertEqual(answer, expected)


unittest.main(argv=sys.argv[:1])
