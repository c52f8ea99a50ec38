"""The texts of notices: the same ones in both languages, each with what it needs and nothing that it must not say."""

from __future__ import annotations

import json
import re
import string
from dataclasses import replace
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import pytest

from models.actions.notices import Claimed
from models.actions.report_notices import TEMPLATES
from models.texts.sentences import product
from workers.texts import UnknownTemplate, write

NOTICE = Claimed(
    id="n1",
    lease="l1",
    template="move_request",
    channel="simulator",
    attempts=1,
    due_at=datetime(2026, 11, 2, 16, 25, tzinfo=UTC),
    params={"reason": "space", "plate": "川TA***5", "district": "511802"},
    secret="secret-token",
    phone="+8613812341234",
    officer=None,
    platform="车上码",
    city="511800",
    district=("雨城区", "Yucheng"),
    respond_by=datetime(2026, 11, 2, 16, 30, tzinfo=UTC),
    key="key-one",
    step=1,
    contact_id="contact-one",
    officer_id=None,
    incident_id="incident-one",
    held_since=None,
)
LANGUAGES = {
    language: json.loads((files("models") / "catalogue" / language / "notices.json").read_text("utf-8"))
    for language in ("zh", "en")
}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_have_the_same_texts_with_the_same_placeholders() -> None:
    zh, en = LANGUAGES["zh"], LANGUAGES["en"]
    assert zh.keys() == en.keys()
    for name in zh:
        assert placeholders(zh[name]) == placeholders(en[name]), name


def test_every_template_that_is_written_has_a_text() -> None:
    sources = [
        path.read_text("utf-8") for path in (Path(__file__).parents[2] / "models" / "actions").glob("*.py")
    ]
    named = {
        name
        for source in sources
        for name in re.findall(
            r'(?:tell_owner\(change, \w+, |tell_commanders\(change, |template=)"(\w+)"', source
        )
    }
    assert {"move_request", "reminder", "binding_code", "nobody_on_duty"} <= named
    assert {f"notice.{name}" for name in named} <= LANGUAGES["zh"].keys()


def test_the_time_is_that_of_the_clocks_on_the_walls() -> None:
    message = write(NOTICE, "https://wufen.example", product())
    assert "请在 00:30 前回复" in message.zh
    assert "by 00:30" in message.en


def test_a_link_is_the_owners_own_and_stands_beside_the_text() -> None:
    message = write(NOTICE, "https://wufen.example/", product())
    assert message.link == "https://wufen.example/o/secret-token"
    assert "secret-token" not in message.zh + message.en


def test_a_code_stands_in_the_text_and_makes_no_link() -> None:
    notice = replace(
        NOTICE,
        template="binding_code",
        secret="271828",
        params={"minutes": 10},
        district=None,
        respond_by=None,
    )
    message = write(notice, "https://wufen.example", product())
    assert message.zh == "【车上码】验证码 271828，用于绑定挪车码，10 分钟内有效。请勿告诉他人。"
    assert message.link is None


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_text_holds_a_phone_or_a_whole_plate(language: str) -> None:
    message = write(NOTICE, "https://wufen.example", product())
    text = message.zh if language == "zh" else message.en
    assert "13812341234" not in text
    assert "川TA***5" in text


def test_a_template_without_a_text_is_refused() -> None:
    with pytest.raises(UnknownTemplate):
        write(replace(NOTICE, template="unheard_of"), "https://wufen.example", product())


def test_a_city_says_it_in_its_own_words_and_the_code_as_everybody() -> None:
    texts = {
        "notice.move_request": "【{platform}】{plate}{reason}，{by} 前请挪一下：",
        "notice.reason.space": "占了别人的位",
    }
    own = product().worded({"zh": texts})
    message = write(NOTICE, "https://wufen.example", own)
    assert message.zh == "【车上码】川TA***5占了别人的位，00:30 前请挪一下："
    assert message.en.startswith("[车上码] Your car 川TA***5 is in somebody else's space")


@pytest.mark.parametrize("template", sorted(TEMPLATES.values()))
def test_what_a_reporter_is_told_names_no_whole_plate_and_has_no_link(template: str) -> None:
    params = {"kind": "report", "reason": "fire_lane", "plate": "川TA***5", "platform": "车上码"}
    notice = replace(NOTICE, template=template, secret=None, params=params, district=None, respond_by=None)
    message = write(notice, "https://wufen.example", product())
    assert message.link is None
    assert [text.count("川TA***5") for text in (message.zh, message.en)] == [1, 1]
