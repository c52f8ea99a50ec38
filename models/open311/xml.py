"""The answers of Open311 as XML: a tree of names, made of the same values as the JSON. Pure.

Lists are elements of their own kind inside one that names them, as the specification's examples have them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

# The element that one member of a list is.
MEMBERS = {
    "services": "service",
    "attributes": "attribute",
    "values": "value",
    "service_requests": "request",
    "errors": "error",
    "endpoints": "endpoint",
    "formats": "format",
}
# What XML 1.0 cannot say at all, however it is escaped.
_UNSAYABLE = dict.fromkeys([*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0xFFFE, 0xFFFF])
_UNSAYABLE |= dict.fromkeys(range(0xD800, 0xE000))


def written(name: str, value: Any) -> bytes:
    """A document whose root is ``name``; ``value`` is a list, or a mapping of what the root holds."""
    root = ElementTree.Element(name)
    _fill(root, value)
    return (
        b'<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode").encode()
    )


def _fill(element: ElementTree.Element, value: Any) -> None:
    if isinstance(value, Mapping):
        for name, one in value.items():
            _fill(ElementTree.SubElement(element, name), one)
    elif isinstance(value, list | tuple):
        for one in value:
            _fill(ElementTree.SubElement(element, MEMBERS[element.tag]), one)
    elif value is not None:
        element.text = _text(value)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return sayable(str(value))


def sayable(text: str) -> str:
    """Without what XML cannot say."""
    return text.translate(_UNSAYABLE)
