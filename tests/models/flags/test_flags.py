"""Who gets what: by district, city and role, and by a share that is sticky and only ever grows."""

from __future__ import annotations

import math
from typing import Any

from models.flags.content import STAFF, parse
from models.flags.definitions import DEFINITIONS
from models.flags.flags import Flags, FlagSet
from tests.support.city import AUX, CHEN, MINGSHAN, YUCHENG, ZHANG

DECHANG = "513424"
CITIES = {YUCHENG: "511800", MINGSHAN: "511800", DECHANG: "513400"}
KEYS = [f"01K{number:023d}" for number in range(10_000)]


def flags_with(key: str = "module.move_car", **content: Any) -> Flags:
    flags = Flags()
    given = {"everywhere": {"state": "off"}} | content
    flags.put(FlagSet({**flags.set.contents, key: parse(DEFINITIONS[key], given)}, CITIES))
    return flags


def pilot(percent: int) -> dict[str, Any]:
    return {"districts": {YUCHENG: {"state": "pilot", "percent": percent}}}


def members(flags: Flags, key: str = "module.move_car") -> set[str]:
    return {unit for unit in KEYS if flags.is_on(key, YUCHENG, unit=unit)}


def test_twenty_per_cent_is_twenty_per_cent_and_keeps_its_members_at_fifty() -> None:
    twenty, fifty = members(flags_with(**pilot(20))), members(flags_with(**pilot(50)))
    # Four standard errors of a share of 10,000: by chance once in 16,000 sets of keys, and these are always the same.
    for share, found in ((0.2, twenty), (0.5, fifty)):
        assert abs(len(found) / 10_000 - share) < 4 * math.sqrt(share * (1 - share) / 10_000)
    assert twenty < fifty
    assert members(flags_with(**pilot(100))) == set(KEYS)


def test_every_step_of_widening_keeps_whoever_is_in() -> None:
    before: set[str] = set()
    for percent in (1, 2, 5, 10, 11, 33, 99, 100):
        after = {
            unit
            for unit in KEYS[:1000]
            if flags_with_cached(percent).is_on("module.move_car", YUCHENG, unit=unit)
        }
        assert before <= after
        before = after


_KNOWN: dict[int, Flags] = {}


def flags_with_cached(percent: int) -> Flags:
    return _KNOWN.setdefault(percent, flags_with(**pilot(percent)))


def test_a_member_stays_one_in_every_process() -> None:
    assert members(flags_with(**pilot(20))) == members(flags_with(**pilot(20)))


def test_who_is_early_in_one_pilot_is_not_early_in_all() -> None:
    one = members(flags_with(**pilot(20)))
    other = members(flags_with("feature.request_photos", **pilot(20)), "feature.request_photos")
    assert abs(len(one & other) / 10_000 - 0.04) < 4 * math.sqrt(0.04 * 0.96 / 10_000)


def test_a_share_of_owners_takes_all_cars_of_an_owner_in_or_none() -> None:
    flags = flags_with(by="owner", **pilot(50))
    for owner in KEYS[:100]:
        cars = [flags.variants(YUCHENG, units={"vehicle": car, "owner": owner}) for car in KEYS[:20]]
        assert len({one["module.move_car"] for one in cars}) == 1
    by_owner = {flags.variants(YUCHENG, units={"owner": one})["module.move_car"] for one in KEYS[:100]}
    assert by_owner == {"on", "off"}


def test_whoever_is_not_known_is_in_no_pilot() -> None:
    flags = flags_with(**pilot(100))
    assert not flags.is_on("module.move_car", YUCHENG)
    assert not flags.is_on("module.move_car", YUCHENG, unit="")
    assert flags.is_on("module.move_car", YUCHENG, role="police")


def test_a_district_goes_before_its_city_and_that_before_the_rest() -> None:
    flags = flags_with(cities={"511800": {"state": "live"}}, districts={MINGSHAN: {"state": "off"}})
    assert flags.is_on("module.move_car", YUCHENG, unit="x")
    assert not flags.is_on("module.move_car", MINGSHAN, unit="x", role="police")
    assert not flags.is_on("module.move_car", DECHANG, unit="x")
    assert not flags.is_on("module.move_car", "unheard-of", unit="x")


def test_integrating_is_for_staff_only() -> None:
    flags = flags_with(districts={YUCHENG: {"state": "integrating"}})
    assert not flags.is_on("module.move_car", YUCHENG, unit="x")
    assert all(flags.is_on("module.move_car", YUCHENG, role=role) for role in STAFF)


def test_a_pilot_of_officers_takes_no_officer_in_for_being_staff() -> None:
    flags = flags_with("module.duty", **pilot(20))
    on = [unit for unit in KEYS if flags.is_on("module.duty", YUCHENG, role="police", unit=unit)]
    assert abs(len(on) / 10_000 - 0.2) < 4 * math.sqrt(0.2 * 0.8 / 10_000)


def test_a_role_that_is_not_named_does_not_get_it() -> None:
    flags = flags_with(everywhere={"state": "live"}, roles=["police"])
    assert flags.is_on("module.move_car", YUCHENG, role="police")
    assert not flags.is_on("module.move_car", YUCHENG, role="auxiliary")
    assert not flags.is_on("module.move_car", YUCHENG)


def test_the_kill_switch_is_off_for_everybody() -> None:
    flags = flags_with(
        everywhere={"state": "live"}, districts={YUCHENG: {"state": "pilot", "percent": 100}}, killed=True
    )
    for role in ("public", *STAFF):
        assert not flags.is_on("module.move_car", YUCHENG, role=role, unit="x")
        assert not flags.is_on("module.move_car", MINGSHAN, role=role, unit="x")
    assert flags.variants(YUCHENG, units={"vehicle": "x"}) == {}


def test_what_is_shipped_needs_no_database() -> None:
    flags = Flags()
    assert flags.modules(YUCHENG, ZHANG) == ["move_car", "duty"]
    assert flags.modules(YUCHENG, AUX) == ["move_car", "duty"]
    assert flags.modules(MINGSHAN, CHEN) == ["move_car", "duty"]
    assert not flags.is_on("module.hazards", YUCHENG, role="administrator")
    assert not flags.is_on("module.unheard_of", YUCHENG, role="administrator")


def test_variants_tell_groups_apart_while_something_is_on_trial() -> None:
    flags = flags_with(everywhere={"state": "live"}, districts={YUCHENG: {"state": "pilot", "percent": 50}})
    here = {flags.variants(YUCHENG, units={"vehicle": unit})["module.move_car"] for unit in KEYS[:100]}
    assert here == {"on", "off"}
    assert flags.variants(MINGSHAN, units={"vehicle": "x"}) == {"module.move_car": "live"}
    other = flags_with("feature.request_photos", **pilot(100))
    assert other.variants(YUCHENG, units={"vehicle": "x"}) == {"feature.request_photos": "on"}
    assert other.variants(MINGSHAN, units={"vehicle": "x"}) == {"feature.request_photos": "outside"}
    assert Flags().variants(YUCHENG, units={"vehicle": "x"}) == {}
