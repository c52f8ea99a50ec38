"""Ya'an and its districts. Data only."""

from __future__ import annotations

from dataclasses import dataclass

CITY = {"code": "511800", "name": "雅安市", "name_en": "Ya'an", "platform": "车上码"}
HOME_DISTRICT = "511802"
OTHER_DISTRICT = "511803"


@dataclass(frozen=True, slots=True)
class District:
    """``code`` as GB/T 2260 has it; an extension unit has a code with letters, which no standard code has."""

    code: str
    name: str
    name_en: str
    parent: str | None = None


DISTRICTS = (
    District("511802", "雨城区", "Yucheng"),
    District("511803", "名山区", "Mingshan"),
    District("511822", "荥经县", "Yingjing"),
    District("511823", "汉源县", "Hanyuan"),
    District("511824", "石棉县", "Shimian"),
    District("511825", "天全县", "Tianquan"),
    District("511826", "芦山县", "Lushan"),
    District("511827", "宝兴县", "Baoxing"),
    # The development zone has no county code; it lies in Mingshan.
    District("5118JK", "雅安经开区", "Ya'an Economic Development Zone", parent="511803"),
)
EVERYWHERE = tuple(district.code for district in DISTRICTS)
