"""Logs: one line per event that a machine can read, and nobody's data in any of them."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from models.logs import is_personal, set_up_logs

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines() -> Iterator[Lines]:
    stream = io.StringIO()
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    set_up_logs("hub.1", "info", stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    structlog.reset_defaults()
    root.handlers = handlers
    root.setLevel(level)


def test_an_event_is_one_line_with_its_time_level_and_process(lines: Lines) -> None:
    structlog.get_logger().info("hub_started", port=8001, 区="雨城")
    (line,) = lines()
    assert line.pop("at").endswith("Z")
    assert line == {"event": "hub_started", "level": "info", "process": "hub.1", "port": 8001, "区": "雨城"}


def test_what_is_less_severe_than_asked_for_is_not_written(lines: Lines) -> None:
    structlog.get_logger().debug("detail")
    assert lines() == []


@pytest.mark.parametrize(
    "key",
    ["phone", "name", "plate", "token", "password", "message", "owner_phone", "phone_masked", "access_token",
     "owner_name", "username", "plate_tail", "lat", "Cookie"],
)  # fmt: skip
def test_a_personal_key_is_named_but_its_value_hidden(lines: Lines, key: str) -> None:
    structlog.get_logger().info("something", **{key: "13812341234"})
    assert lines()[0][key] == "[personal]"


@pytest.mark.parametrize("key", ["process_name", "district", "code", "messages", "incident", "template"])
def test_other_keys_are_not_hidden(key: str) -> None:
    assert not is_personal(key)


def test_an_exception_stays_on_its_line_without_what_it_quotes(lines: Lines) -> None:
    try:
        raise ValueError("no contact for 13812341234 of 川TA2345\n[parameters: ('张三',)]")
    except ValueError:
        structlog.get_logger().exception("notice_failed")
    (line,) = lines()
    assert "ValueError: no contact for [personal] of [personal]" in line["exception"]
    assert "张三" not in line["exception"].splitlines()[-1]


def test_a_library_that_logs_gets_a_line_without_its_arguments(lines: Lines) -> None:
    logging.getLogger("some.library").error("cannot reach %s", "13812341234")
    logging.getLogger("some.library").info("not worth a line")
    (line,) = lines()
    assert (line["event"], line["logger"], line["text"]) == ("library", "some.library", "cannot reach %s")
    assert "13812341234" not in json.dumps(line)
