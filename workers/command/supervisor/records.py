"""The log file's form: one JSON object a line, whatever the processes write. Pure."""

from __future__ import annotations

import json
from datetime import datetime

from models.clock import iso


def of_child(name: str, line: bytes, at: datetime) -> bytes:
    """A child's line. Our own programs write JSON, which stays as it is; anything else becomes ``output``."""
    if line.startswith(b"{") and line.endswith(b"}"):
        return line
    return _record(at, "output", name, line=line.decode("utf-8", "replace"))


def of_event(event: str, sentence: str, at: datetime) -> bytes:
    """A line of the supervisor's own."""
    return _record(at, event, "wufen", sentence=sentence)


def _record(at: datetime, event: str, process: str, **more: str) -> bytes:
    fields = {"at": iso(at), "level": "info", "event": event, "process": process, **more}
    return json.dumps(fields, ensure_ascii=False).encode()


def readable(line: bytes) -> bytes:
    """The same for eyes: ``20:16:15 started port=8000``; what is no JSON object with an event stays as it is."""
    try:
        fields = json.loads(line)
        at, event = fields.pop("at"), fields.pop("event")
    except (ValueError, TypeError, KeyError, AttributeError):
        return line
    level = fields.pop("level", "info")
    fields.pop("process", None)
    loud = "" if level in ("info", "debug") else f" {level.upper()}"
    rest = "".join(f" {key}={value}" for key, value in fields.items())
    return f"{str(at)[11:19]}{loud} {event}{rest}".encode()
