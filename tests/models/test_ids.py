"""Identifiers are letters and digits, never twice the same; those of rows lie together and tell no time."""

from __future__ import annotations

import re

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
