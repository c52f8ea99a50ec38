"""A template's fields within the platform's limits, each type by hand."""

from __future__ import annotations

import pytest

from models.wechat.fields import FieldRefused, fitted


def one(name: str, value: str) -> str:
    return fitted({name: value})[name]["value"]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("thing1", "请您挪车", "请您挪车"),
        ("thing1", "一二三四五六七八九十一二三四五六七八九十", "一二三四五六七八九十一二三四五六七八九十"),
        ("thing1", "一二三四五六七八九十一二三四五六七八九十多", "一二三四五六七八九十一二三四五六七八九…"),
        ("thing12", " 文化路\n12 号 ", "文化路 12 号"),
        ("phrase3", "待处理", "待处理"),
        ("name2", "张三", "张三"),
        ("name2", "Zhang San", "Zhang San"),
        ("character_string4", "A-2026 11/02", "A-2026 11/02"),
        ("car_number1", "川TA1235", "川TA1235"),
        ("car_number1", "川TD12345", "川TD12345"),
        ("car_number1", "川TA123学", "川TA123学"),
        ("phone_number1", "+86 170-0000-0001", "+86 170-0000-0001"),
        ("time5", "18:37", "18:37"),
        ("time5", "2026年11月2日 18:37:12", "2026年11月2日 18:37:12"),
        ("date5", "2026-11-02 18:37", "2026-11-02 18:37"),
        ("amount1", "¥200.00", "¥200.00"),
        ("number1", "12", "12"),
        ("letter1", "AB", "AB"),
    ],
)
def test_what_fits_goes_as_it_is_or_shortened_where_it_may_be(name: str, value: str, expected: str) -> None:
    assert one(name, value) == expected


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("thing1", "  ", "empty"),
        ("phrase3", "等待民警处理", "too_long"),
        ("phrase3", "ok", "wrong_form"),
        ("name2", "一二三四五六七八九十多", "wrong_form"),
        ("character_string4", "x" * 33, "too_long"),
        ("character_string4", "编号一", "wrong_form"),
        ("car_number1", "川TA12应急", "wrong_form"),
        ("car_number1", "川TD123456", "too_long"),
        ("phone_number1", "1" * 18, "too_long"),
        ("time5", "下午六点", "wrong_form"),
        ("time5", "25:00", "wrong_form"),
        ("amount1", "¥12345678901", "wrong_form"),
        ("first", "您好", "unknown_type"),
        ("remark", "谢谢", "unknown_type"),
    ],
)
def test_what_the_platform_would_refuse_does_not_leave(name: str, value: str, why: str) -> None:
    with pytest.raises(FieldRefused) as refused:
        fitted({name: value})
    assert (refused.value.field, refused.value.why) == (name, why)
    assert value.strip() not in str(refused.value) or not value.strip()
