"""Where the built front end is: for each page its script, styles and preloads, from the build's manifest."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "static" / "dist"
BASE = "/static/dist/"


@dataclass(frozen=True, slots=True)
class PageAssets:
    """URLs as they stand in the page; ``later`` are those that it loads when it needs them, fonts among them."""

    js: str
    css: tuple[str, ...]
    preload: tuple[str, ...]
    later: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        """What a page needs that has no network."""
        return (self.js, *self.css, *self.preload, *self.later)


class Assets:
    """The pages by the name of their entry; none when the front end has not been built.

    A new build is noticed: a page printed from the old one would ask for files that are gone.
    """

    def __init__(self, pages: dict[str, PageAssets], manifest: Path | None = None) -> None:
        self._pages = pages
        self._manifest = manifest
        self._built_at: int | None = None
        self._version = ""

    @classmethod
    def read(cls, folder: Path = FOLDER) -> Assets:
        """What the build has left in ``folder``; nothing when it has not run. Raises ValueError when damaged."""
        assets = cls({}, folder / ".vite" / "manifest.json")
        assets._look()
        return assets

    @property
    def built(self) -> bool:
        return bool(self._pages)

    @property
    def version(self) -> str:
        """Another one with every build that differs; empty when nothing has been built."""
        self._look()
        return self._version

    def of(self, face: str) -> PageAssets | None:
        """What the page ``face`` needs; None when it has not been built."""
        self._look()
        return self._pages.get(face)

    def _look(self) -> None:
        if self._manifest is None:
            return
        try:
            built_at = self._manifest.stat().st_mtime_ns
        except FileNotFoundError:
            return  # not built yet, or being built: the pages that we know serve as long as they last
        if built_at != self._built_at:
            content = self._manifest.read_bytes()
            self._pages = _pages(json.loads(content))
            self._version = hashlib.sha256(content).hexdigest()[:16]
            self._built_at = built_at


def _pages(chunks: dict[str, dict[str, Any]]) -> dict[str, PageAssets]:
    entries = {_face(source): chunk for source, chunk in chunks.items() if chunk.get("isEntry")}
    return {face: _assets(chunks, chunk) for face, chunk in entries.items()}


def _face(source: str) -> str:
    return Path(source).parent.name


def _assets(chunks: dict[str, dict[str, Any]], entry: dict[str, Any]) -> PageAssets:
    imported = _imports(chunks, entry, {})
    css = dict.fromkeys(css for chunk in [entry, *imported.values()] for css in chunk.get("css", ()))
    first = [entry["file"], *css, *(chunk["file"] for chunk in imported.values())]
    later = dict.fromkeys(name for name in _everything(chunks, entry) if name not in first)
    return PageAssets(
        js=BASE + entry["file"],
        css=tuple(BASE + name for name in css),
        preload=tuple(BASE + chunk["file"] for chunk in imported.values()),
        later=tuple(BASE + name for name in later),
    )


def _imports(
    chunks: dict[str, dict[str, Any]], chunk: dict[str, Any], found: dict[str, dict[str, Any]]
) -> dict[str, dict[str, Any]]:
    """What ``chunk`` needs at once; chunks that are loaded on demand are not among it."""
    for name in chunk.get("imports", ()):
        if name not in found:
            found[name] = chunks[name]
            _imports(chunks, chunks[name], found)
    return found


def _everything(chunks: dict[str, dict[str, Any]], entry: dict[str, Any]) -> list[str]:
    """Every file that ``entry`` may come to ask for; of a font the newer of its two formats."""
    seen, waiting = {id(entry)}, [entry]
    files: list[str] = []
    while waiting:
        chunk = waiting.pop(0)
        files += [chunk["file"], *chunk.get("css", ()), *chunk.get("assets", ())]
        for name in (*chunk.get("imports", ()), *chunk.get("dynamicImports", ())):
            if id(chunks[name]) not in seen:
                seen.add(id(chunks[name]))
                waiting.append(chunks[name])
    return [name for name in files if not name.endswith(".woff")]
