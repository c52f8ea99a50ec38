"""`wufen person` at the counter: a copy for him, and nothing of him afterwards."""

from __future__ import annotations

import json
from pathlib import Path

from tests.workers.command.test_main import wufen
from workers.command.sample_city.vehicles import VEHICLES

WHY = ("--reason", "counter of Yucheng, identity card seen")


def test_a_person_gets_a_copy_and_is_deleted(home: Path, tmp_path: Path) -> None:
    wufen(home, "sample-city")
    phone = VEHICLES[0].phones[0]
    copied = wufen(home, "person", "copy", str(tmp_path / "his.json"), *WHY, stdin=f"{phone}\n")
    assert copied.exit_code == 0, copied.output
    told = json.loads((tmp_path / "his.json").read_text())
    assert told["persons"][0]["phones"][0]["phone"].endswith(phone[-4:])
    assert (tmp_path / "his.json").stat().st_mode & 0o777 == 0o600
    unsure = wufen(home, "person", "erase", *WHY, stdin=f"{phone}\nn\n")
    assert unsure.exit_code == 1
    gone = wufen(home, "person", "erase", "--yes", *WHY, stdin=f"{phone}\n")
    assert (gone.exit_code, "\nDeleted: " in f"\n{gone.stdout}") == (0, True), gone.output
    again = wufen(home, "person", "erase", "--yes", *WHY, stdin=f"{phone}\n")
    assert (again.exit_code, again.stderr.splitlines()[-1]) == (1, "Error: Nobody is known by this phone.")
    wrong = wufen(home, "person", "copy", str(tmp_path / "x.json"), *WHY, stdin="12\n")
    assert wrong.stderr.splitlines()[-1] == "Error: That is no mobile number."
    assert not (tmp_path / "x.json").exists()
