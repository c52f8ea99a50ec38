"""What this hub counts: the metrics of one process, in a registry of its own. docs/protocol.md names them."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

# Seconds. Fine around what is promised (5 ms until woken, 50 ms until committed), and far enough to see an
# outage of a minute.
LATENESS_BUCKETS = (
    *(0.0005, 0.001, 0.002, 0.003, 0.004, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.03, 0.04, 0.05, 0.075),
    *(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)


class Measures:
    """One attribute per metric; made once by the composition root."""

    def __init__(self) -> None:
        registry = self.registry = CollectorRegistry()
        self.connections = Gauge("wufen_hub_connections", "Open connections.", registry=registry)
        self.channels = Gauge("wufen_hub_channels", "Channels with subscribers.", registry=registry)
        self.deliveries = Counter(
            "wufen_hub_deliveries", "Publications written to connections.", registry=registry
        )
        self.disconnects = Counter(
            "wufen_hub_disconnects", "Connections that the hub ended.", ["code"], registry=registry
        )
        self.handshakes = Counter(
            "wufen_hub_handshakes", "Opening handshakes by HTTP status.", ["status"], registry=registry
        )
        self.refusals = Counter(
            "wufen_hub_refusals",
            "Who was not let in, by the limit that was met: an address's, a subject's, this hub's; or a flood.",
            ["reason"],
            registry=registry,
        )
        self.recoveries = Counter(
            "wufen_hub_recoveries", "Subscriptions that asked for a replay.", ["recovered"], registry=registry
        )
        self.entries = Counter(
            "wufen_hub_entries",
            "Entries of the log, by how they came: bell, log, or repeated and dropped.",
            ["how"],
            registry=registry,
        )
        self.behind = Gauge(
            "wufen_hub_behind_entries",
            "Entries that the log was seen to hold and that this hub has not passed on.",
            registry=registry,
        )
        self.compared = Gauge(
            "wufen_hub_compared_seconds",
            "How long ago heads were last compared, and every hole filled.",
            registry=registry,
        )
        self._deadlines(registry)

    def _deadlines(self, registry: CollectorRegistry) -> None:
        self.open_deadlines = Gauge(
            "wufen_hub_open_deadlines", "Deadlines in memory, due ones included.", registry=registry
        )
        self.due_deadlines = Gauge(
            "wufen_hub_due_deadlines", "Deadlines that are due and not settled.", registry=registry
        )
        self.firings = Counter(
            "wufen_hub_firings",
            "Tries at deadlines that came due, by outcome: fired, settled (another hub was faster, or it was"
            " cancelled), early, busy (its incident was locked), failed.",
            ["outcome"],
            registry=registry,
        )
        self.waking = Histogram(
            "wufen_hub_deadline_waking_seconds",
            "From when a deadline was due until this hub woke for it.",
            buckets=LATENESS_BUCKETS,
            registry=registry,
        )
        self.lateness = Histogram(
            "wufen_hub_deadline_lateness_seconds",
            "From when a deadline was due until its consequence was committed by this hub.",
            buckets=LATENESS_BUCKETS,
            registry=registry,
        )
