#!/bin/sh
# The worked examples of docs/readers: each block after <!-- test KIND --> is run on two fixtures, and has to print the block
# after it. test_readers.sh PCAPDEX EXTENSION FIXTURES DOCS; what is not installed is named, and not counted as run.
exec python3 - "$@" <<'PY'
import os, re, shutil, subprocess, sys, tempfile
pcapdex, extension, fixtures, docs = map(os.path.abspath, sys.argv[1:5])
os.environ["PATH"] = os.path.dirname(pcapdex) + ":" + os.environ["PATH"]
python = "/usr/bin/python3"


def works(*command):
    return shutil.which(command[0]) and subprocess.run(command, capture_output=True).returncode == 0


def can(kind):
    return {
        "sqlite3": lambda: works("sqlite3", "-version"),
        "python3": lambda: works(python, "-c", "import sqlite3"),
        "pandas": lambda: works(python, "-c", "import pandas"),
        "matplotlib": lambda: works(python, "-c", "import pandas, matplotlib"),
        "python3-extension": lambda: works(python, "-c", "import sqlite3; sqlite3.connect(':memory:').enable_load_extension(True)"),
        "R": lambda: works("Rscript", "-e", "library(RSQLite)"),
        "csv": lambda: True,
    }[kind]()


def command(kind, text):
    if kind == "sqlite3":
        return ["sqlite3", "lab.db"], text
    if kind == "R":
        return ["Rscript", "-"], text
    if kind == "csv":
        return ["sh", "-eu"], text
    return [python, "-"], text


failed = run = 0
missing = set()
with tempfile.TemporaryDirectory() as work:
    subprocess.run([pcapdex, "index", "lab.db", fixtures + "/web.pcap", fixtures + "/trouble.pcap"], cwd=work, check=True,
                   capture_output=True)
    os.symlink(extension, work + "/pcapdex.so")
    for page in sorted(name for name in os.listdir(docs) if name.endswith(".md")):
        text = open(os.path.join(docs, page)).read()
        for kind, block, want in re.findall(r"<!-- test (\S+) -->\n```\w*\n(.*?)```\n```\n(.*?)```", text, re.S):
            if not can(kind):
                missing.add(kind)
                continue
            run += 1
            block = block.replace(".load pcapdex", ".load ./pcapdex").replace('load_extension("pcapdex")', 'load_extension("./pcapdex")')
            argv, given = command(kind, block)
            got = subprocess.run(argv, input=given, capture_output=True, text=True, cwd=work)
            strip = lambda t: [line.rstrip() for line in t.strip("\n").split("\n")]
            if strip(got.stdout) != strip(want):
                failed += 1
                print(f"{page}, {kind}:\n--- the page\n{want}--- printed\n{got.stdout}{got.stderr}")
for kind in sorted(missing):
    print(f"NOT RUN: examples for {kind}, which is not installed")
print(f"{run} examples, {failed} failed")
sys.exit(1 if failed else 77 if missing or not run else 0)
PY
