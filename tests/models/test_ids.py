"""Identifiers are letters and digits, never twice the same; those of rows lie together and tell no time."""

from __future__ import annotations

import os
import re
from concurrent.futures import ThreadPoolExecutor

from models.ids import NEIGHBOURHOOD_LETTERS, NEIGHBOURS, RandomIds

FORM = re.compile("[a-z2-7]{26}")


def test_both_kinds_have_one_form_and_are_never_the_same() -> None:
    ids = RandomIds()
    made = [ids.new() for _ in range(2_000)] + [ids.row() for _ in range(2_000)]
    assert all(FORM.fullmatch(one) for one in made)
    assert len(set(made)) == 4_000


def test_ids_of_rows_share_a_neighbourhood_for_a_while_and_then_another_one() -> None:
    ids = RandomIds()
    first = {ids.row()[:NEIGHBOURHOOD_LETTERS] for _ in range(NEIGHBOURS)}
    second = ids.row()[:NEIGHBOURHOOD_LETTERS]
    assert len(first) == 1
    assert second not in first


def test_two_processes_do_not_share_one() -> None:
    assert RandomIds().row()[:NEIGHBOURHOOD_LETTERS] != RandomIds().row()[:NEIGHBOURHOOD_LETTERS]


def test_threads_that_share_one_never_make_the_same() -> None:
    ids = RandomIds()
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda _: ids.new(), range(20_000)))
    assert len(set(made)) == 20_000


def test_a_forked_child_makes_other_ones_than_its_parent() -> None:
    ids = RandomIds()
    ids.row()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, f"{ids.row()}{ids.new()}".encode())
        os._exit(0)
    os.waitpid(child, 0)
    there = os.read(reading, 100).decode()
    here = f"{ids.row()}{ids.new()}"
    os.close(reading)
    os.close(writing)
    assert len(there) == 52
    assert there[26:] != here[26:]
    assert there[:NEIGHBOURHOOD_LETTERS] != here[:NEIGHBOURHOOD_LETTERS]
