"""A bucket that speaks S3 as the place of pictures, videos and sealed originals: Alibaba Cloud OSS, MinIO, Ceph, AWS.

Each call has an end: it is tried again for some seconds and then raises MediaAway, which a page answers with "try
again" and a worker with another try. Leaves to others: rights and versions of the bucket, and what lies where.
"""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

import structlog

from models.errors import Unavailable
from models.media import NAME, Kind, name_of

Answer = TypeVar("Answer")
CHECK = "wufen-check"
OPTIONS = frozenset({"endpoint", "region", "style"})
_REGION = "us-east-1"  # what servers take that have none

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: for a connection, for one request, and for all tries of it."""

    connect: float = 3.0
    request: float = 20.0
    tries: float = 10.0


class MediaAway(Unavailable):
    """The bucket does not take or give anything; ``sentence`` says why, for the operator. ``final``: another try will

    not help, somebody has to mend the settings.
    """

    def __init__(self, sentence: str, *, final: bool = False) -> None:
        super().__init__()
        self.sentence = sentence
        self.final = final


@dataclass(frozen=True, slots=True)
class Address:
    """`s3://bucket/prefix?endpoint=https://…&region=…&style=path|virtual`."""

    bucket: str
    prefix: str
    endpoint: str | None
    region: str
    virtual: bool

    @classmethod
    def parse(cls, url: str) -> Address:
        """Raises ValueError with a sentence that says what was expected."""
        parts = urlsplit(url)
        given = parse_qs(parts.query, strict_parsing=bool(parts.query))
        if parts.scheme != "s3" or not parts.hostname or given.keys() - OPTIONS or parts.username:
            raise ValueError("expects s3://bucket/prefix?endpoint=https://…&region=…&style=path (or virtual)")
        style, endpoint = given.get("style", ["path"])[0], given.get("endpoint", [None])[0]
        if style not in ("path", "virtual"):
            raise ValueError(f"expects style=path or style=virtual, not {style!r}")
        if endpoint is not None and urlsplit(endpoint).scheme not in ("http", "https"):
            raise ValueError("expects an endpoint that begins with https:// or http://")
        region = given.get("region", [_REGION])[0]
        return cls(parts.netloc, parts.path.strip("/"), endpoint, region, style == "virtual")

    @property
    def host(self) -> str | None:
        """The endpoint as a client wants it: with the bucket in its name where that is the style."""
        if self.endpoint is None or not self.virtual:
            return self.endpoint
        parts = urlsplit(self.endpoint)
        return parts._replace(netloc=f"{self.bucket}.{parts.netloc}").geturl()


def is_installed() -> bool:
    """Whether the extra is there."""
    return importlib.util.find_spec("obstore") is not None


class Bucket:
    """As ``models.media.Media`` says. Opened when it is needed first: most processes never do."""

    def __init__(self, url: str, key_id: str, secret: str, patience: Patience | None = None) -> None:
        self._address = Address.parse(url)
        self._key_id, self._secret = key_id, secret
        self._patience = patience or Patience()
        self._lock = threading.Lock()
        self._opened: Any = None

    def keep(self, content: bytes, kind: Kind = "jpg") -> str:
        name = name_of(content, kind)
        self._try("writing", lambda obstore, store: obstore.put(store, _path(name), content))
        return name

    def read(self, name: str) -> bytes:
        path = _known(name)
        return self._try("reading", lambda obstore, store: bytes(obstore.get(store, path).bytes()))

    def head(self, name: str, size: int) -> bytes:
        path = _known(name)
        return self._try(
            "reading", lambda obstore, store: bytes(obstore.get_range(store, path, start=0, length=size))
        )

    def remove(self, name: str) -> None:
        if NAME.fullmatch(name):
            self._try("removing", lambda obstore, store: obstore.delete(store, _path(name)), absent=None)

    def names(self) -> Iterator[str]:
        pages = self._try("listing", lambda obstore, store: iter(obstore.list(store)))
        while True:
            page = self._try("listing", lambda obstore, store: next(pages, None))
            if page is None:
                return
            found = (str(one["path"]).rpartition("/")[2] for one in page)
            yield from (name for name in found if NAME.fullmatch(name))

    def check(self) -> None:
        """Writes, reads and removes one small file. Raises MediaAway, which says what is wrong."""
        self._try("writing", lambda obstore, store: obstore.put(store, CHECK, b"?"))
        self._try("reading", lambda obstore, store: obstore.get(store, CHECK).bytes())
        self._try("removing", lambda obstore, store: obstore.delete(store, CHECK), absent=None)

    def _try(self, doing: str, work: Callable[[Any, Any], Answer], **absent: Any) -> Answer:
        """Raises FileNotFoundError (unless told what to answer for ``absent``) and MediaAway."""
        import obstore

        try:
            return work(obstore, self._store())
        except FileNotFoundError as error:
            if "NoSuchBucket" in str(error):
                raise self._away(doing, f"there is no bucket {self._address.bucket}", final=True) from None
            if "absent" in absent:
                return absent["absent"]  # type: ignore[no-any-return]
            raise FileNotFoundError(2, "no such file in the bucket") from None
        except Exception as error:
            why, final = _why(error)
            raise self._away(doing, why, final=final) from None

    def _away(self, doing: str, why: str, *, final: bool) -> MediaAway:
        log.warning("media_away", doing=doing, why=why)
        where = self._address.endpoint or "AWS"
        return MediaAway(f"WUFEN_MEDIA_URL: {doing} in {where} failed: {why}.", final=final)

    def _store(self) -> Any:
        from obstore.store import S3Store

        with self._lock:
            if self._opened is None:
                address, patience = self._address, self._patience
                self._opened = S3Store(
                    address.bucket,
                    prefix=address.prefix or None,
                    region=address.region,
                    access_key_id=self._key_id,
                    secret_access_key=self._secret,
                    virtual_hosted_style_request=address.virtual,
                    client_options={
                        "connect_timeout": timedelta(seconds=patience.connect),
                        "timeout": timedelta(seconds=patience.request),
                        "allow_http": True,
                    },
                    retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=patience.tries)},
                    endpoint=address.host,
                )
            return self._opened


def _path(name: str) -> str:
    return f"{name[:2]}/{name}"


def _known(name: str) -> str:
    if not NAME.fullmatch(name):
        raise FileNotFoundError(name)
    return _path(name)


def _why(error: Exception) -> tuple[str, bool]:
    """For people, and whether it stays so. The library quotes requests and answers: none of that is passed on."""
    kind, text = type(error).__name__, str(error)
    if kind in ("UnauthenticatedError", "PermissionDeniedError") or "InvalidAccessKeyId" in text:
        return (
            "it refuses WUFEN_MEDIA_KEY_ID and WUFEN_MEDIA_SECRET, or that account may not do this there",
            True,
        )
    if "SignatureDoesNotMatch" in text:
        return "WUFEN_MEDIA_SECRET does not belong to WUFEN_MEDIA_KEY_ID", True
    if "timed out" in text or "TimedOut" in text:
        return "it did not answer in time", False
    return f"nobody answers there, or not in S3 ({kind})", False
