"""What is counted, for Prometheus. No label holds anything that a request brought, nor who sent it."""

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    multiprocess,
)

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_SIZES = tuple(4**power for power in range(9))

REQUESTS = Counter("loredact_requests", "Requests answered.", ["route", "status"])
LATENCY = Histogram("loredact_request_seconds", "From the first byte to the last.", ["route"], buckets=_SECONDS)
STAGES = Histogram("loredact_stage_seconds", "wait: for the model; model: a batch in it.", ["stage"], buckets=_SECONDS)
TOKENS = Counter("loredact_tokens", "Tokens the model was given, estimated.")
WAITING = Gauge("loredact_waiting_tokens", "Tokens that wait for the model, estimated.", multiprocess_mode="livesum")
UNDER_WAY = Gauge("loredact_requests_under_way", "Requests not yet answered.", multiprocess_mode="livesum")
BATCH_TOKENS = Histogram("loredact_batch_tokens", "Tokens of a batch, estimated.", buckets=_SIZES)
BATCH_TEXTS = Histogram("loredact_batch_texts", "Texts of a batch.", buckets=_SIZES)
ADAPTERS = Gauge("loredact_adapters_in_memory", "Adapters in memory.", multiprocess_mode="livesum")
ADAPTER_LOOKUPS = Counter("loredact_adapter_lookups", "Adapters asked for, and whether in memory.", ["result"])
SPANS = Counter("loredact_spans", "Spans found.")

CONTENT_TYPE = CONTENT_TYPE_LATEST


def as_text(several_processes: bool) -> bytes:
    """All of it in Prometheus' text format; of several processes together, through the folder they share."""
    if not several_processes:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)
