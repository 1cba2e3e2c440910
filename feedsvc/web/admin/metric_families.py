"""The metrics, by the conventions of Prometheus: their names, help texts and labels.

No metric has a label for a feed, a post or a product: their number must not grow with the site.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from feedsvc import __version__
from feedsvc.core.audience.batch import (
    DELIVERIES,
    FLUSH_MICROSECONDS,
    FLUSHES,
    POLLS,
    PUBLISH_BOUNDS,
    PUBLISH_MICROSECONDS,
    PUBLISH_TIMES,
    PUBLISHES,
    RENDERINGS,
    Counted,
)
from feedsvc.store.audience.flushes import CountingProcess
from feedsvc.store.operating.gauges import Gauges

if TYPE_CHECKING:  # this import takes 0.3 s, and only /metrics needs it
    from prometheus_client.core import Metric

MetricKind: TypeAlias = Literal["counter", "gauge", "histogram", "summary", "info"]


@dataclass(frozen=True, slots=True)
class MetricFamily:
    """A metric: its name without the suffix of its kind, what it means, and its labels."""

    name: str
    kind: MetricKind
    help: str
    labels: tuple[str, ...] = ()


_POLL_LABELS: Final = ("status", "format", "coding")
_COUNTERS: Final = {
    POLLS: MetricFamily("feedsvc_polls", "counter", "Polls of feeds.", _POLL_LABELS),
    RENDERINGS: MetricFamily(
        "feedsvc_renderings", "counter", "Documents that were rendered.", ("format",)
    ),
    PUBLISHES: MetricFamily(
        "feedsvc_publishes", "counter", "Publishes of running watchers.", ("outcome",)
    ),
    DELIVERIES: MetricFamily(
        "feedsvc_deliveries", "counter", "Deliveries of WebSub that were tried.", ("outcome",)
    ),
}
_DURATION: Final = MetricFamily(
    "feedsvc_publish_duration_seconds", "histogram", "How long publishes of watchers took."
)
_FLUSHES: Final = MetricFamily(
    "feedsvc_store_flush_duration_seconds",
    "summary",
    "How long it took to add the counts of a process to the store.",
)
_GAUGES: Final = {
    "posts": MetricFamily("feedsvc_posts", "gauge", "Files of the folder.", ("state",)),
    "problems": MetricFamily("feedsvc_problems", "gauge", "Problems of posts.", ("code",)),
    "jobs": MetricFamily("feedsvc_jobs", "gauge", "Jobs of the webhook.", ("state",)),
    "subscriptions": MetricFamily(
        "feedsvc_subscriptions", "gauge", "Subscriptions of WebSub.", ("state",)
    ),
    "feeds": MetricFamily("feedsvc_feeds", "gauge", "Feeds, also empty ones."),
    "held": MetricFamily(
        "feedsvc_held_posts", "gauge", "Lost posts that stay published until it is accepted."
    ),
    "revision": MetricFamily(
        "feedsvc_revision", "gauge", "The number of publishes that changed a feed."
    ),
    "last_publish": MetricFamily(
        "feedsvc_last_publish_timestamp_seconds",
        "gauge",
        "When a publish last changed something, in seconds since 1970.",
    ),
    "due": MetricFamily("feedsvc_deliveries_due", "gauge", "Deliveries that are due."),
    "latency": MetricFamily(
        "feedsvc_store_latency_seconds", "gauge", "How long the shortest query took."
    ),
}
_OLDEST: Final = MetricFamily(
    "feedsvc_deliveries_oldest_due_seconds",
    "gauge",
    "How long ago the feed of the oldest due delivery changed; 0 if none is due.",
)
_UP: Final = MetricFamily(
    "feedsvc_store_up", "gauge", "1 if the store can be read, 0 if not: the rest is missing."
)
_PROCESSES: Final = MetricFamily(
    "feedsvc_processes", "gauge", "Processes that have counted lately.", ("kind",)
)
_MEMORY: Final = MetricFamily(
    "feedsvc_process_resident_memory_bytes",
    "gauge",
    "Resident memory of these processes, added up.",
    ("kind",),
)
_BUILD: Final = MetricFamily("feedsvc_build", "info", "The version of feedsvc.", ("version",))

FAMILIES: Final = (
    *_COUNTERS.values(),
    _DURATION,
    *_GAUGES.values(),
    _OLDEST,
    _UP,
    _FLUSHES,
    _PROCESSES,
    _MEMORY,
    _BUILD,
)


@dataclass(frozen=True, slots=True)
class Readings:
    """What the store says now. `seconds` is the time, since 1970."""

    counters: Mapping[Counted, int]
    gauges: Gauges
    processes: list[CountingProcess]
    seconds: float


def metrics_of(readings: Readings | None) -> "Iterator[Metric]":
    """All metrics; only those that need no store if there are no readings."""
    yield _info()
    yield _gauge(_UP, {(): int(readings is not None)})
    if readings is None:
        return
    for name, family in _COUNTERS.items():
        yield _counter(family, _of(readings.counters, name))
    yield _histogram(readings.counters)
    yield _summary(readings.counters)
    for name, family in _GAUGES.items():
        yield _gauge(family, _values(getattr(readings.gauges, name)))
    oldest = readings.gauges.oldest_due
    age = 0.0 if oldest is None else max(0.0, readings.seconds - oldest)
    yield _gauge(_OLDEST, {(): age})
    kinds = sorted({each.kind for each in readings.processes})
    of_kind = {kind: [p for p in readings.processes if p.kind == kind] for kind in kinds}
    yield _gauge(_PROCESSES, {(kind,): len(each) for kind, each in of_kind.items()})
    yield _gauge(_MEMORY, {(k,): sum(p.memory for p in each) for k, each in of_kind.items()})


def _values(value: float | Mapping[str, int]) -> dict[tuple[str, ...], float]:
    if isinstance(value, Mapping):
        return {(label,): count for label, count in value.items()}
    return {(): value}


def _of(counters: Mapping[Counted, int], name: str) -> dict[tuple[str, ...], float]:
    found = {each.labels: value for each, value in counters.items() if each.name == name}
    return dict(sorted(found.items()))


def _counter(family: MetricFamily, values: Mapping[tuple[str, ...], float]) -> "Metric":
    from prometheus_client.core import CounterMetricFamily

    return _with(CounterMetricFamily(family.name, family.help, labels=family.labels), values)


def _gauge(family: MetricFamily, values: Mapping[tuple[str, ...], float]) -> "Metric":
    from prometheus_client.core import GaugeMetricFamily

    return _with(GaugeMetricFamily(family.name, family.help, labels=family.labels), values)


def _with(metric: Any, values: Mapping[tuple[str, ...], float]) -> "Metric":
    for labels, value in values.items():
        metric.add_metric(labels, value)
    return metric  # type: ignore[no-any-return]  # it is one of two kinds


def _histogram(counters: Mapping[Counted, int]) -> "Metric":
    from prometheus_client.core import HistogramMetricFamily

    times = {labels[0]: value for labels, value in _of(counters, PUBLISH_TIMES).items()}
    total, buckets = 0.0, []
    for bound in PUBLISH_BOUNDS:  # also the empty ones: rates need the same bounds always
        total += times.get(bound, 0)
        buckets.append((bound, total))
    seconds = counters.get(Counted(PUBLISH_MICROSECONDS), 0) / 1_000_000
    return HistogramMetricFamily(
        _DURATION.name, _DURATION.help, buckets=buckets, sum_value=seconds
    )


def _summary(counters: Mapping[Counted, int]) -> "Metric":
    from prometheus_client.core import SummaryMetricFamily

    return SummaryMetricFamily(
        _FLUSHES.name,
        _FLUSHES.help,
        count_value=counters.get(Counted(FLUSHES), 0),
        sum_value=counters.get(Counted(FLUSH_MICROSECONDS), 0) / 1_000_000,
    )


def _info() -> "Metric":
    from prometheus_client.core import InfoMetricFamily

    return InfoMetricFamily(_BUILD.name, _BUILD.help, value={"version": __version__})
