"""Texts of authors: in one language or both, and read by everybody."""

from __future__ import annotations

import pytest

from models.rules.words import plainly, said, words


def test_a_text_that_does_not_say_its_language_is_chinese_if_there_is_any_chinese_in_it() -> None:
    assert words("消防通道 2 min") == {"zh": "消防通道 2 min"}
    assert words("2 min") == {"en": "2 min"}
    assert words("  ") == words(None) == {}


def test_each_reads_his_own_language_and_the_other_where_nobody_wrote_it() -> None:
    both = words({"en": "Two minutes", "zh": "两分钟"})
    assert (said(both, "zh"), said(both, "en")) == ("两分钟", "Two minutes")
    assert said(words("两分钟"), "en") == "两分钟"
    assert said({}, "en") == ""


def test_an_empty_text_is_none_and_a_third_language_is_refused() -> None:
    assert words({"zh": "", "en": "x"}) == {"en": "x"}
    with pytest.raises(ValueError, match="fr"):
        words({"fr": "deux minutes"})


def test_a_file_says_the_language_only_where_it_does_not_go_without_saying() -> None:
    assert plainly({"zh": "两分钟"}) == "两分钟"
    assert plainly({"zh": "2"}) == {"zh": "2"}
    assert plainly({"zh": "两分钟", "en": "Two minutes"}) == {"zh": "两分钟", "en": "Two minutes"}
