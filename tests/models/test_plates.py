"""Plates: every class of GA 36-2018, tolerant input, and refusals that say why."""

import pytest

from models.plates import CLASSES, Plate, PlateError, classes_of, hint, mask, parse, tail, tail_matches


@pytest.mark.parametrize(
    ("number", "plate_class"),
    [
        ("川TA2345", "ordinary"),
        ("京A12345", "ordinary"),
        ("川T8888H", "ordinary"),
        ("琼BZZ999", "ordinary"),
        ("川TD12345", "nev_small"),
        ("川TF12345", "nev_small"),
        ("川TKA1234", "nev_small"),
        ("川TAZ1234", "nev_small"),
        ("川T12345D", "nev_large"),
        ("川T12345K", "nev_large"),
        ("川TA123挂", "trailer"),
        ("川TA123学", "learner"),
        ("川TA123警", "police"),
        ("粤ZA123港", "hk_macau"),
        ("粤Z1234澳", "hk_macau"),
        ("123456使", "embassy"),
        ("使123456", "embassy"),
        ("川12345领", "consulate"),
        ("川A1234领", "consulate"),
        ("WJ12345", "armed_police"),
        ("WJ1234X", "armed_police"),
        ("WJ川12345", "armed_police"),
        ("WJ川1234B", "armed_police"),
        ("VA12345", "military"),
        ("川SA123应急", "emergency"),
        ("川X1234应急", "emergency"),
    ],
)
def test_each_class_is_recognised(number: str, plate_class: str) -> None:
    assert parse(number) == Plate(number, plate_class)


@pytest.mark.parametrize(
    "typed",
    [
        "川TA2345",
        "川ta2345",
        "川T·A2345",
        "川T.A2345",
        " 川T A2345 ",
        "川T-A2345",
        "川Ｔ·Ａ２３４５",
        "川T•A2345",
        "川T　A2345",
        "川T．A2345",
    ],
)
def test_whatever_way_it_is_typed_the_form_is_one(typed: str) -> None:
    assert parse(typed) == Plate("川TA2345", "ordinary")


def test_traditional_characters_are_understood() -> None:
    assert parse("粵Z A123港") == Plate("粤ZA123港", "hk_macau")
    assert parse("滬A12345") == Plate("沪A12345", "ordinary")
    assert parse("川TA123學") == Plate("川TA123学", "learner")


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "empty"),
        (" · ", "empty"),
        ("川TA234", "too_short"),
        ("川T", "too_short"),
        ("川TD123456", "too_long"),
        ("川TA23O5", "letter_i_or_o"),
        ("川TI2345", "letter_i_or_o"),
        ("川OA2345", "letter_i_or_o"),
        ("川TL12345", "not_new_energy"),
        ("川T12345L", "not_new_energy"),
        ("川TDA234B", "not_new_energy"),
        ("川1A2345", "city_letter"),
        ("蜀TA2345", "province"),
        ("1TA2345", "province"),
        ("川TA23?5", "bad_character"),
        ("川TA2345<", "bad_character"),
        ("😀TA2345", "bad_character"),
        ("川TA12挂3", "unknown_form"),
        ("川SA1234应急", "too_long"),
        ("川TA123应急", "unknown_form"),
        ("川学TA123", "city_letter"),
        ("12345使6", "province"),
    ],
)
def test_a_refusal_says_why(typed: str, why: str) -> None:
    with pytest.raises(PlateError) as caught:
        parse(typed)
    assert caught.value.why == why


def test_the_same_number_is_another_vehicle_in_another_class() -> None:
    assert parse("川TA2345", "ordinary_large") == Plate("川TA2345", "ordinary_large")
    assert parse("川TA2345") != parse("川TA2345", "ordinary_large")


@pytest.mark.parametrize(
    ("typed", "plate_class", "why"),
    [
        ("川TA2345", "nev_small", "class_mismatch"),
        ("川TD12345", "ordinary", "class_mismatch"),
        ("川TA2345", "purple", "unknown_class"),
        ("临时号牌一二三四五六七八九", "none", "too_long"),
        ("无;牌", "none", "bad_character"),
    ],
)
def test_a_class_that_does_not_fit_is_refused(typed: str, plate_class: str, why: str) -> None:
    with pytest.raises(PlateError) as caught:
        parse(typed, plate_class)
    assert caught.value.why == why


def test_a_temporary_plate_is_free_text_when_it_is_said_to_be_one() -> None:
    assert parse("川t 临0012", "none") == Plate("川T临0012", "none")


@pytest.mark.parametrize(
    ("number", "classes"),
    [
        ("川TA2345", ("ordinary", "ordinary_large", "ebike", "none")),
        ("川TD12345", ("nev_small", "ebike", "none")),
        ("WJ12345", ("armed_police", "military", "ebike", "none")),
        ("随便", ("ebike", "none")),
    ],
)
def test_a_number_that_was_read_in_the_dark_may_be_of_several_classes(
    number: str, classes: tuple[str, ...]
) -> None:
    assert classes_of(number) == classes


def test_every_class_can_be_named_and_fits_its_column() -> None:
    assert len(CLASSES) == 15
    assert all(len(name) <= 16 for name in CLASSES)


@pytest.mark.parametrize(
    ("number", "masked", "hinted"),
    [
        ("川TA2345", "川TA***5", "川T·•••••"),
        ("川TD12345", "川TD****5", "川T·••••••"),
        ("粤ZA123港", "粤ZA***港", "粤Z·•••••"),
        ("123456使", "123***使", "•••••••"),
        ("川12345领", "川12***领", "川·••••••"),
        ("WJ川12345", "WJ川****5", "WJ·••••••"),
        ("VA12345", "VA1***5", "VA·•••••"),
        ("川SA123应急", "川SA****急", "川S·••••••"),
        ("无牌", "无*", "••"),
    ],
)
def test_the_street_sees_little_of_a_plate(number: str, masked: str, hinted: str) -> None:
    assert mask(number) == masked
    assert hint(number) == hinted


@pytest.mark.parametrize("typed", ["345", " 3 4 5 ", "３４５"])
def test_the_tail_proves_standing_there_however_it_is_typed(typed: str) -> None:
    assert tail("川TA2345") == "345"
    assert tail_matches("川TA2345", typed)


@pytest.mark.parametrize("typed", ["", "45", "2345", "346", "川TA2345", "34é"])
def test_a_wrong_tail_proves_nothing(typed: str) -> None:
    assert not tail_matches("川TA2345", typed)


def test_a_tail_in_lower_case_or_chinese_matches() -> None:
    assert tail_matches("川T2345D", "45d")
    assert tail_matches("粤ZA123港", "23港")
