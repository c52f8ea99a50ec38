"""What a web process counts about itself."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram

from models.metrics import LATENCY_BUCKETS
from web.middleware.request_log import Measure


def measure_requests(registry: CollectorRegistry) -> Measure:
    """Requests by method, route template and status, and how long they took."""
    requests = Counter(
        "wufen_web_requests", "Requests answered.", ["method", "route", "status"], registry=registry
    )
    seconds = Histogram(
        "wufen_web_request_seconds",
        "From the first byte of a request to the end of its answer.",
        ["method", "route"],
        buckets=LATENCY_BUCKETS,
        registry=registry,
    )

    def measure(method: str, route: str, status: int, took: float) -> None:
        # A method nobody knows is not worth a series of its own.
        known = method if method in {"GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS"} else "other"
        requests.labels(known, route, str(status)).inc()
        seconds.labels(known, route).observe(took)

    return measure
