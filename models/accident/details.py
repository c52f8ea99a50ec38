"""What an agreement has to say of a party (事故处理程序规定 21): read, checked, masked for the other one. Pure."""

from __future__ import annotations

import unicodedata

import msgspec
from msgspec.structs import replace

from models import plates
from models.accident.forms import IMPACTS, VEHICLE_TYPES
from models.errors import InvalidField
from models.plates import PlateError
from models.privacy import PhoneRefused, mask_name, mask_phone, normalise_phone

LONGEST = {"name": 40, "licence": 30, "insurer": 40, "policy": 40, "statement": 200}  # characters
# What an agreement and a determination must name (art. 21, 24); the statement is one's own to give.
REQUIRED = ("name", "licence", "phone", "vehicle_type", "plate", "insurer", "policy", "impact")


class Details(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A party's own data, as far as it has been entered. ``phone`` in E.164; ``plate`` in canonical form.

    ``impact``: where the vehicle was hit. ``statement``: what happened, in the party's own words.
    """

    name: str | None = None
    licence: str | None = None
    phone: str | None = None
    vehicle_type: str | None = None
    plate: str | None = None
    insurer: str | None = None
    policy: str | None = None
    impact: str | None = None
    statement: str | None = None

    @property
    def complete(self) -> bool:
        """Whether nothing is missing. Who rides what needs no insurance says so in its field."""
        return all(getattr(self, one) for one in REQUIRED)


def checked(given: Details) -> Details:
    """In the form in which it is kept; an empty field is one that was not entered. Raises InvalidField, named."""
    kept = {name: _text(name, getattr(given, name)) for name in LONGEST}
    if given.vehicle_type and given.vehicle_type not in VEHICLE_TYPES:
        raise InvalidField(field="vehicle_type", why="unknown")
    if given.impact and given.impact not in IMPACTS:
        raise InvalidField(field="impact", why="unknown")
    phone = plate = None
    if given.phone:
        try:
            phone = normalise_phone(given.phone)
        except PhoneRefused as refused:
            raise InvalidField(field="phone", why=refused.why) from None
    if given.plate:
        try:
            plate = plates.parse(given.plate).number
        except PlateError as refused:
            raise InvalidField(field="plate", why=refused.why) from None
    return replace(
        given,
        phone=phone,
        plate=plate,
        vehicle_type=given.vehicle_type or None,
        impact=given.impact or None,
        **kept,
    )


def _text(name: str, text: str | None) -> str | None:
    plain = " ".join(unicodedata.normalize("NFC", text or "").split())
    if len(plain) > LONGEST[name]:
        raise InvalidField(field=name, why="too_long", limit=LONGEST[name])
    if any(unicodedata.category(one) in {"Cc", "Cf", "Cs", "Co"} for one in plain):
        raise InvalidField(field=name, why="wrong_type")
    return plain or None


def own(details: Details) -> dict[str, str | None]:
    """As its own party reads it."""
    return {name: getattr(details, name) for name in details.__struct_fields__}


def masked(details: Details) -> dict[str, str | None]:
    """As the other party and the officers' pages read it until both have signed: whom one deals with, and no more.

    The statement is for officers (art. 24) and not among it.
    """
    return {
        "name": details.name and mask_name(details.name),
        "licence": details.licence and f"{details.licence[:1]}***{details.licence[-2:]}",
        "phone": details.phone and mask_phone(details.phone),
        "vehicle_type": details.vehicle_type,
        "plate": details.plate and plates.mask(details.plate),
        "insurer": details.insurer,
        "policy": details.policy and f"***{details.policy[-4:]}",
        "impact": details.impact,
        "statement": None,
    }


def for_officers(details: Details) -> dict[str, str | None]:
    """Masked, with what the party says that happened."""
    return {**masked(details), "statement": details.statement}
