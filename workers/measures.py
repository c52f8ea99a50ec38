"""What a worker process counts: notices by how they went. Served on its socket and shown by any web's /metrics."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from models.metrics import LATENCY_BUCKETS

# RQ calls jobs by name, so what they count cannot be handed to them: one registry for the process.
REGISTRY = CollectorRegistry()

delivered = Counter(
    "wufen_notices",
    "Deliveries of notices by channel and outcome.",
    ["channel", "outcome"],
    registry=REGISTRY,
)
lateness = Histogram(
    "wufen_notice_late_seconds",
    "From the instant at which a notice was due until its channel had taken it.",
    ["channel"],
    buckets=(*LATENCY_BUCKETS, 30, 60, 300),
    registry=REGISTRY,
)
delivery_time = Histogram(
    "wufen_delivery_seconds",
    "What a channel took for one delivery, whatever came of it.",
    ["channel"],
    buckets=LATENCY_BUCKETS,
    registry=REGISTRY,
)
breaker = Gauge(
    "wufen_channel_breaker",
    "Whether a provider is left alone: 0 it is asked, 1 it is tried, 2 it is not asked.",
    ["city", "channel"],
    registry=REGISTRY,
)
waiting = Gauge("wufen_notices_waiting", "Notices in the queue, due or not.", registry=REGISTRY)
resealed = Counter(
    "wufen_resealed", "Rows and files that were made anew under another key.", registry=REGISTRY
)
# Read from the database, so that every worker tells the same.
cleared = Gauge(
    "wufen_cleared",
    "Rows that were removed or emptied because they are kept no longer, in all.",
    ["what"],
    registry=REGISTRY,
)
cleared_at = Gauge(
    "wufen_cleared_timestamp_seconds",
    "When the last clearing away came to its end (Unix time).",
    ["what"],
    registry=REGISTRY,
)
readings = Counter(
    "wufen_readings",
    "Photos of parked cars by what came of reading a plate off them.",
    ["outcome"],
    registry=REGISTRY,
)
reading_time = Histogram(
    "wufen_reading_seconds",
    "From a photo's arrival until it was known what was read off it.",
    buckets=(*LATENCY_BUCKETS, 30, 60),
    registry=REGISTRY,
)
unread = Gauge("wufen_readings_waiting", "Photos that wait to be read.", registry=REGISTRY)
unexamined = Gauge("wufen_uploads_waiting", "Whole uploads that wait to be examined.", registry=REGISTRY)
unwritten = Gauge("wufen_exports_waiting", "Bulk exports that wait to be written.", registry=REGISTRY)
undrawn = Gauge(
    "wufen_pictures_waiting", "Pictures whose covered copy waits to be drawn anew.", registry=REGISTRY
)
refused_uploads = Gauge(
    "wufen_uploads_refused",
    "Uploads of the last 24 hours that were refused, by why.",
    ["why"],
    registry=REGISTRY,
)
