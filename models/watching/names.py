"""How lists call things: columns, kinds and classes of plates, in Chinese and English, as offices write them. Pure.

Classes after GA 24.7 (号牌种类), whose numbers are left out: they are the register's own and change with it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from types import MappingProxyType

COLUMNS = ("plate", "class", "kind", "date", "from", "until")
NEEDED = ("plate",)
# What makes a loud message wherever the vehicle turns up: somebody is harmed by it now.
GRAVE = frozenset({"stolen", "cloned"})

_COLUMNS = {
    "plate": "plate, number, plate number, 车牌, 车牌号, 车牌号码, 号牌, 号牌号码",
    "class": "class, plate class, 号牌种类, 号牌类型, 车牌种类, 车牌类型",
    "kind": "kind, flag, 类别, 关注类别, 预警类别",
    "date": "date, dated, 日期, 相关日期, 淘汰日期, 检验有效期止, 案发日期",
    "from": "from, begins, 起始日期, 开始日期, 生效日期",
    "until": "until, ends, 截止日期, 结束日期, 失效日期",
}
_KINDS = {
    "yellow_label": "yellow_label, yellow label, 黄标车, 黄标车淘汰",
    "inspection_overdue": "inspection_overdue, inspection overdue, 逾期未检验, 逾期未年检, 检验逾期",
    "stolen": "stolen, 被盗抢, 盗抢, 被盗, 盗抢车",
    "cloned": "cloned, 被套牌, 套牌, 套牌车",
    "repeat_offender": "repeat_offender, repeat offender, 屡次违停, 多次违停, 屡次违法",
}
_CLASSES = {
    "ordinary": "ordinary, blue, 小型汽车, 小型汽车号牌, 蓝牌",
    "ordinary_large": "ordinary_large, yellow, 大型汽车, 大型汽车号牌, 黄牌",
    "nev_small": "nev_small, green, 小型新能源汽车, 小型新能源汽车号牌, 绿牌",
    "nev_large": "nev_large, yellow-green, 大型新能源汽车, 大型新能源汽车号牌, 黄绿牌",
    "trailer": "trailer, 挂车, 挂车号牌",
    "learner": "learner, 教练汽车, 教练车, 教练汽车号牌",
    "police": "police, 警用汽车, 警车, 警用汽车号牌",
    "hk_macau": "hk_macau, 香港入出境车, 澳门入出境车, 港澳入出境车",
    "embassy": "embassy, 使馆汽车, 使馆汽车号牌",
    "consulate": "consulate, 领馆汽车, 领馆汽车号牌",
    "armed_police": "armed_police, 武警, 武警号牌",
    "military": "military, 军车, 军队号牌",
    "emergency": "emergency, 应急救援, 应急救援专用号牌",
    "ebike": "ebike, e-bike, 电动自行车, 非机动车, 电动自行车号牌",
    "none": "none, 临时号牌, 临时行驶车号牌, 无号牌",
}


def plain(text: str) -> str:
    """What two ways to write the same name have in common."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().replace("_", "").replace("-", "").split())


def _known(names: Mapping[str, str]) -> Mapping[str, str]:
    return MappingProxyType({plain(name): key for key, found in names.items() for name in found.split(",")})


_BY_NAME = {"column": _known(_COLUMNS), "kind": _known(_KINDS), "class": _known(_CLASSES)}


def column(text: str) -> str | None:
    """The column of a header's cell, None for one that is none of ours."""
    return _BY_NAME["column"].get(plain(text))


def kind(text: str) -> str | None:
    return _BY_NAME["kind"].get(plain(text))


def plate_class(text: str) -> str | None:
    return _BY_NAME["class"].get(plain(text))


def documented() -> Iterable[tuple[str, str, str]]:
    """What is written in the manual, of which a test makes sure: ``(column, key, names)``."""
    for name, found in (("column", _COLUMNS), ("kind", _KINDS), ("class", _CLASSES)):
        for key, names in found.items():
            yield name, key, names
