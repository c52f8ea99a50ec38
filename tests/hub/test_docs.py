"""docs/protocol.md says every code that the hub sends, with the meaning that it has."""

import re
from pathlib import Path

from hub.codes import DISCONNECTS, FAULTS, UNSUBSCRIBES

_TEXT = (Path(__file__).resolve().parents[2] / "docs/protocol.md").read_text()


def rows(code: int) -> list[list[str]]:
    """The table rows in which a code stands in the first cell."""
    found = re.findall(rf"^\| {code} \|(.*)\|$", _TEXT, re.MULTILINE)
    return [[cell.strip() for cell in row.split("|")] for row in found]


def test_every_error_is_described() -> None:
    for fault in FAULTS:
        cell = re.search(rf"\| {fault.code} \| ([^|]*) \|", _TEXT)
        assert cell is not None, fault
        assert cell[1].startswith(fault.message)
        assert ("temporary" in cell[1]) == fault.temporary


def test_every_disconnect_says_whether_the_client_comes_back() -> None:
    for why in DISCONNECTS:
        ((meaning, client),) = rows(why.code)
        assert meaning.startswith(why.reason)
        assert client.startswith("reconnects" if why.reconnects else "stays away")


def test_every_unsubscribe_says_whether_the_client_comes_back() -> None:
    for why in UNSUBSCRIBES:
        ((meaning, client),) = rows(why.code)
        assert why.reason in meaning
        assert client.startswith("subscribes again" if why.comes_back else "stays out")
