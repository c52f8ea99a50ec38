"""A tile server on loopback: the same grey tile for every place, given to other sites, and a list of what was asked."""

from __future__ import annotations

import contextlib
import io
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from PIL import Image

TILE_PIXELS = 256


def tile() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (TILE_PIXELS, TILE_PIXELS), (214, 222, 214)).save(out, "PNG")
    return out.getvalue()


@dataclass
class TileServer:
    """`template` is what WUFEN_TILES_URL takes; `asked` are the paths in order."""

    template: str = ""
    asked: list[str] = field(default_factory=list)


@contextlib.contextmanager
def running_tiles() -> Iterator[TileServer]:
    server = TileServer()
    picture = tile()

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            server.asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "image/png")
            self.send_header("Content-Length", str(len(picture)))
            self.send_header("Access-Control-Allow-Origin", "*")
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(picture)

        def log_message(self, *_: object) -> None:
            """Nothing: what was asked is in the list."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as http:
        server.template = f"http://127.0.0.1:{http.server_address[1]}/{{z}}/{{x}}/{{y}}.png"
        thread = threading.Thread(target=http.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            http.shutdown()
            thread.join()
