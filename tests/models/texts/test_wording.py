"""Which sentences a city may word, and which words it may not use."""

from __future__ import annotations

import pytest

from models.texts.sentences import CALL, LANGUAGES, Language, product
from models.texts.wording import fault, keys, limit, may_word, sound


@pytest.mark.parametrize(
    "key",
    [
        "driver.send", "owner.waiting.head", "help.police.text", "notice.move_request", "staff.state.waiting",
        "officer.do.accept", "errors.sticker_paused", "errors.plate_tail_wrong", "privacy.rights.lines", CALL,
    ],
)  # fmt: skip
def test_what_people_read_of_the_matter_is_a_citys_to_word(key: str) -> None:
    assert product().has("zh", key)
    assert may_word(key)


@pytest.mark.parametrize(
    "key",
    [
        "notice.binding_code", "driver.bind.consent", "driver.bind.code.question", "driver.bind.phone.hint",
        "driver.place.why", "officer.position.why", "officer.door.auxiliary.lede", "staff.sign_in.go",
        "errors.bad_credentials", "errors.locked_out", "errors.forbidden", "privacy.seen.lines",
        "errors.invalid_field.code.wrong", "rules.fault.overlap", "admin.title", "common.name",
    ],
)  # fmt: skip
def test_what_somebody_agrees_to_is_promised_or_proves_himself_by_is_not(key: str) -> None:
    assert product().has("zh", key)
    assert not may_word(key)


def test_the_product_may_say_everything_that_it_says() -> None:
    wrong = [
        (language, key, found)
        for language in LANGUAGES
        for key in keys(product())
        if (found := fault(product(), language, key, product().raw(language, key)))
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("language", "key", "text", "told"),
    [
        ("zh", "driver.send", " ", "a text is expected here"),
        ("zh", "driver.send", "请" * 31, "it has at most 30 characters"),
        ("zh", "driver.place.accuracy", "误差 {meters} 米", "nothing is filled in for {meters}"),
        ("zh", "driver.place.accuracy", "有误差", "{metres} must stay in it"),
        ("zh", "driver.send", "<b>挪车</b>", "< is not understood: a text has no markup and no other braces"),
        ("zh", "driver.send", "挪车&nbsp;", "&nbsp; is not understood"),
        ("zh", "driver.send", "挪车{", "{ is not understood"),
        ("en", "notice.handed_over", "[{platform}] {plate}: see pay.example.com", "no address of a page"),
        ("en", "notice.handed_over", "[{platform}] {plate}: HTTP://1.2.3.4", "no address of a page"),
        ("zh", "driver.send", "挪\u202e车", "a character that nobody sees (U+202E)"),
        ("zh", "driver.send", "挪\n车", "a character that nobody sees (U+000A)"),
        ("zh", CALL, "{call}", "'{call}' is not a number to call"),
        ("zh", CALL, "12", "'12' is not a number to call"),
    ],
)
def test_what_may_not_be_said_is_told_with_what_is_wrong(
    language: Language, key: str, text: str, told: str
) -> None:
    found = fault(product(), language, key, text)
    assert found is not None
    assert told in str(found)


def test_the_number_to_call_may_stand_anywhere_and_need_not() -> None:
    assert fault(product(), "zh", "driver.send.hint", "{duration}没挪走，请打 {call}") is None
    assert fault(product(), "zh", "errors.sticker_replaced", "车主已换了新贴纸。") is None
    assert fault(product(), "zh", CALL, "12122") is None
    assert fault(product(), "zh", CALL, "+868352222222") is None


def test_lines_stay_where_the_product_has_lines() -> None:
    assert fault(product(), "zh", "privacy.rights.lines", "请到德昌县交警大队办理。\n电话也可以。") is None


def test_a_long_sentence_may_become_twice_as_long_and_a_button_thirty_characters() -> None:
    assert limit(product(), "zh", "driver.send") == 30
    assert limit(product(), "en", "help.urgent.text") == 2 * len(product().raw("en", "help.urgent.text"))


def test_a_text_whose_sentence_is_gone_is_no_longer_shown() -> None:
    assert sound(product(), "zh", "driver.send", "请车主挪车")
    assert not sound(product(), "zh", "driver.no_longer_there", "请车主挪车")
    assert not sound(product(), "fr", "driver.send", "Déplacez")
    assert not sound(product(), "zh", "admin.title", "管理")
