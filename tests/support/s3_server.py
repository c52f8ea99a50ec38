"""A server that speaks S3, in a process of its own, with one empty bucket."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator

from models.bucket import Bucket, Patience
from tests.support.ports import free_port
from tests.support.waiting import until

BUCKET = "evidence"
QUICK = Patience(connect=1.0, request=1.0, tries=1.0)


@contextlib.contextmanager
def running_s3(*, closed: bool = False) -> Iterator[str]:
    """Its address. ``closed``: after the bucket was made it lets in nobody, since it knows no account."""
    port = free_port()
    environ = os.environ | ({"INITIAL_NO_AUTH_ACTION_COUNT": "1"} if closed else {})
    command = [sys.executable, "-W", "ignore", "-m", "moto.server", "-p", str(port)]
    endpoint = f"http://127.0.0.1:{port}"
    with subprocess.Popen(
        command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            until(lambda: _made(f"{endpoint}/{BUCKET}"), "a server that speaks S3", 30)
            yield endpoint
        finally:
            server.kill()


def url_of(endpoint: str, bucket: str = BUCKET, prefix: str = "") -> str:
    return f"s3://{bucket}/{prefix}?endpoint={endpoint}"


def bucket_at(endpoint: str, bucket: str = BUCKET, prefix: str = "") -> Bucket:
    return Bucket(url_of(endpoint, bucket, prefix), "key", "secret", QUICK)


def _made(url: str) -> bool:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method="PUT"), timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
