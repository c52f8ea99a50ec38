"""`wufen city` as an operator meets it: what it says first, what it does, and its exit codes."""

from pathlib import Path

import pytest
from click.testing import Result

from tests.workers.command.test_main import wufen

DECHANG = Path(__file__).parents[3] / "docs/cities/dechang.yaml"
ADMIN = (
    "--role",
    "administrator",
    "--district",
    "513424",
    "--service-number",
    "340001",
    "--unit",
    "德昌大队",
)


@pytest.fixture
def bundle(folder: Path) -> Path:
    written = folder / "dechang.yaml"
    written.write_bytes(DECHANG.read_bytes())
    return written


def said(answer: Result) -> list[str]:
    return answer.output.splitlines()


def test_import_says_first_what_it_would_change_and_waits(home: Path, bundle: Path) -> None:
    asked = wufen(home, "city", "import", str(bundle))
    assert asked.exit_code == 3
    assert said(asked) == [
        "+ city 513424               added       德昌县",
        "+ district 513424           added       德昌县",
        "+ sticker design of 513424  added",
        "3 added, 0 changed, 0 unchanged, 0 left alone.",
        "Nothing was changed: run it again with --yes.",
    ]
    assert wufen(home, "city", "export", "513424", str(bundle)).exit_code == 1


def test_with_yes_a_working_city_is_there_and_a_second_time_finds_it(home: Path, bundle: Path) -> None:
    done = wufen(home, "city", "import", str(bundle), "--yes")
    assert (done.exit_code, said(done)[-1]) == (0, "3 added, 0 changed, 0 unchanged, 0 left alone.")
    again = wufen(home, "city", "import", str(bundle))
    assert (again.exit_code, said(again)[-1]) == (0, "0 added, 0 changed, 3 unchanged, 0 left alone.")
    assert wufen(home, "officer", "add", "lin", *ADMIN).exit_code == 0
    sheet = bundle.with_name("sheet.pdf")
    issued = wufen(home, "sticker", "issue", "--district", "513424", "--count", "8", "--out", str(sheet))
    assert issued.exit_code == 0
    assert sheet.read_bytes().startswith(b"%PDF")


def test_a_change_is_told_by_value_and_what_is_not_named_stays(home: Path, bundle: Path) -> None:
    wufen(home, "city", "import", str(bundle), "--yes")
    text = bundle.read_text()
    zone = "  - {code: 5134KF, name: {zh: 开发区, en: Zone}, parent: 513424}\n\nsticker:"
    bundle.write_text(text.replace("sticker:", zone))
    wufen(home, "city", "import", str(bundle), "--yes")
    bundle.write_text(text.replace("platform: 德昌交管", "platform: 德昌城市交管"))
    assert said(wufen(home, "city", "import", str(bundle)))[:4] == [
        "~ city 513424               changed     德昌县",
        "    platform: 德昌交管 → 德昌城市交管",
        "= district 513424           unchanged   德昌县",
        "· district 5134KF           left alone  开发区",
    ]


def test_a_faulty_bundle_is_refused_whole_with_the_lines(home: Path, bundle: Path) -> None:
    bundle.write_text(bundle.read_text().replace("platform:", "plattform:").replace("#0B5394", "blue"))
    refused = wufen(home, "city", "import", str(bundle), "--yes")
    assert refused.exit_code == 1
    assert refused.stderr.splitlines() == [
        "Error: Nothing was changed.",
        "line 6, city.platform: it is missing",
        "line 8, city.plattform: a bundle has no such name",
        "line 18, sticker.colour: 'blue' is not of the form #[0-9A-Fa-f]{6}",
    ]
    assert not (home / "wufen.db").exists()


def test_the_exported_file_is_the_bundle_again(home: Path, bundle: Path) -> None:
    wufen(home, "city", "import", str(bundle), "--yes")
    out = bundle.with_name("out.yaml")
    assert said(wufen(home, "city", "export", "513424", str(out))) == [f"The city 513424 is in {out}."]
    again = wufen(home, "city", "import", str(out))
    assert (again.exit_code, said(again)[-1]) == (0, "0 added, 0 changed, 3 unchanged, 0 left alone.")
    assert [path.name for path in bundle.parent.glob(".*.new")] == []


def test_an_unknown_city_is_not_exported_and_no_file_is_left(home: Path, folder: Path) -> None:
    wufen(home, "migrate")
    refused = wufen(home, "city", "export", "513424", str(folder / "out.yaml"))
    assert (refused.exit_code, refused.stderr) == (1, "Error: There is no such city.\n")
    assert not (folder / "out.yaml").exists()
