"""Where a map's pictures come from, as an operator writes it: URL templates, one per layer, the ground first.

Pure. Leaves to others: drawing (the pages), letting a browser load from there (`web.middleware.headers`).
"""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

MOST_LAYERS = 4
_NEEDED = ("{z}", "{x}", "{y}")
# As OpenLayers writes it: one of several hosts, by a range of letters or digits.
_RANGE = re.compile(r"\{([a-z]-[a-z]|[0-9]-[0-9])\}")


@dataclass(frozen=True, slots=True)
class Layer:
    """`url` holds {z}, {x}, {y}, and {s} where there are several hosts, each one letter of `hosts`."""

    url: str
    hosts: str

    @property
    def origins(self) -> tuple[str, ...]:
        """Scheme and host of every address that it may ask."""
        urls = [self.url.replace("{s}", host) for host in self.hosts] or [self.url]
        parts = [urlsplit(url) for url in urls]
        return tuple(dict.fromkeys(f"{part.scheme}://{part.netloc}" for part in parts))


def layers(text: str) -> tuple[Layer, ...]:
    """Reads templates that are separated by spaces; none from an empty text. Raises ValueError saying what is wrong."""
    templates = text.split()
    if len(templates) > MOST_LAYERS:
        raise ValueError(f"expects at most {MOST_LAYERS} URL templates, separated by spaces")
    return tuple(_layer(template) for template in templates)


def _layer(template: str) -> Layer:
    hosts = _RANGE.search(template)
    plain = _RANGE.sub("{s}", template, count=1)
    parts = urlsplit(plain)
    if parts.scheme not in {"https", "http"} or not parts.hostname or parts.username:
        raise ValueError(f"expects https://host/… with {{z}}, {{x}} and {{y}}, not {template!r}")
    # A host goes into a header: letters, digits, dots, a port, and nothing that would end the entry.
    if not re.fullmatch(r"[A-Za-z0-9.:\-]+", parts.netloc.replace("{s}", "0")):
        raise ValueError(f"the host of {template!r} holds what no host may hold")
    missing = [name for name in _NEEDED if name not in plain]
    if missing:
        raise ValueError(f"{template!r} lacks {', '.join(missing)}")
    if "{s}" in plain and (hosts is None or "{s}" not in parts.netloc):
        raise ValueError(f"{template!r} may name several hosts as {{a-c}} or {{0-7}}, and only in the host")
    return Layer(plain, _letters(hosts[1]) if hosts else "")


def _letters(span: str) -> str:
    first, last = span.split("-")
    if first > last:
        raise ValueError(f"{{{span}}} is no range")
    return "".join(chr(code) for code in range(ord(first), ord(last) + 1))
