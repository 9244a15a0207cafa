"""A browser for tests: Chromium behind chromedriver (W3C WebDriver), with nothing but Python's own library."""
import json
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request


class Browser:
    """`with Browser() as b:`; the browser ends with the block. Raises OSError where there is none."""

    ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
                 "--disable-component-update", "--no-first-run", "--disable-sync", "--disable-dev-shm-usage"]

    def __enter__(self):
        if not shutil.which("chromedriver"):
            raise OSError("no chromedriver")
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        self.driver = subprocess.Popen(["chromedriver", "--port=%d" % self.port], stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL)
        try:
            for _ in range(100):
                try:
                    self.call("GET", "/status")
                    break
                except (urllib.error.URLError, ConnectionError):
                    time.sleep(0.1)
            answer = self.call("POST", "/session", {"capabilities": {"alwaysMatch": {
                "browserName": "chrome", "unhandledPromptBehavior": "ignore", "goog:loggingPrefs": {"browser": "ALL"},
                "goog:chromeOptions": {"args": self.ARGUMENTS + ["--window-size=1200,900"]}}}})
            self.session = "/session/" + answer["sessionId"]
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        try:
            self.call("DELETE", self.session)
        finally:
            self.stop()

    def stop(self):
        self.driver.terminate()
        self.driver.wait()

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request("http://127.0.0.1:%d%s" % (self.port, path), data,
                                         {"Content-Type": "application/json"}, method=method)
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.load(answer)["value"]

    def open(self, path):
        self.call("POST", self.session + "/url", {"url": "file://" + os.path.abspath(path)})

    def js(self, code, *arguments):
        return self.call("POST", self.session + "/execute/sync", {"script": code, "args": list(arguments)})

    def cdp(self, command, **parameters):
        """Chromium's own protocol: what WebDriver has no word for."""
        return self.call("POST", self.session + "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def log(self):
        """Lines of the console since the last call."""
        return self.call("POST", self.session + "/se/log", {"type": "browser"})

    def dialog(self):
        """The text of an open alert, or None."""
        try:
            return self.call("GET", self.session + "/alert/text")
        except urllib.error.HTTPError:
            return None

    def actions(self, *steps):
        """Pointer steps: ("move", x, y), ("down",), ("up",)."""
        kinds = {"move": lambda x, y: {"type": "pointerMove", "duration": 30, "x": int(x), "y": int(y)},
                 "down": lambda: {"type": "pointerDown", "button": 0}, "up": lambda: {"type": "pointerUp", "button": 0}}
        self.call("POST", self.session + "/actions", {"actions": [
            {"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"},
             "actions": [kinds[s[0]](*s[1:]) for s in steps]}]})
