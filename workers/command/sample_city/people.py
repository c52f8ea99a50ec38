"""The officers of the sample city. Data only; nobody of these names is meant."""

from __future__ import annotations

from dataclasses import dataclass

from models.caller import Role
from workers.command.sample_city.places import HOME_DISTRICT, OTHER_DISTRICT


@dataclass(frozen=True, slots=True)
class Person:
    """One account. ``district`` is where the person belongs; ``everywhere``: the account holds the whole city."""

    username: str
    role: Role
    service_number: str
    name: str
    unit: str
    district: str
    everywhere: bool = False


def _of(
    username: str, role: Role, service_number: str, name: str, unit: str, district: str = HOME_DISTRICT
) -> Person:
    return Person(username, role, service_number, name, unit, district)


PEOPLE = (
    _of("police1", "police", "051827", "杨雨青", "雨城一中队"),
    _of("police2", "police", "051836", "高山岚", "雨城二中队"),
    _of("aux1", "auxiliary", "F51802", "周小满", "雨城一中队"),
    Person("commander", "commander", "051800", "程远江", "雅安支队", HOME_DISTRICT, everywhere=True),
    Person("admin", "administrator", "051801", "苏文静", "雅安支队", HOME_DISTRICT, everywhere=True),
    _of("police3", "police", "051911", "蒙顶云", "名山一中队", OTHER_DISTRICT),
    _of("aux2", "auxiliary", "F51903", "茶小叶", "名山一中队", OTHER_DISTRICT),
    # Nobody approves his own rules.
    Person("admin2", "administrator", "051802", "林牧之", "雅安支队", HOME_DISTRICT, everywhere=True),
    # Who watches those who run it; nobody of them can make one.
    Person("auditor", "auditor", "051803", "安如镜", "雅安支队", HOME_DISTRICT, everywhere=True),
)
