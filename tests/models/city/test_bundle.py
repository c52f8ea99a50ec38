"""What a bundle may hold: each fault is told with its line, all of them at once, and nothing is guessed."""

from pathlib import Path

import pytest

from models.city.bundle import read
from models.city.faults import BundleFaulty
from workers.command.sample_city.places import sample_bundle

_DOCS = Path(__file__).parents[3] / "docs"

WHOLE = """\
format: wufen-city/1
city:
  code: 513424
  name: {zh: 德昌县, en: Dechang}
  platform: 德昌交管
districts:
  - code: 513424
    name: {zh: 德昌县, en: Dechang}
    respond_seconds: 240
    vehicles: 61000
    seat: {lat: 27.403, lng: 102.178}
  - code: 5134KF
    name: {zh: 开发区, en: Zone}
    parent: 513424
sticker:
  headline: {zh: 扫码}
  colour: "#0B5394"
"""


def faults(text: str) -> list[str]:
    with pytest.raises(BundleFaulty) as caught:
        read(text.encode())
    return [str(fault) for fault in caught.value.faults]


def changed(before: str, after: str) -> str:
    assert before in WHOLE
    return WHOLE.replace(before, after)


def test_a_whole_bundle_is_read_as_it_stands() -> None:
    bundle = read(WHOLE.encode())
    assert bundle.city == "513424"
    assert bundle.sections == {
        "city": {"513424": {"name": "德昌县", "name_en": "Dechang", "platform": "德昌交管"}},
        "districts": {
            "513424": {
                "name": "德昌县",
                "name_en": "Dechang",
                "parent_code": None,
                "respond_seconds": 240,
                "vehicles": 61000,
                "lat": 27.403,
                "lng": 102.178,
            },
            "5134KF": {
                "name": "开发区",
                "name_en": "Zone",
                "parent_code": "513424",
                "respond_seconds": None,
                "vehicles": None,
                "lat": None,
                "lng": None,
            },
        },
        "sticker": {
            "513424": {
                "sticker_headline": "扫码",
                "sticker_headline_en": None,
                "sticker_note": None,
                "sticker_colour": "#0B5394",
            }
        },
    }


def test_a_word_that_yaml_takes_for_something_else_stays_a_word() -> None:
    bundle = read(changed("platform: 德昌交管", "platform: no").encode())
    assert bundle.sections["city"]["513424"]["platform"] == "no"


def test_samples_of_electric_bicycles_plates_are_read_and_judged() -> None:
    read_well = read(
        changed("platform: 德昌交管", 'platform: 德昌交管\n  ebike_plates: "德昌@#####"').encode()
    )
    assert read_well.sections["city"]["513424"]["ebike_plates"] == "德昌@#####"
    with pytest.raises(BundleFaulty, match=r"city\.ebike_plates: \(\.\*\)\+: a sample is made of"):
        read(changed("platform: 德昌交管", 'platform: 德昌交管\n  ebike_plates: "(.*)+"').encode())


def test_an_extension_unit_comes_after_the_district_in_which_it_lies() -> None:
    head, rest = WHOLE.split("  - code: 513424\n")
    first, zone = rest.split("  - code: 5134KF\n")
    zone, sticker = zone.split("sticker:")
    text = f"{head}  - code: 5134KF\n{zone}  - code: 513424\n{first}sticker:{sticker}"
    assert list(read(text.encode()).sections["districts"]) == ["513424", "5134KF"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (changed("wufen-city/1", "wufen-city/2"), "line 1, format: this installation reads wufen-city/1"),
        (changed("format: wufen-city/1\n", ""), "line 1, format: it is missing"),
        (
            changed("  platform", "  plattform: x\n  platform"),
            "line 5, city.plattform: a bundle has no such name",
        ),
        (WHOLE + "phones: [1]\n", "line 18, phones: a bundle has no such name"),
        (WHOLE + "sticker: {}\n", "line 18, sticker: it stands here twice"),
        (changed("en: Dechang}\n  platform", "en: }\n  platform"), "line 4, city.name.en: it is missing"),
        (
            changed("240", "10"),
            "line 9, districts[0].respond_seconds: '10' is not a whole number from 30 to 86400",
        ),
        (
            changed("61000", "6.1e4"),
            "line 10, districts[0].vehicles: '6.1e4' is not a whole number from 1 to 99999999",
        ),
        (
            changed("lat: 27.403, ", ""),
            "line 11, districts[0].seat: a seat has lat and lng, degrees in WGS-84",
        ),
        (
            changed("lat: 27.403", "lat: 127.403"),
            "line 11, districts[0].seat.lat: '127.403' is not a number from -90 to 90",
        ),
        (changed("5134KF", "5134IO"), r"line 12, districts[1].code: '5134IO' is not of the form "),
        (
            changed("5134KF", "5118KF"),
            "line 12, districts[1].code: a district of the city 513424 has a code that begins with 5134",
        ),
        (changed("5134KF", "513424"), "line 12, districts[1].code: district 513424 stands here twice"),
        (
            changed("parent: 513424", "parent: 513425"),
            "line 14, districts[1].parent: there is no district 513425 in this bundle",
        ),
        (
            changed("    parent: 513424\n", ""),
            "line 12, districts[1]: an extension unit names the district in which it lies as parent",
        ),
        (
            changed("    respond", "    parent: 5134KF\n    respond"),
            "line 9, districts[0].parent: only an extension unit, whose code ends in letters, lies in another district",
        ),
        (
            changed("扫码", "微信扫一扫请挪车吧"),
            "line 16, sticker.headline.zh: it has 9 characters, at most 8 are possible",
        ),
        (changed("#0B5394", "blue"), "line 17, sticker.colour: 'blue' is not of the form #[0-9A-Fa-f]{6}"),
        (
            changed("#0B5394", "#FFE08A"),
            "line 17, sticker.colour: #FFE08A is too light to be read on a sticker",
        ),
        (changed("{zh: 扫码}", "[扫码]"), "line 16, sticker.headline: names with values are expected here"),
        (changed("{zh: 扫码}", "&a {zh: 扫码}\n  note: *a"), "line 16: a bundle has no anchors and aliases"),
        (
            changed("platform: 德昌交管", "platform: !!python/name:os.system 德昌"),
            "line 5: a bundle has no types, as tag:yaml.org,2002:python/name:os.system is one",
        ),
        (changed("{zh: 扫码}", "{zh: 扫码"), "line 17: this is not YAML: "),
        (
            changed("platform: 德昌交管", 'platform: "德\\u202e昌"'),
            "line 5, city.platform: it holds a character ",
        ),
        ("", "line 1: the file is empty"),
        ("[]", "line 1: names with values are expected here"),
        ("[" * 100_000, "line 1: it is nested too deeply"),
        ("a: " + "x" * 1_048_576, "line 1: a bundle has at most 1048576 bytes"),
        (WHOLE + "---\na: b\n", "line 18: this is not YAML: "),
    ],
)
def test_a_fault_is_told_with_its_line(text: str, fault: str) -> None:
    found = faults(text)
    assert len(found) == 1
    assert found[0].startswith(fault)


def test_all_faults_are_told_at_once_in_the_order_of_the_lines() -> None:
    text = changed("240", "soon").replace("platform", "plattform").replace("#0B5394", "blue")
    lines = [fault.split(",")[0] for fault in faults(text)]
    assert lines == ["line 3", "line 5", "line 9", "line 17"]


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(BundleFaulty, match="not UTF-8"):
        read(WHOLE.encode("gb18030"))


def test_the_bundles_that_come_along_are_sound() -> None:
    assert list(sample_bundle().sections) == [
        "city",
        "districts",
        "sticker",
        "drawing",
        "modules",
        "zones",
        "agencies",
        "calendar",
    ]
    assert read((_DOCS / "cities/dechang.yaml").read_bytes()).city == "513424"


def test_the_example_of_the_documentation_is_a_bundle() -> None:
    text = (_DOCS / "cities.md").read_text()
    example = text.split("```yaml\n", 1)[1].split("```", 1)[0]
    assert list(read(example.encode()).sections) == [
        *(
            "city",
            "districts",
            "sticker",
            "drawing",
            "rules",
            "modules",
            "zones",
            "agencies",
            "calendar",
            "texts",
        )
    ]
