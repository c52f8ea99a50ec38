"""A child's output is cut into lines whose length is bounded."""

from workers.command.supervisor.lines import Lines


def test_a_line_may_come_in_pieces() -> None:
    lines = Lines()
    assert lines.feed(b"one\ntw") == [b"one"]
    assert lines.feed(b"o") == []
    assert lines.feed(b"\n\nthree\r\n") == [b"two", b"", b"three"]
    assert lines.rest() == []


def test_the_last_line_needs_no_end() -> None:
    lines = Lines()
    assert lines.feed(b"done\nbye") == [b"done"]
    assert lines.rest() == [b"bye"]
    assert lines.rest() == []


def test_a_line_too_long_is_cut_and_the_next_one_is_whole() -> None:
    lines = Lines(longest=5)
    assert lines.feed(b"1234567") == []
    assert lines.feed(b"89\nabc\n") == ["12345… (cut)".encode(), b"abc"]


def test_output_without_any_line_end_keeps_memory_bounded() -> None:
    lines = Lines(longest=100)
    for _ in range(1_000):
        assert lines.feed(b"x" * 1_000) == []
    assert lines.rest() == [b"x" * 100 + "… (cut)".encode()]


def test_a_line_of_exactly_the_limit_is_not_cut() -> None:
    assert Lines(longest=5).feed(b"12345\n") == [b"12345"]
