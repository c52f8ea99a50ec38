"""YAML read strictly: every value with its line, every unknown or repeated name a fault. Pure.

What YAML would guess is not believed: a value is the text that stands there, so the code 511802 stays what it is and
``no`` is a word. Anchors and types of YAML are refused: a bundle says what it says where it says it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NoReturn

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from models.city.faults import BundleFaulty, Fault, Faults
from models.rules.words import Words, words
from models.texts.sentences import LANGUAGES

LARGEST_BYTES = 1_048_576
MOST_ITEMS = 2_000  # of one list
DEEPEST = 20
_WHOLE = re.compile(r"-?\d{1,9}")
_DECIMAL = re.compile(r"-?\d{1,9}(\.\d{1,12})?")
_EMPTY = frozenset({"", "~", "null"})


def _refuse(line: int, sentence: str) -> NoReturn:
    raise BundleFaulty([Fault(line, "", sentence)])


def compose(content: bytes) -> Node:
    """The document's root. Raises BundleFaulty for what is too large, not UTF-8, not YAML, or several documents."""
    if len(content) > LARGEST_BYTES:
        _refuse(1, f"a bundle has at most {LARGEST_BYTES} bytes")
    try:
        text = content.decode("utf-8")
        _check_events(text)
        root: Node | None = yaml.compose(text, Loader=yaml.SafeLoader)
    except UnicodeDecodeError:
        _refuse(1, "the file is not UTF-8")
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        _refuse(mark.line + 1 if mark else 1, f"this is not YAML: {error.problem or error.context}")
    except yaml.YAMLError as error:
        _refuse(1, f"this is not YAML: {str(error).splitlines()[0]}")
    if root is None:
        _refuse(1, "the file is empty")
    return root


def _check_events(text: str) -> None:
    """Refuses what could make a small file large, deep, or anything but text."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            _refuse(line, "a bundle has no anchors and aliases")
        if getattr(event, "tag", None) is not None:
            _refuse(line, f"a bundle has no types, as {event.tag} is one")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            _refuse(line, "it is nested too deeply")


class Fields:
    """One mapping of the bundle. Reading a field takes it; ``end`` finds those that nobody took."""

    def __init__(self, node: Node, path: str, faults: Faults) -> None:
        self.line = node.start_mark.line + 1
        self.path = path
        self.faults = faults
        self._nodes: dict[str, Node] = {}
        self._read: set[str] = set()
        if not isinstance(node, MappingNode):
            self.wrong(None, "names with values are expected here")
            return
        for name, value in node.value:
            self._take_in(name, value)

    def _take_in(self, name: Node, value: Node) -> None:
        if not isinstance(name, ScalarNode):
            self.faults.add(name.start_mark.line + 1, self.path, "a name is one word")
        elif name.value in self._nodes:
            self.faults.add(name.start_mark.line + 1, self._at(name.value), "it stands here twice")
        else:
            self._nodes[name.value] = value

    def _at(self, name: str | None) -> str:
        return ".".join(part for part in (self.path, name) if part)

    def wrong(self, name: str | None, sentence: str) -> None:
        """A fault at the field ``name``, or at the mapping itself."""
        node = self._nodes.get(name) if name else None
        self.faults.add(node.start_mark.line + 1 if node else self.line, self._at(name), sentence)

    def names(self) -> tuple[str, ...]:
        """Every name, in the order of the file."""
        return tuple(self._nodes)

    def has(self, name: str) -> bool:
        """Whether the field stands there with a value."""
        node = self._nodes.get(name)
        empty = isinstance(node, ScalarNode) and node.style is None and node.value in _EMPTY
        return node is not None and not empty

    def text(self, name: str, *, longest: int, pattern: re.Pattern[str] | None = None) -> str:
        """The field's text without blanks around it; empty, and a fault, when it is missing or does not fit."""
        found = self.optional_text(name, longest=longest, pattern=pattern)
        if found is None and not self._is_faulty(name):
            self.wrong(name, "it is missing")
        return found or ""

    def optional_text(self, name: str, *, longest: int, pattern: re.Pattern[str] | None = None) -> str | None:
        """The same; None when there is none."""
        text = self._scalar(name)
        if text is None:
            return None
        if len(text) > longest:
            self.wrong(name, f"it has {len(text)} characters, at most {longest} are possible")
        elif not text.isprintable():
            self.wrong(name, "it holds a character that cannot be printed")
        elif pattern is not None and not pattern.fullmatch(text):
            self.wrong(name, f"{text!r} is not of the form {pattern.pattern}")
        else:
            return text
        return None

    def whole(self, name: str, *, least: int, most: int) -> int | None:
        """A whole number, None when there is none."""
        text = self._scalar(name)
        if text is None:
            return None
        if _WHOLE.fullmatch(text) and least <= int(text) <= most:
            return int(text)
        self.wrong(name, f"{text!r} is not a whole number from {least} to {most}")
        return None

    def decimal(self, name: str, *, least: float, most: float) -> float | None:
        """A number, None when there is none."""
        text = self._scalar(name)
        if text is None:
            return None
        if _DECIMAL.fullmatch(text) and least <= float(text) <= most:
            return float(text)
        self.wrong(name, f"{text!r} is not a number from {least:g} to {most:g}")
        return None

    def fields(self, name: str) -> Fields | None:
        """The mapping under ``name``, None when there is none."""
        self._read.add(name)
        return Fields(self._nodes[name], self._at(name), self.faults) if self.has(name) else None

    def items(self, name: str, *, required: bool = False) -> Iterator[Fields]:
        """The mappings of the list under ``name``."""
        for index, node in enumerate(self._sequence(name, required)):
            yield Fields(node, f"{self._at(name)}[{index}]", self.faults)

    def numbers(self, name: str, *, least: float, most: float) -> list[list[float]]:
        """A list of lists of numbers: the points of a line, say."""
        return [
            [
                number
                for each in self._within(point, name)
                if (number := self._number(each, name, least, most)) is not None
            ]
            for point in self._sequence(name, True)
        ]

    def texts(self, name: str, *, longest: int = 200) -> list[str]:
        """A list of texts."""
        found = []
        for node in self._sequence(name, True):
            if isinstance(node, ScalarNode) and len(node.value) <= longest:
                found.append(str(node.value))
            else:
                self.faults.add(
                    node.start_mark.line + 1, self._at(name), "a list of words or numbers is expected"
                )
        return found

    def words(self, name: str, *, longest: int, required: bool = False) -> Words:
        """One text, or ``{zh: …, en: …}`` with one of them or both."""
        node = self._nodes.get(name)
        if not isinstance(node, MappingNode):
            text = self.text(name, longest=longest) if required else self.optional_text(name, longest=longest)
            return words(text)
        both = self.fields(name)
        assert both is not None
        found = words({each: both.optional_text(each, longest=longest) or "" for each in LANGUAGES})
        if not found:
            both.wrong(None, "a text in zh or en is expected here")
        both.end()
        return found

    def pair(self, name: str, *, least: float, most: float) -> tuple[float, float] | None:
        """A list of two numbers."""
        nodes = self._sequence(name, True)
        if len(nodes) == 2:
            first, second = (self._number(node, name, least, most) for node in nodes)
            return None if first is None or second is None else (first, second)
        self.wrong(name, "two numbers are expected here")
        return None

    def end(self) -> None:
        """Every name that nobody has read is a fault: a misspelt one must not be passed over."""
        for name, node in self._nodes.items():
            if name not in self._read:
                self.faults.add(node.start_mark.line + 1, self._at(name), "a bundle has no such name")

    def _is_faulty(self, name: str) -> bool:
        path = self._at(name)
        return any(fault.path == path for fault in self.faults.found)

    def _scalar(self, name: str) -> str | None:
        self._read.add(name)
        if not self.has(name):
            return None
        node = self._nodes[name]
        if isinstance(node, ScalarNode):
            return str(node.value).strip()
        self.wrong(name, "one value is expected here")
        return None

    def _sequence(self, name: str, required: bool) -> list[Node]:
        self._read.add(name)
        if self.has(name):
            return self._within(self._nodes[name], name)
        if required:
            self.wrong(name, "it is missing")
        return []

    def _within(self, node: Node, name: str) -> list[Node]:
        line = node.start_mark.line + 1
        if not isinstance(node, SequenceNode):
            self.faults.add(line, self._at(name), "a list is expected here")
        elif len(node.value) > MOST_ITEMS:
            self.faults.add(line, self._at(name), f"a list has at most {MOST_ITEMS} items")
        else:
            return list(node.value)
        return []

    def _number(self, node: Node, name: str, least: float, most: float) -> float | None:
        text = node.value if isinstance(node, ScalarNode) else ""
        if _DECIMAL.fullmatch(text) and least <= float(text) <= most:
            return float(text)
        self.faults.add(
            node.start_mark.line + 1, self._at(name), f"a number from {least:g} to {most:g} is expected"
        )
        return None
