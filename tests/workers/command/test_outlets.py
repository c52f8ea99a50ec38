"""Lines go to places that may be slow, full or gone, and nobody waits for them."""

import threading
from pathlib import Path

from workers.command.supervisor.outlets import Outlet, RotatingFile


def test_lines_arrive_in_their_order() -> None:
    written: list[bytes] = []
    outlet = Outlet(written.append)
    outlet.put(b"one")
    outlet.put(b"two")
    outlet.close()
    assert written == [b"one\n", b"two\n"]


def test_when_nobody_reads_lines_are_dropped_and_counted() -> None:
    written: list[bytes] = []
    reading, wrote = threading.Event(), threading.Event()

    def write(line: bytes) -> None:
        wrote.set()
        reading.wait(5)
        written.append(line)

    outlet = Outlet(write, waiting_lines=2)
    outlet.put(b"being written")
    assert wrote.wait(5)
    for number in range(5):
        outlet.put(b"%d" % number)
    reading.set()
    outlet.close()
    assert written == [b"being written\n", b"0\n", b"1\n"]


def test_the_next_line_that_fits_says_how_many_were_left_out() -> None:
    written: list[bytes] = []
    reading, wrote, read_all = threading.Event(), threading.Event(), threading.Event()

    def write(line: bytes) -> None:
        wrote.set()
        reading.wait(5)
        written.append(line)
        if line == b"0\n":
            read_all.set()

    outlet = Outlet(write, waiting_lines=1)
    outlet.put(b"being written")
    assert wrote.wait(5)
    for number in range(4):
        outlet.put(b"%d" % number)
    reading.set()
    assert read_all.wait(5)
    outlet.put(b"after")
    outlet.close()
    assert written == [b"being written\n", b"0\n", b"(3 lines left out here)\nafter\n"]


def test_a_place_that_is_gone_stops_nothing() -> None:
    def write(line: bytes) -> None:
        raise BrokenPipeError

    outlet = Outlet(write)
    outlet.put(b"one")
    outlet.put(b"two")
    outlet.close()


def test_a_full_file_starts_anew_and_keeps_the_last_ones(tmp_path: Path) -> None:
    file = RotatingFile(tmp_path / "wufen.log", file_bytes=20, old_files=2)
    for number in range(1, 5):
        file.write(b"line number %d......\n" % number)
    file.close()
    assert (tmp_path / "wufen.log").read_bytes() == b"line number 4......\n"
    assert (tmp_path / "wufen.log.1").read_bytes() == b"line number 3......\n"
    assert (tmp_path / "wufen.log.2").read_bytes() == b"line number 2......\n"
    assert not (tmp_path / "wufen.log.3").exists()


def test_a_file_is_continued_by_the_next_run_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    for line in (b"first run\n", b"second run\n"):
        file = RotatingFile(tmp_path / "wufen.log")
        file.write(line)
        file.close()
    assert (tmp_path / "wufen.log").read_bytes() == b"first run\nsecond run\n"
    assert (tmp_path / "wufen.log").stat().st_mode & 0o777 == 0o600
