"""One file out of a multipart body, held in memory: it is judged and redrawn before anything is kept."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from models.errors import InvalidField, UnsupportedMedia

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

# A phone at the edge of the network sends ten megabytes in this time; who is slower holds memory for nothing.
PATIENCE_SECONDS = 60


async def read_upload(request: Request, field: str) -> bytes:
    """The bytes of the only file, named ``field``. Raises UnsupportedMedia for a body that is no form,
    InvalidField for one that is torn, lacks the file or holds something else; how large it may be is the
    body limit's."""
    media, options = parse_options_header(request.headers.get("content-type", ""))
    if media != b"multipart/form-data":
        raise UnsupportedMedia(field=field)
    parts = _Parts()
    try:
        parser = MultipartParser(options[b"boundary"], parts.callbacks())
        async with asyncio.timeout(PATIENCE_SECONDS):
            parser.write(await request.body())
        parser.finalize()
    except (FormParserError, KeyError, ValueError, TimeoutError):
        raise InvalidField(field=field, why="damaged") from None
    if not parts.ended:
        raise InvalidField(field=field, why="damaged")
    if parts.names != [field]:
        raise InvalidField(field=field, why="required")
    return bytes(parts.content)


class _Parts:
    """What the parser tells: the names of the files, and the bytes of the last part."""

    def __init__(self) -> None:
        self.names: list[str | None] = []
        self.content = bytearray()
        self.ended = False
        self._header = bytearray()
        self._value = bytearray()

    def callbacks(self) -> MultipartCallbacks:
        return {
            "on_part_begin": self._begin,
            "on_header_begin": self._header_begin,
            "on_header_field": lambda data, start, end: self._header.extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._value.extend(data[start:end]),
            "on_header_end": self._header_end,
            "on_part_data": lambda data, start, end: self.content.extend(data[start:end]),
            "on_end": self._end,
        }

    def _begin(self) -> None:
        self.names.append(None)
        self.content.clear()

    def _header_begin(self) -> None:
        self._header.clear()
        self._value.clear()

    def _header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            _, options = parse_options_header(bytes(self._value))
            if b"filename" in options:
                self.names[-1] = options.get(b"name", b"").decode("latin-1")

    def _end(self) -> None:
        self.ended = True
