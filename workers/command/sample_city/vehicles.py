"""The owners and vehicles of the sample city: one of nearly every class of plate. Data only.

Phones are of the range 154, which no network has been given.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Owned:
    """A vehicle with a sticker, its owner's name and one or two phones (E.164), the first told first."""

    plate: str
    plate_class: str
    owner: str
    phones: tuple[str, ...]


def _owned(plate: str, plate_class: str, owner: str, *last_digits: str) -> Owned:
    return Owned(plate, plate_class, owner, tuple(f"+861540000{digits}" for digits in last_digits))


VEHICLES = (
    _owned("川TA2345", "ordinary", "李青", "0001"),
    _owned("川TD12345", "nev_small", "王雨桐", "0002", "0102"),
    _owned("川TB9K36", "ordinary", "张河", "0003"),
    _owned("川T12345D", "nev_large", "陈大川", "0004"),
    _owned("川TA6801", "ordinary_large", "刘长路", "0005", "0105"),
    _owned("川TF80217", "nev_small", "赵南", "0006"),
    _owned("川T9K360", "ordinary", "黄鹂", "0007", "0107"),
    _owned("川TC118挂", "trailer", "吴广运", "0008"),
    _owned("川TE567学", "learner", "郑学舟", "0009"),
    _owned("川TA012警", "police", "孙平安", "0010"),
    _owned("粤ZF123港", "hk_macau", "何维港", "0011"),
    _owned("粤ZK88H澳", "hk_macau", "马濠", "0012"),
    _owned("京A80562", "ordinary", "白北", "0013"),
    _owned("川A0123领", "consulate", "领馆乙", "0014"),
    _owned("WJ川1234T", "armed_police", "武卫", "0015"),
    _owned("川X2119应急", "emergency", "应急丙", "0016"),
    _owned("川AD06868", "nev_small", "周益", "0017", "0117"),
    _owned("渝B8F529", "ordinary", "冉重山", "0018"),
    _owned("川TS2019", "ordinary_large", "石远", "0019"),
    _owned("川T54321F", "nev_large", "新晓辰", "0020"),
)
FRESH_STICKERS = 4
