"""Logs: one line of JSON per event on stderr, with the process's name, and never a person's data.

Leaves to others: what is worth a line. The event is a name in snake_case, not a sentence.
"""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from functools import lru_cache
from typing import Any, TextIO

import msgspec
import structlog

from models.plates import PROVINCES

# Whoever logs one of these by mistake logs that he did, and nothing else. Matched on the words of the key, so that
# owner_phone and phone_masked are caught too.
PERSONAL_WORDS = frozenset(
    {"phone", "plate", "tail", "token", "password", "secret", "message", "authorization", "cookie", "address"}
    | {"lat", "lng", "username"}
)
# A process and a file have names too, so here the whole key counts.
PERSONAL_KEYS = frozenset({"name", "owner_name", "officer_name", "full_name", "user_name"})
HIDDEN = "[personal]"


def set_up_logs(process: str, level: str = "info", stream: TextIO | None = None) -> None:
    """Called once by each process at its start; `process` is such as hub.1, `level` debug to error.

    What libraries log with the standard library goes the same way, from warnings on.
    """
    severity = logging.getLevelNamesMapping()[level.upper()]
    out = stream or sys.stderr
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
    ]
    structlog.configure(
        processors=[*shared, _named(process), *_ENDING],
        wrapper_class=structlog.make_filtering_bound_logger(severity),
        logger_factory=structlog.WriteLoggerFactory(file=out),
        cache_logger_on_first_use=False,
    )
    _adopt_standard_logging(max(severity, logging.WARNING))


def drop_personal(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Hides the value of every key that speaks of a person."""
    return {key: HIDDEN if is_personal(key) else value for key, value in event.items()}


@lru_cache(maxsize=1024)  # there are few keys, and every line has some
def is_personal(key: str) -> bool:
    """Whether a log line must not carry a value under this key."""
    return key in PERSONAL_KEYS or not PERSONAL_WORDS.isdisjoint(key.lower().split("_"))


# What an exception's text may quote: phone numbers, a statement's parameters, plates.
_QUOTED = re.compile(rf"\+?\d{{7,}}|\[parameters: .*|[{PROVINCES}][A-Z][A-Z0-9]{{5,6}}")


def scrub(text: str) -> str:
    """The text without what looks like a phone number, a plate or a statement's parameters."""
    return _QUOTED.sub(HIDDEN, text)


def _scrubbed_exception(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    if "exception" in event:
        event["exception"] = scrub(event["exception"])
    return event


def _line(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> str:
    return msgspec.json.encode(event, enc_hook=str).decode()


_ENDING: list[Any] = [structlog.processors.format_exc_info, _scrubbed_exception, drop_personal, _line]


def _named(process: str) -> Any:
    def add(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event.setdefault("process", process)
        return event

    return add


class _ToStructlog(logging.Handler):
    """Gives a record of the standard library's logging its line among ours."""

    def emit(self, record: logging.LogRecord) -> None:
        # The arguments may be anybody's, the template is the library's.
        structlog.get_logger().log(
            record.levelno,
            "library",
            logger=record.name,
            text=scrub(str(record.msg)),
            exc_info=record.exc_info,
        )


def _adopt_standard_logging(level: int) -> None:
    root = logging.getLogger()
    root.handlers = [_ToStructlog()]
    root.setLevel(level)
