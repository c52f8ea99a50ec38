"""The bundle as a whole: read and checked from its text, and told from what an installation holds.

Only what a section names ever reaches a bundle: nothing here lists tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml
from sqlalchemy.ext.asyncio import AsyncConnection

from models.city.agencies import AgenciesSection
from models.city.calendar import CalendarSection
from models.city.duty import ZonesSection
from models.city.faults import Faults
from models.city.look import DrawingSection, StickerSection
from models.city.modules import ModulesSection
from models.city.places import CitySection, DistrictsSection
from models.city.reading import Fields, compose
from models.city.ruling import RulesSection
from models.city.sections import Entries, Section
from models.city.wording import TextsSection
from models.errors import NotFound

FORMAT = "wufen-city/1"
# In the order in which they are read and written: a district is of a city that exists.
SECTIONS: tuple[Section, ...] = (
    CitySection(),
    DistrictsSection(),
    StickerSection(),
    DrawingSection(),
    RulesSection(),
    ModulesSection(),
    ZonesSection(),
    AgenciesSection(),
    CalendarSection(),
    TextsSection(),
)
HEAD = "# A city's bundle for Wufen: no personal data, no keys. What each name means: docs/cities.md\n"


@dataclass(frozen=True, slots=True)
class Bundle:
    """What a file wants: the city's code, and the entries of each section that stands in it."""

    city: str
    sections: Mapping[str, Entries]


def read(content: bytes) -> Bundle:
    """The bundle of a file's bytes. Raises BundleFaulty with every fault and its line."""
    faults = Faults()
    root = Fields(compose(content), "", faults)
    faults.raise_any()
    if root.text("format", longest=40) != FORMAT and root.has("format"):
        root.wrong("format", f"this installation reads {FORMAT}")
    faults.raise_any()
    code, found = "", {}
    for section in SECTIONS:
        entries = section.read(root, code)
        if section.name == "city":
            code = next(iter(entries), "")
        if root.has(section.name):
            found[section.name] = entries
    root.end()
    faults.raise_any()
    _check_scopes(code, found, root)
    faults.raise_any()
    return Bundle(code, found)


def _check_scopes(city: str, found: Mapping[str, Entries], root: Fields) -> None:
    """A rule, or a module's state, is the city's or that of one of the districts in the bundle; a zone is of one."""
    places = {city, *found.get("districts", {})}
    for name in ("rules", "modules"):
        for key in found.get(name, {}):
            if key.split(" ")[1] not in places:
                root.wrong(name, f"{key}: the scope is neither the city nor one of its districts here")
    for key in found.get("zones", {}):
        code, district = key.split(" ")
        if district not in found.get("districts", {}):
            root.wrong("zones", f"zone {code}: there is no district {district} in this bundle")


async def told(connection: AsyncConnection, city: str) -> str:
    """The bundle of a city as YAML, the same for the same content. Raises NotFound for an unknown city."""
    document: dict[str, Any] = {"format": FORMAT}
    for section in SECTIONS:
        if entries := await section.held(connection, city):
            document[section.name] = section.shown(entries)
    if "city" not in document:
        raise NotFound(field="city")
    text: str = yaml.safe_dump(
        document, allow_unicode=True, sort_keys=False, width=110, default_flow_style=None
    )
    return HEAD + text
