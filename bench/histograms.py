"""Quantiles: of a histogram in a page of figures, as Prometheus would estimate them, and of exact values."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass

SHARES = (0.5, 0.9, 0.99, 0.999)


@dataclass(frozen=True, slots=True)
class Histogram:
    """How many values were at most so many seconds: ``counts`` by bound, the last one infinite."""

    counts: dict[float, float]

    def __sub__(self, before: Histogram) -> Histogram:
        return Histogram({bound: count - before.counts.get(bound, 0) for bound, count in self.counts.items()})

    def quantile(self, share: float) -> float:
        """Seconds; values are taken to be spread evenly within a bucket."""
        bounds = sorted(self.counts)
        wanted = share * self.counts[bounds[-1]]
        low, below = 0.0, 0.0
        for bound in bounds:
            if self.counts[bound] >= wanted:
                if bound == float("inf"):
                    return low
                return low + (bound - low) * (wanted - below) / max(self.counts[bound] - below, 1e-9)
            low, below = bound, self.counts[bound]
        return low


def histogram(figures: str, name: str) -> Histogram:
    """Of all processes in a page of figures together."""
    counts: defaultdict[float, float] = defaultdict(float)
    for labels, count in re.findall(rf"^{name}_bucket{{(.*)}} (\S+)$", figures, flags=re.MULTILINE):
        bound = re.search(r'le="([^"]+)"', labels)
        assert bound is not None
        counts[float(bound[1].replace("+Inf", "inf"))] += float(count)
    return Histogram(dict(counts))


def quantiles(told: Histogram) -> str:
    parts = [f"p{share * 100:g} {1000 * told.quantile(share):.2f}" for share in SHARES]
    return "  ".join(parts) + f"  ms, of {max(told.counts.values(), default=0):.0f}"


def exactly(seconds: list[float]) -> str:
    ordered = sorted(seconds)
    parts = [f"p{share * 100:g} {1000 * ordered[int((len(ordered) - 1) * share)]:.2f}" for share in SHARES]
    return "  ".join(parts) + f"  max {1000 * ordered[-1]:.2f}  ms, of {len(ordered)}"
