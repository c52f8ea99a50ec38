"""Where the built front end is: for each page its script, styles and preloads, from the build's manifest."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "static" / "dist"
BASE = "/static/dist/"


@dataclass(frozen=True, slots=True)
class PageAssets:
    """URLs as they stand in the page."""

    js: str
    css: tuple[str, ...]
    preload: tuple[str, ...]


class Assets:
    """The pages by the name of their entry; none when the front end has not been built.

    A new build is noticed: a page printed from the old one would ask for files that are gone.
    """

    def __init__(self, pages: dict[str, PageAssets], manifest: Path | None = None) -> None:
        self._pages = pages
        self._manifest = manifest
        self._built_at: int | None = None

    @classmethod
    def read(cls, folder: Path = FOLDER) -> Assets:
        """What the build has left in ``folder``; nothing when it has not run. Raises ValueError when damaged."""
        assets = cls({}, folder / ".vite" / "manifest.json")
        assets._look()
        return assets

    @property
    def built(self) -> bool:
        return bool(self._pages)

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
            self._pages = _pages(json.loads(self._manifest.read_text("utf-8")))
            self._built_at = built_at


def _pages(chunks: dict[str, dict[str, Any]]) -> dict[str, PageAssets]:
    entries = {_face(source): chunk for source, chunk in chunks.items() if chunk.get("isEntry")}
    return {face: _assets(chunks, chunk) for face, chunk in entries.items()}


def _face(source: str) -> str:
    return Path(source).parent.name


def _assets(chunks: dict[str, dict[str, Any]], entry: dict[str, Any]) -> PageAssets:
    imported = _imports(chunks, entry, {})
    css = dict.fromkeys(css for chunk in [entry, *imported.values()] for css in chunk.get("css", ()))
    return PageAssets(
        js=BASE + entry["file"],
        css=tuple(BASE + name for name in css),
        preload=tuple(BASE + chunk["file"] for chunk in imported.values()),
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
