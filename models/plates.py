"""Number plates of mainland China: one canonical form, tolerant input, clear refusals, what may be shown.

The forms are those of GA 36-2018. Colour is not part of a number: the same number exists as a blue plate and
as a yellow one, so a vehicle is known by the pair of number and class. Leaves to others: whose vehicle it is.
"""

import hmac
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
LONGEST = 12  # characters of a canonical number, temporary plates included
TAIL = 3  # characters at the end that prove that somebody stands before the car
BULLET = "•"

_P = f"[{PROVINCES}]"
_L = "[A-HJ-NP-Z]"  # the letters I and O are never used
_X = "[A-HJ-NP-Z0-9]"
_N = "[A-HJK]"  # new energy: D A B C E battery, F G H J K other

# The first class of a form is meant when none is named. WJ fits the military form, so it stands before that.
_FORMS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("ordinary", "ordinary_large"), f"{_P}{_L}{_X}{{5}}"),
    (("nev_small",), f"{_P}{_L}{_N}{_X}[0-9]{{4}}"),
    (("nev_large",), f"{_P}{_L}[0-9]{{5}}{_N}"),
    (("trailer",), f"{_P}{_L}{_X}{{4}}挂"),
    (("learner",), f"{_P}{_L}{_X}{{4}}学"),
    (("police",), f"{_P}{_L}{_X}{{4}}警"),
    (("hk_macau",), f"粤Z{_X}{{4}}[港澳]"),
    (("embassy",), "[0-9]{6}使|使[0-9]{6}"),
    (("consulate",), f"{_P}[0-9]{{5}}领|{_P}{_L}[0-9]{{4}}领"),
    (("armed_police",), f"WJ{_P}?[0-9]{{4}}[0-9A-HJ-NP-Z]"),
    (("military",), f"{_L}{{2}}[0-9]{{5}}"),
    (("emergency",), f"{_P}[SX]{_X}{{4}}应急"),
)
_PATTERNS = tuple((classes, re.compile(pattern)) for classes, pattern in _FORMS)
E_BIKE = "ebike"  # an electric bicycle's: each city has its own form (`models.local_plates`)
NO_CLASS = "none"  # a temporary plate or no plate at all: free text
CLASSES: tuple[str, ...] = (*(name for classes, _ in _FORMS for name in classes), E_BIKE, NO_CLASS)
_UNFORMED = frozenset({E_BIKE, NO_CLASS})

_SEPARATORS = re.compile(r"[\s.\-_·•‧∙⋅・。｡—–]+")
# What keyboards of Hong Kong and Macau type.
_SIMPLIFIED: Mapping[int, int] = MappingProxyType(
    str.maketrans("滬雲遼魯蘇贛鄂陝閩貴粵寧瓊掛學領應", "沪云辽鲁苏赣鄂陕闽贵粤宁琼挂学领应")
)
_FREE_TEXT = re.compile(r"[A-Z0-9一-鿿]+")


class PlateError(ValueError):
    """A text that is no plate. `why` is stable: empty, too_short, too_long, bad_character, letter_i_or_o,
    province, city_letter, not_new_energy, unknown_class, class_mismatch, unknown_form."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Plate:
    """`number` in canonical form (川TA2345: upper case, nothing between) and one of `CLASSES`."""

    number: str
    plate_class: str


def canonical(text: str) -> str:
    """Upper case, half width, without dots, spaces and hyphens; says nothing about whether it is a plate."""
    plain = unicodedata.normalize("NFKC", text).upper().translate(_SIMPLIFIED)
    return _SEPARATORS.sub("", plain)


def parse(text: str, plate_class: str | None = None) -> Plate:
    """The plate that somebody typed; `plate_class` where he said which. Raises PlateError."""
    number = canonical(text)
    if plate_class is not None and plate_class not in CLASSES:
        raise PlateError("unknown_class")
    if not number:
        raise PlateError("empty")
    if plate_class is not None and plate_class in _UNFORMED:
        return _free(number, plate_class)
    for classes, pattern in _PATTERNS:
        if pattern.fullmatch(number):
            if plate_class is not None and plate_class not in classes:
                raise PlateError("class_mismatch")
            return Plate(number, plate_class or classes[0])
    raise PlateError(_why_not(number))


def classes_of(number: str) -> tuple[str, ...]:
    """Every class that a canonical number can have: whoever reads it off a car in the dark may not know which."""
    formed = tuple(name for classes, pattern in _PATTERNS if pattern.fullmatch(number) for name in classes)
    return (*formed, *sorted(_UNFORMED))


def _free(number: str, plate_class: str) -> Plate:
    if len(number) > LONGEST:
        raise PlateError("too_long")
    if not _FREE_TEXT.fullmatch(number):
        raise PlateError("bad_character")
    return Plate(number, plate_class)


def _why_not(number: str) -> str:
    if not re.fullmatch(rf"(?:[A-Z0-9挂学警港澳使领应急]|{_P})+", number):
        return "province" if re.fullmatch(r"[一-鿿][A-Z0-9]+", number) else "bad_character"
    if len(number) < 7:
        return "too_short"
    if len(number) > 8:
        return "too_long"
    if "I" in number or "O" in number:
        return "letter_i_or_o"
    if number[0] not in PROVINCES:
        return "province" if len(number) == 7 and number[0] not in "使" else "unknown_form"
    if not re.match(_L, number[1]):
        return "city_letter"
    return "not_new_energy" if re.fullmatch("[A-Z0-9]+", number[1:]) else "unknown_form"


def mask(number: str) -> str:
    """What feeds and walls show: the first three characters and the last, 川TA***5."""
    if len(number) <= 4:
        return number[:1] + "*" * (len(number) - 1)
    return number[:3] + "*" * (len(number) - 4) + number[-1]


def hint(number: str) -> str:
    """What a stranger's phone shows before the proof: province and city letter, 川T·•••••."""
    shown = re.match(rf"{_P}{_L}?|WJ|{_L}{{2}}", number)
    prefix = shown.group() if shown else ""
    hidden = BULLET * (len(number) - len(prefix))
    return f"{prefix}·{hidden}" if prefix else hidden


def tail(number: str) -> str:
    """The last three characters of a canonical number."""
    return number[-TAIL:]


def tail_matches(number: str, typed: str) -> bool:
    """Whether `typed` is the tail, however it was typed; takes the same time wherever they differ."""
    return hmac.compare_digest(tail(number).encode(), canonical(typed).encode())
