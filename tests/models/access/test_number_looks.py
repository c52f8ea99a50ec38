"""Numbers that a person takes for each other."""

from __future__ import annotations

import pytest

from models.access.number_looks import look_of


@pytest.mark.parametrize(
    ("given", "taken_for"),
    [
        ("O51827", "051827"),
        ("05I827", "051827"),
        ("051-827", "051827"),
        ("f0101", "F0101"),
        ("FO1OL", "F0101"),
        ("05l82Z", "051822"),
    ],
)
def test_what_looks_alike_has_one_look(given: str, taken_for: str) -> None:
    assert look_of(given) == look_of(taken_for)


def test_other_numbers_look_otherwise() -> None:
    assert len({look_of(number) for number in ("051827", "051836", "F0101", "F0102", "E0101")}) == 5
