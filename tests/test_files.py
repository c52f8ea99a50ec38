"""What the repository may hold: nothing of the machine it was made on; and each file says what it is for."""

import ast
import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parent.parent
_LOCKS = ("requirements.lock", "requirements-dev.lock", "web/ui/package-lock.json")
# Written in pieces, so that this file does not contain what it looks for.
_REGISTRY = re.compile(
    "|".join(("pypi" + r"\.org", "python" + "hosted", "npm" + r"js\.(org|com)", "deb" + r"ian\.org"))
)
_MACHINE_PATH = re.compile(r"(?<![\w./-])/(work|root)/\w")
_SOURCES = ("hub", "workers", "web", "models", "scripts", "tests", "bench")


def _tracked() -> list[Path]:
    """What git holds or would hold; in a copy without git, all there is."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=True)
    return [path for name in listed.stdout.split("\0") if name and (path := _ROOT / name).is_file()]


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text().splitlines()
    except UnicodeDecodeError:
        return []  # a picture


@pytest.mark.parametrize("pattern", [_REGISTRY, _MACHINE_PATH], ids=["registry host", "path of a machine"])
def test_no_file_names_a(pattern: re.Pattern[str]) -> None:
    wrong = [
        f"{path.relative_to(_ROOT)}:{number}: {line.strip()[:120]}"
        for path in _tracked()
        for number, line in enumerate(_lines(path), start=1)
        if pattern.search(line)
    ]
    assert wrong == []


@pytest.mark.parametrize("name", _LOCKS)
def test_a_lock_file_says_what_to_install_and_not_where_from(name: str) -> None:
    text = (_ROOT / name).read_text()
    assert '"resolved"' not in text
    assert not re.search(r"^\s*(--(extra-)?index|--find-links|.* @ )", text, re.MULTILINE)


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_every_locked_package_has_a_hash(name: str) -> None:
    lock = (_ROOT / name).read_text().replace("\\\n", " ")
    packages = [line for line in lock.splitlines() if line.strip()]
    assert packages
    assert [line.split()[0] for line in packages if "--hash=sha256:" not in line] == []


def test_both_lock_files_agree() -> None:
    product, tests = (set(_pins(name)) for name in ("requirements.lock", "requirements-dev.lock"))
    assert product - tests == set()


@pytest.mark.parametrize(
    ("lock", "extras"), [("requirements.lock", {"build"}), ("requirements-dev.lock", {"dev"})]
)
def test_every_package_that_is_asked_for_is_locked(lock: str, extras: set[str]) -> None:
    project = tomllib.loads((_ROOT / "pyproject.toml").read_text())["project"]
    groups = [project["dependencies"], *(project["optional-dependencies"][extra] for extra in extras)]
    wanted = {re.split(r"[^\w.-]", each)[0].lower() for group in groups for each in group}
    assert wanted - {pin.split("==")[0] for pin in _pins(lock)} == set()


def _pins(name: str) -> list[str]:
    return re.findall(r"^[\w.-]+==\S+", (_ROOT / name).read_text(), re.MULTILINE)


def test_the_lock_of_the_front_end_is_made_from_its_package_file() -> None:
    package = json.loads((_ROOT / "web/ui/package.json").read_text())
    locked = json.loads((_ROOT / "web/ui/package-lock.json").read_text())["packages"][""]
    for kind in ("dependencies", "devDependencies"):
        assert locked[kind] == package[kind]


def test_every_module_says_what_it_is_responsible_for() -> None:
    wrong = [
        str(path.relative_to(_ROOT))
        for part in _SOURCES
        for path in sorted((_ROOT / part).rglob("*.py"))
        if "node_modules" not in path.parts and _says_nothing(path)
    ]
    assert wrong == []


def _says_nothing(path: Path) -> bool:
    tree = ast.parse(path.read_bytes())
    return bool(tree.body) and ast.get_docstring(tree) is None


def test_every_decision_that_is_named_is_written_down() -> None:
    written = {path.name[:4] for path in (_ROOT / "docs/decisions").glob("*.md")}
    named = re.compile(r"decisions?[/ ](\d{4})")
    missing = [
        f"{path.relative_to(_ROOT)}: {number}"
        for path in _tracked()
        for line in _lines(path)
        for number in named.findall(line)
        if number not in written
    ]
    assert missing == []
