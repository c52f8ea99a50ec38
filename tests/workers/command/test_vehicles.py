"""`wufen vehicle import` as an operator meets it: what it says first, what it does, its report and its exit codes."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import Result

from tests.workers.command.test_main import wufen

DECHANG = Path(__file__).parents[3] / "docs/cities/dechang.yaml"


@pytest.fixture
def city(home: Path, folder: Path) -> Path:
    """A home with a city in it, and no account."""
    bundle = folder / "dechang.yaml"
    bundle.write_bytes(DECHANG.read_bytes())
    assert wufen(home, "city", "import", str(bundle), "--yes").exit_code == 0
    return home


def bring(home: Path, file: Path, *more: str) -> Result:
    return wufen(home, "vehicle", "import", str(file), "--scope", "513424", "--source", "盗抢名单", *more)


def test_a_list_is_told_first_then_taken_in_then_known(city: Path, folder: Path) -> None:
    file = folder / "list.csv"
    file.write_bytes("号牌号码,类别\n川WA1235,被盗抢\n川WB1234,黄标车\n".encode("gb18030"))
    asked = bring(city, file)
    assert (asked.exit_code, asked.output.splitlines()) == (
        3,
        [
            "2 new, 0 changed, 0 ended, 0 unchanged, 0 refused.",
            "Nothing was changed: run it again with --yes.",
        ],
    )
    done = bring(city, file, "--yes")
    assert (done.exit_code, done.output) == (0, "2 new, 0 changed, 0 ended, 0 unchanged, 0 refused.\n")
    again = bring(city, file)
    assert (again.exit_code, again.output) == (0, "0 new, 0 changed, 0 ended, 2 unchanged, 0 refused.\n")
    file.write_text("号牌号码\n川WA1235\n", "utf-8")
    shorter = bring(city, file, "--kind", "stolen", "--whole", "--yes")
    assert (shorter.exit_code, shorter.output) == (0, "0 new, 0 changed, 1 ended, 1 unchanged, 0 refused.\n")


def test_a_bad_line_refuses_the_file_unless_it_is_left_out_and_stands_in_the_report(
    city: Path, folder: Path
) -> None:
    file, report = folder / "list.csv", folder / "report.csv"
    file.write_text("号牌号码,类别\n川WA1235,被盗抢\n=1+1,黄标车\n", "utf-8")
    refused = bring(city, file, "--yes", "--lang", "zh", "--report", str(report))
    assert (refused.exit_code, refused.output.splitlines()[-1]) == (
        1,
        "Error: Nothing was taken in: 1 line is refused; correct it, or leave such lines out with --skip-refused.",
    )
    assert report.read_bytes().decode("utf-8-sig").splitlines() == [
        "行,列,原内容,原因",
        "3,号牌号码,'=1+1,号牌里有不该有的字符。",
    ]
    done = bring(city, file, "--yes", "--skip-refused")
    assert (done.exit_code, done.output.splitlines()) == (
        0,
        [
            "line 3, plate: =1+1: There is a character in it that no plate has.",
            "1 new, 0 changed, 0 ended, 0 unchanged, 1 refused.",
        ],
    )


def test_what_is_no_list_is_refused_in_one_sentence(city: Path, folder: Path) -> None:
    file = folder / "list.csv"
    file.write_bytes(b"PK\x03\x04")
    answer = bring(city, file)
    assert (answer.exit_code, "not_text" in answer.output) == (1, True)
