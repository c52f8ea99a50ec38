"""Rules: the files can be read, say what the design says, and are explained."""

import json
from importlib.resources import files

from models.rules import Rules


def test_the_response_time_is_five_minutes_unless_the_operator_says_otherwise() -> None:
    rules = Rules.load()
    reasons = ("blocking", "space", "fire_lane", "other")
    assert [rules.response_seconds("move_car", reason) for reason in reasons] == [300, 300, 300, 300]
    assert Rules.load(respond_seconds=8).response_seconds("move_car", "fire_lane") == 8


def test_the_ladder_climbs_in_fifths_of_the_response_time() -> None:
    ladder = Rules.load().ladder
    assert [step.share for step in ladder] == [0.2, 0.4, 0.6, 0.8]
    assert [step.share for step in ladder if "second_contact" in step.actions] == [0.2]
    assert [step.share for step in ladder if "offer" in step.actions] == [0.4]
    assert [step.share for step in ladder if "widen" in step.actions] == [0.6]
    assert [step.share for step in ladder if "amber" in step.actions] == [0.8]
    assert [step.unless_answered for step in ladder] == [True, True, True, False]


def test_offers_and_refused_locations_follow_their_rules() -> None:
    rules = Rules.load()
    assert (rules.offers_at_once, rules.acknowledge_seconds) == (3, 60)
    assert rules.rings_m == (300, 500, 1000)
    assert rules.location_refused_delay_seconds == 30


def test_each_subject_has_a_limit_and_five_wrong_tails_lock_for_ten_minutes() -> None:
    rules = Rules.load()
    assert {limit.subject for limit in rules.limits} == {"device", "address", "vehicle", "sticker"}
    assert all(limit.most > 0 and limit.seconds > 0 for limit in rules.limits)
    assert len({limit.name for limit in rules.limits}) == len(rules.limits)
    assert (rules.wrong_tails, rules.lock_seconds) == (5, 600)


def test_every_file_has_a_sentence_and_a_source() -> None:
    named = [file for file in (files("models") / "rules").iterdir() if file.name.endswith(".json")]
    assert len(named) >= 4
    for file in named:
        rule = json.loads(file.read_text("utf-8"))
        assert rule["sentence"]
        assert rule["source"]
