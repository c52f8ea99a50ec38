"""The account's menu and what its codes lead to."""

from __future__ import annotations

import pytest

from models.wechat.menu import MenuRefused, buttons
from models.wechat.scenes import of_sticker, page_of

WORDS = {
    "move_car": "扫码挪车",
    "accident": "事故快处",
    "more": "更多服务",
    "report": "违法举报",
    "hazard": "道路隐患",
    "all": "全部服务",
    "help": "使用帮助",
}
BASE = "https://car.example"


def test_the_four_modules_are_in_the_menu_and_a_car_in_the_way_begins_with_a_scan() -> None:
    assert buttons(WORDS.__getitem__, BASE, ["move_car", "accidents", "reports", "hazards"]) == [
        {"type": "scancode_push", "name": "扫码挪车", "key": "move_car"},
        {"type": "view", "name": "事故快处", "url": f"{BASE}/accident"},
        {
            "name": "更多服务",
            "sub_button": [
                {"type": "view", "name": "违法举报", "url": f"{BASE}/report"},
                {"type": "view", "name": "道路隐患", "url": f"{BASE}/hazard"},
                {"type": "view", "name": "全部服务", "url": f"{BASE}/menu"},
                {"type": "view", "name": "使用帮助", "url": f"{BASE}/help"},
            ],
        },
    ]


def test_what_is_off_is_not_in_it() -> None:
    (more,) = buttons(WORDS.__getitem__, BASE, [])
    assert [one["name"] for one in more["sub_button"]] == ["全部服务", "使用帮助"]


def test_a_name_that_the_platform_would_refuse_does_not_leave() -> None:
    with pytest.raises(MenuRefused):
        buttons(lambda key: "六个汉字的名" if key == "move_car" else WORDS[key], BASE, ["move_car"])


@pytest.mark.parametrize(
    ("scene", "path"),
    [
        ("s:AbC_-9", "/s/AbC_-9"),
        (None, "/menu"),
        ("", "/menu"),
        ("s:", "/menu"),
        ("s:a/b", "/menu"),
        ("s:a?b", "/menu"),
        ("s:" + "x" * 44, "/menu"),
        ("something else", "/menu"),
    ],
)
def test_a_scan_leads_to_the_stickers_page_and_everything_else_to_the_menu(
    scene: str | None, path: str
) -> None:
    assert page_of(scene) == path


def test_a_stickers_code_says_which_sticker() -> None:
    assert page_of(of_sticker("x" * 43)) == "/s/" + "x" * 43
