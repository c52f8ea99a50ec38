"""The `wufen` command as an operator meets it: help that explains, one sentence for what is wrong."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from models.settings import Settings
from workers.command import launch
from workers.command.main import cli
from workers.command.supervisor.ground import GroundError


def wufen(home: Path, *arguments: str, stdin: str | None = None, **settings: str | None) -> Result:
    environ = {
        "WUFEN_HOME": str(home),
        **{f"WUFEN_{name.upper()}": value for name, value in settings.items()},
    }
    return CliRunner().invoke(cli, arguments, input=stdin, env=environ)


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("run",),
        ("reload",),
        ("migrate",),
        ("sample-city",),
        ("city", "export"),
        ("city", "import"),
        ("officer", "add"),
        ("sticker", "issue"),
        ("epoch", "new"),
        ("backup",),
        ("restore",),
        ("wechat", "menu"),
        ("audit", "verify"),
        ("audit", "anchor"),
        ("audit", "key"),
        ("keys",),
        ("person",),
        ("person", "copy"),
        ("person", "erase"),
        ("keys", "status"),
        ("keys", "rotate"),
        ("keys", "retire"),
    ],
)
def test_every_command_explains_itself(home: Path, arguments: tuple[str, ...]) -> None:
    answer = wufen(home, *arguments, "--help")
    assert answer.exit_code == 0
    assert answer.output.startswith("Usage: ")
    assert len(answer.output.splitlines()) >= 5
    assert not home.exists()


def test_the_commands_are_listed_with_whole_sentences(home: Path) -> None:
    listed = wufen(home, "--help").output
    listing = "audit backup city epoch migrate officer reload restore run sample-city sticker vehicle"
    listing = "backup city epoch keys migrate officer person reload restore run sample-city sticker vehicle"
    for name in listing.split():
        line = next(line for line in listed.splitlines() if line.strip().startswith(f"{name} "))
        assert line.endswith(".")
        assert not line.endswith("...")


def test_what_does_not_run_is_not_started_anew(home: Path) -> None:
    answer = wufen(home, "reload")
    assert (answer.exit_code, answer.output) == (1, f"Error: Wufen is not running on {home}.\n")


def test_the_sample_city_is_loaded_and_then_found(home: Path) -> None:
    first, second = wufen(home, "sample-city"), wufen(home, "sample-city")
    assert first.output == f"The sample city is loaded; its accounts and stickers are in {home}/demo.json.\n"
    assert (
        second.output
        == f"The sample city was there already; its accounts and stickers are in {home}/demo.json.\n"
    )
    assert len(json.loads((home / "demo.json").read_text())["stickers"]) == 20
    assert (home / "wufen.db").exists()


def test_an_officer_is_added_with_a_password_that_is_told_once(home: Path) -> None:
    wufen(home, "sample-city")
    options = ("--role", "police", "--district", "511802", "--service-number", "060002", "--unit", "一中队")
    made = wufen(home, "officer", "add", "lin", *options)
    assert made.exit_code == 0
    assert made.output.splitlines()[0] == "lin (police) may sign in."
    assert made.output.splitlines()[1].startswith("Password: ")
    again = wufen(home, "officer", "add", "lin", *options)
    assert (again.exit_code, again.stderr) == (
        1,
        "Error: There is an account with the username lin already.\n",
    )


def test_a_given_password_is_not_repeated(home: Path) -> None:
    wufen(home, "sample-city")
    options = ("--role", "police", "--district", "511802", "--service-number", "060002", "--unit", "一中队")
    made = wufen(home, "officer", "add", "lin", *options, "--password-stdin", stdin="correct horse\n")
    assert made.output == "lin (police) may sign in.\n"


def test_a_batch_of_stickers_becomes_a_sheet(home: Path) -> None:
    wufen(home, "sample-city")
    issued = wufen(
        home, "sticker", "issue", "--district", "511802", "--count", "9", "--out", str(home / "s.pdf")
    )
    assert issued.output == f"9 stickers for 511802 are in {home}/s.pdf.\n"
    assert (home / "s.pdf").read_bytes().startswith(b"%PDF-")


def test_stickers_for_nowhere_are_not_issued(home: Path) -> None:
    wufen(home, "sample-city")
    issued = wufen(home, "sticker", "issue", "--district", "999999", "--out", str(home / "s.pdf"))
    assert (issued.exit_code, issued.stderr) == (1, "Error: There is no such district.\n")
    assert not (home / "s.pdf").exists()


def test_a_new_epoch_is_told(home: Path) -> None:
    wufen(home, "migrate")
    assert wufen(home, "epoch", "new").output.startswith("The log's epoch is now ")


@pytest.mark.parametrize(
    ("settings", "beginning"),
    [
        ({"hme": "x"}, "Error: WUFEN_HME: there is no such setting"),
        ({"web_port": "eighty"}, "Error: WUFEN_WEB_PORT: "),
        ({"database_url": "mysql://x/y"}, "Error: WUFEN_DATABASE_URL: "),
        ({"database_url": "postgresql://nobody@127.0.0.1:1/none"}, "Error: WUFEN_DATABASE_URL: "),
    ],
)
def test_what_is_wrong_is_one_sentence_that_names_it(
    home: Path, settings: dict[str, str | None], beginning: str
) -> None:
    answer = wufen(home, "migrate", **settings)
    assert answer.exit_code == 1
    assert answer.stderr.startswith(beginning)
    assert len(answer.stderr.splitlines()) == 1


def test_a_database_that_was_not_migrated_is_named(home: Path) -> None:
    answer = wufen(home, "epoch", "new")
    assert answer.exit_code == 1
    assert "`wufen migrate` brings it up to date" in answer.stderr


def test_a_home_in_a_file_is_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    answer = wufen(tmp_path / "file" / "home", "migrate")
    assert answer.exit_code == 1
    assert answer.stderr.startswith("Error: WUFEN_HOME: ")


def test_for_the_local_network_its_address_is_bound_and_printed_into_codes() -> None:
    settings = Settings.from_env({"WUFEN_WEB_PORT": "8010"})
    environ = launch.lan_environ({"WUFEN_WEB_PORT": "8010", "WUFEN_BIND": "192.168.3.7"}, settings)
    assert environ == {
        "WUFEN_WEB_PORT": "8010",
        "WUFEN_BIND": "192.168.3.7",
        "WUFEN_PUBLIC_URL": "http://192.168.3.7:8010",
    }


def test_a_public_url_that_was_chosen_is_kept() -> None:
    chosen = {"WUFEN_PUBLIC_URL": "https://move.example", "WUFEN_BIND": "192.168.3.7"}
    assert launch.lan_environ(chosen, Settings.from_env(chosen)) == chosen


def test_without_a_local_network_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launch, "ANY_OTHER_NETWORK", "127.0.0.1")
    with pytest.raises(GroundError, match="no address in a local network"):
        launch.lan_environ({}, Settings.from_env({}))
