"""One file out of a multipart body, held in memory: it is judged and redrawn before anything is kept."""

from __future__ import annotations

from python_multipart.exceptions import FormParserError
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request

from models.errors import InvalidField, UnsupportedMedia


async def read_upload(request: Request, field: str) -> bytes:
    """The bytes of the only file, named ``field``. Raises UnsupportedMedia for a body that is no form,
    InvalidField for one that is torn or lacks the file."""
    media = request.headers.get("content-type", "")
    if not media.lower().startswith("multipart/form-data"):
        raise UnsupportedMedia(field=field)
    try:
        async with request.form(max_files=1, max_fields=1) as form:
            file = form.get(field)
            if not isinstance(file, UploadFile) or len(form.multi_items()) != 1:
                raise InvalidField(field=field, why="required")
            return await file.read()
    except (HTTPException, MultiPartException, FormParserError, KeyError, ValueError):
        raise InvalidField(field=field, why="damaged") from None
