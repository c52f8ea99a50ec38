"""From signs that a reader saw to plates that can be."""

from __future__ import annotations

import pytest

from models.parking.signs import MOST, Candidate, candidates


def line(text: str, belief: float = 0.98, **others: dict[str, float]) -> list[dict[str, float]]:
    """What a reader sees of a clear line; ``others``: what else may stand at a place, by ``at0``, ``at1``, …"""
    return [{sign: belief, **others.get(f"at{at}", {})} for at, sign in enumerate(text)]


def read(*texts: str) -> list[str]:
    return [one.plate for one in candidates(line(text) for text in texts)]


@pytest.mark.parametrize(
    ("seen", "plate"),
    [
        ("川T·A8P26", "川TA8P26"),
        ("川TD12345", "川TD12345"),
        ("川T-12345F", "川T12345F"),
        ("川AK4T7挂", "川AK4T7挂"),
        ("京A1234警", "京A1234警"),
        ("粤Z·1A2B港", "粤Z1A2B港"),
        ("123456使", "123456使"),
        ("WJ川12345", "WJ川12345"),
        ("川SAB12应急", "川SAB12应急"),
    ],
)
def test_a_clear_plate_of_any_class_is_read(seen: str, plate: str) -> None:
    assert read(seen)[0] == plate


@pytest.mark.parametrize(
    ("seen", "plate"),
    [
        ("川TOIP26", "川T01P26"),  # I and O are on no plate
        ("景A12345", "京A12345"),
        ("普B12345", "晋B12345"),
        ("泸C12345", "沪C12345"),
        ("川TD1Z345", "川TD12345"),  # a Z where a green plate has figures
        ("川TDB234B", "川TDB2348"),
    ],
)
def test_what_no_plate_has_is_what_looks_like_it(seen: str, plate: str) -> None:
    assert plate in read(seen)


def test_what_cannot_be_a_plate_is_none() -> None:
    assert read("川菜馆", "13900001234", "XIAOMIAN", "TA8P26", "") == []


def test_an_edge_that_was_read_as_a_sign_costs_belief() -> None:
    (clear,) = candidates([line("川TA8P26")])[:1]
    (edged,) = candidates([line("1川TA8P26")])[:1]
    assert clear.plate == edged.plate
    assert edged.confidence < clear.confidence * 0.5


def test_belief_in_the_whole_is_belief_in_each_sign() -> None:
    sure, unsure = line("川TA8P26", 1.0), line("川TA8P26", 1.0)
    unsure[5] = {"2": 0.6, "Z": 0.4}
    assert candidates([sure])[0].confidence > 0.85
    told = candidates([unsure])
    assert [one.plate for one in told][:2] == ["川TA8P26", "川TA8PZ6"]
    assert told[0].confidence < 0.65


def test_few_are_told_the_likeliest_first_and_no_noise() -> None:
    told = candidates(line(f"川TA8P{n:02}", 0.5 + n / 50) for n in range(20))
    assert len(told) == MOST
    assert [one.plate for one in told] == ["川TA8P19", "川TA8P18", "川TA8P17"]
    assert candidates([line("川TA8P26", 0.2)]) == []


def test_a_plate_is_believed_before_lettering_that_has_its_form() -> None:
    assert read("AB12345", "川TA8P26")[0] == "川TA8P26"


def test_what_was_read_is_not_in_a_log() -> None:
    assert "川TA8P26" not in repr(Candidate("川TA8P26", 0.9))
