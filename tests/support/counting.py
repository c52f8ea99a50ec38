"""A provider of the tests: takes messages over HTTP, counts each key, and can be slow, limit, refuse or break off.

It knows no repetition by its key, as WeChat and SMS do not: what is sent twice arrives twice, and is counted twice.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# What the provider does with the message of a key the so-manieth time: take, refuse, limit, fail (taken, and 502),
# break (taken, and the line breaks).
Does = Callable[[str, int], str]


def takes(key: str, nth: int) -> str:
    return "take"


@dataclass
class Provider:
    """``accepted``: how often the message of each key was taken. ``does``: what happens to the next ones."""

    url: str = ""
    seconds: float = 0.0
    does: Does = takes
    accepted: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _never: threading.Event = field(default_factory=threading.Event)

    def take(self, key: str) -> str:
        with self._lock:
            self.asked[key] += 1
            done = self.does(key, self.asked[key])
            if done in ("take", "fail", "break"):
                self.accepted[key] += 1
        self._never.wait(self.seconds)  # a provider that is slow, not a test that waits
        return done


@contextmanager
def counting() -> Iterator[Provider]:
    """The provider, until the end of the block."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            done = provider.take(content["key"])
            if done == "break":
                return
            status = {"take": 200, "refuse": 400, "limit": 429, "fail": 502}[done]
            body = json.dumps({"id": f"{content['channel']}-{content['key']}"[:100]}).encode()
            self.send_response(status)
            if done == "limit":
                self.send_header("Retry-After", "1")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            return

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """A worker that was killed hangs up."""

    server = Server(("127.0.0.1", 0), Handler)
    provider.url = f"http://127.0.0.1:{server.server_address[1]}/send"
    thread = threading.Thread(target=server.serve_forever, name="provider", daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
