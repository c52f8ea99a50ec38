"""The Procfile and the numbers of processes become a list of programs."""

from pathlib import Path

import pytest

from models.settings import Settings
from workers.command import launch as launching
from workers.command.supervisor.plan import PlanError, parse_procfile, programs


def test_every_line_is_a_name_and_a_command() -> None:
    text = "# what runs\n\nweb: exec python -m web\nhub:exec python -m hub --port 8001\n"
    assert parse_procfile(text) == {"web": "exec python -m web", "hub": "exec python -m hub --port 8001"}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("web\n", "Procfile line 1 is not of the form 'name: command'."),
        ("\nweb:\n", "Procfile line 2 is not of the form 'name: command'."),
        ("web: a\nhub: b\nweb: c\n", "Procfile line 3 names web a second time."),
    ],
)
def test_a_bad_line_is_named(text: str, sentence: str) -> None:
    with pytest.raises(PlanError) as caught:
        parse_procfile(text)
    assert str(caught.value) == sentence


def test_each_kind_gets_as_many_programs_as_asked_for() -> None:
    found = programs({"web": "w", "hub": "h", "worker": "k"}, {"hub": 2, "web": 1, "worker": 0})
    assert [(each.name, each.argv) for each in found] == [
        ("web.1", ("/bin/sh", "-c", "w")),
        ("hub.1", ("/bin/sh", "-c", "h")),
        ("hub.2", ("/bin/sh", "-c", "h")),
    ]


def test_a_kind_without_a_line_is_refused_by_name() -> None:
    with pytest.raises(PlanError, match=r"^WUFEN_PROCESSES asks for hub, but the Procfile has no line"):
        programs({"web": "w"}, {"hub": 2})


def test_a_kind_of_which_none_is_wanted_needs_no_line() -> None:
    assert programs({"web": "w"}, {"web": 0, "hub": 0}) == ()


def test_a_reader_without_what_it_needs_is_refused_before_anything_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launching, "is_installed", lambda: False)
    settings = Settings.from_env({"WUFEN_HOME": str(tmp_path), "WUFEN_PROCESSES": "web=1,reader=1"})
    with pytest.raises(PlanError, match=r"^WUFEN_PROCESSES asks for a reader, which needs the extra"):
        launching.launch(settings, {})
    assert not (tmp_path / "secrets.json").exists()
