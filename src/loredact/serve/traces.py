"""Traces by OpenTelemetry: a span a request, and one for what it waits for in the model's queue.

They are sent where `OTEL_EXPORTER_OTLP_ENDPOINT` says, by the packages of the extra `traces`. A span holds the method,
the route as the API writes it, the status, the request's id, and numbers: no path, query, header or anything of a body,
nor the message of an error. Of who calls it takes the ids in `traceparent`, and no `tracestate` or `baggage`.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.trace import Span, SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from starlette.datastructures import Headers

import loredact
from loredact.errors import InputError

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_PARENT = "traceparent"
_tracer = trace.get_tracer("loredact.serve", loredact.__version__)
_propagator = TraceContextTextMapPropagator()


def start() -> Callable[[], None]:
    """Have spans sent, if the environment says where; what is to be called at the end, so that the last ones are.

    Raises:
        InputError: where it says so, and what sends them is not installed.
    """
    if not any(map(os.environ.get, _ENDPOINTS)):
        return lambda: None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import SERVICE_NAME, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        raise InputError(
            f"{_ENDPOINTS[0]} is set, and what sends traces is missing: pip install 'loredact[traces]'."
        ) from None
    name = os.environ.get("OTEL_SERVICE_NAME") or "loredact"
    provider = TracerProvider(resource=Resource({SERVICE_NAME: name}), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    return provider.shutdown


@contextmanager
def request(method: str, request_id: str, headers: Headers) -> Iterator[Span]:
    """The span of a request."""
    parent = _propagator.extract({_PARENT: headers[_PARENT]}) if _PARENT in headers else None
    attributes = {"http.request.method": method, "loredact.request_id": request_id}
    with _tracer.start_as_current_span(
        method, parent, SpanKind.SERVER, attributes, record_exception=False, set_status_on_exception=False
    ) as span:
        yield span


def answered(span: Span, method: str, route: str, status: int) -> None:
    """Say how the request of `span` was answered."""
    span.update_name(f"{method} {route}")
    span.set_attributes({"http.route": route, "http.response.status_code": status})
    if status >= 500:
        span.set_status(StatusCode.ERROR)


@contextmanager
def waiting(texts: int, tokens: int) -> Iterator[None]:
    """The span of texts that wait for the model until their spans are found."""
    attributes = {"loredact.texts": texts, "loredact.tokens": tokens}
    with _tracer.start_as_current_span(
        "find", attributes=attributes, record_exception=False, set_status_on_exception=False
    ):
        yield
