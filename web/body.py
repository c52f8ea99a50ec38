"""From the bytes of a request to a checked value: JSON against a shape, refused with the name of the field.

Shapes are msgspec structs that forbid unknown fields. What a value means is for `models` to judge.
"""

from __future__ import annotations

import re
from typing import Any, TypeVar

import msgspec
from starlette.requests import Request

from models.errors import InvalidField, InvalidJson, UnsupportedMedia

Shape = TypeVar("Shape")

_PLACE = re.compile(r" - at `\$(?:\.?(?P<path>.*?))`$", re.DOTALL)
_NAME = re.compile(r"(?P<why>unknown|missing required) field `(?P<name>.*?)`", re.DOTALL)
_BOUND = re.compile(r"^Expected `(?:float|int)` (?P<side>[<>])= (?P<limit>-?[\d.]+)")
_LENGTH = re.compile(r"^Expected `\w+` of length (?P<side>[<>])= (?P<limit>\d+)")
_LONGEST_FIELD = 80  # characters of a field's name that are worth repeating to whoever sent it


async def read_json(request: Request, shape: type[Shape]) -> tuple[Shape, bytes]:
    """The value of the request's body and the body itself; an empty body counts as ``{}``.

    Raises UnsupportedMedia, InvalidJson, InvalidField; PayloadTooLarge comes from the body limit.
    """
    media = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    # A page of somebody else's can send forms and plain text without being asked, but not JSON.
    if media != "application/json" and not media.endswith("+json"):
        raise UnsupportedMedia()
    body = await request.body() or b"{}"
    return decode(body, shape), body


def decode(body: bytes, shape: type[Shape]) -> Shape:
    """Raises InvalidJson for what is no JSON, InvalidField for JSON of another shape."""
    try:
        value = msgspec.json.decode(body, type=shape)
        _refuse_nul(body)
    except msgspec.ValidationError as error:
        _plain(body)
        raise _invalid_field(str(error)) from None
    except (ValueError, RecursionError):
        raise InvalidJson() from None
    return value


def canonical(body: bytes) -> bytes:
    """The same JSON with sorted names and no spaces, so that equal bodies are equal bytes."""
    return msgspec.json.encode(_plain(body), order="sorted")


def _plain(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except (ValueError, RecursionError):
        raise InvalidJson() from None


def _invalid_field(sentence: str) -> InvalidField:
    place = _PLACE.search(sentence)
    path = place["path"] if place else ""
    named = _NAME.search(sentence)
    if named is None:
        return InvalidField(field=path[:_LONGEST_FIELD] or "body", **_limit(sentence))
    full = f"{path}.{named['name']}" if path else named["name"]
    why = "unknown" if named["why"] == "unknown" else "required"
    return InvalidField(field=full[:_LONGEST_FIELD], why=why)


def _limit(sentence: str) -> dict[str, Any]:
    """Why a value does not fit, and which limit it met: ``least`` or ``most``, in characters for a text."""
    bound, length = _BOUND.match(sentence), _LENGTH.match(sentence)
    if bound is not None:
        limit = {"least" if bound["side"] == ">" else "most": int(float(bound["limit"]))}
        return {"why": "out_of_range", **limit}
    if length is not None:
        if length["side"] == ">":
            return {"why": "too_short", "least": int(length["limit"])}
        return {"why": "too_long", "most": int(length["limit"])}
    return {"why": "wrong_type"}


def _refuse_nul(body: bytes) -> None:
    """PostgreSQL keeps no NUL in a text: better refused by name than by a broken statement."""
    if b"\\u0000" in body:
        field = _with_nul(msgspec.json.decode(body), "")
        if field is not None:
            raise InvalidField(field=field or "body", why="wrong_type")


def _with_nul(value: Any, path: str) -> str | None:
    if isinstance(value, str):
        return path if "\x00" in value else None
    if isinstance(value, dict):
        parts = [(key, f"{path}.{key}" if path else key, child) for key, child in value.items()]
        names = (name for key, name, _ in parts if "\x00" in key)
        return next(names, None) or _first_with_nul([(name, child) for _, name, child in parts])
    if isinstance(value, list):
        return _first_with_nul([(f"{path}[{number}]", child) for number, child in enumerate(value)])
    return None


def _first_with_nul(children: list[tuple[str, Any]]) -> str | None:
    found = (_with_nul(child, name) for name, child in children)
    return next((field for field in found if field is not None), None)
