"""What an author of a table wrote beside it, in one language or in both: notes, names of cases, sources. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from models.texts.sentences import LANGUAGES, Language

# By language, at least one; nothing written is no language at all.
Words = dict[Language, str]

_CHINESE = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")


def words(written: str | Mapping[str, str] | None) -> Words:
    """A text that does not say its language is Chinese if there is a Chinese character in it, else English.

    Raises ValueError for a language that the interface does not have.
    """
    if written is None or isinstance(written, str):
        text = (written or "").strip()
        return {("zh" if _CHINESE.search(text) else "en"): text} if text else {}
    if unknown := written.keys() - set(LANGUAGES):
        raise ValueError(f"a text is in zh or en, not in {', '.join(sorted(unknown))}")
    return {language: written[language] for language in LANGUAGES if written.get(language)}


def said(one: Words, language: Language) -> str:
    """In the reader's language; where nobody wrote it, as it was written; empty if nothing was."""
    return one.get(language) or next(iter(one.values()), "")


def plainly(one: Words) -> str | Words:
    """For a file: a text alone where its language goes without saying."""
    text = next(iter(one.values()), "")
    return text if len(one) < 2 and words(text) == one else one
