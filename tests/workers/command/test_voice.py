"""What stands before a line, and the form of the log file."""

import json
from datetime import UTC, datetime

import pytest

from workers.command.supervisor.records import of_child, of_event, readable
from workers.command.supervisor.voice import prefixes_of

AT = datetime(2026, 11, 23, 20, 16, 15, 16_000, tzinfo=UTC)


def test_names_stand_in_one_column() -> None:
    assert prefixes_of(("redis", "web.1", "worker.1"), coloured=False) == {
        "wufen": b"wufen    | ",
        "redis": b"redis    | ",
        "web.1": b"web.1    | ",
        "worker.1": b"worker.1 | ",
    }


def test_processes_of_a_kind_share_a_colour() -> None:
    prefixes = prefixes_of(("web.1", "web.2", "hub.1"), coloured=True)
    assert prefixes["web.1"][:5] == prefixes["web.2"][:5] != prefixes["hub.1"][:5]


def test_a_line_of_json_is_kept_as_it_is() -> None:
    assert of_child("web.1", b'{"event":"started"}', AT) == b'{"event":"started"}'


def test_any_other_line_becomes_an_object() -> None:
    line = json.loads(of_child("redis", b"ready", AT))
    assert (line["at"], line["event"], line["process"]) == ("2026-11-23T20:16:15.016Z", "output", "redis")
    assert json.loads(of_child("redis", b"broken \xff", AT))["line"] == "broken \ufffd"


def test_a_sentence_of_the_supervisor_has_the_name_of_its_event() -> None:
    assert json.loads(of_event("process_died", "web.1 died.", AT)) == {
        "at": "2026-11-23T20:16:15.016Z",
        "level": "info",
        "event": "process_died",
        "process": "wufen",
        "sentence": "web.1 died.",
    }


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (
            b'{"port": 8000, "level": "info", "at": "2026-11-23T20:16:15.016Z", "process": "web", "event": "started"}',
            b"20:16:15 started port=8000",
        ),
        (
            b'{"level": "error", "at": "2026-11-23T20:16:15.016Z", "event": "task_failed"}',
            b"20:16:15 ERROR task_failed",
        ),
        (b"Ready to accept connections", b"Ready to accept connections"),
        (b'{"event": "no instant"}', b'{"event": "no instant"}'),
        (b"[1]", b"[1]"),
    ],
)
def test_for_eyes_a_line_of_json_is_shortened(line: bytes, shown: bytes) -> None:
    assert readable(line) == shown
