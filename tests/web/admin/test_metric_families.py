"""Metrics follow the conventions of Prometheus, and the docs list all of them."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from prometheus_client.core import Metric
from prometheus_client.exposition import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from feedsvc.core.audience.batch import PUBLISH_BOUNDS, Counted
from feedsvc.store.audience.flushes import CountingProcess
from feedsvc.store.operating.gauges import Gauges
from feedsvc.web.admin.metric_families import (
    FAMILIES,
    MetricFamily,
    Readings,
    metrics_of,
)

DOCS: Final = Path(__file__).resolve().parents[3] / "docs/metrics.md"
UNITS: Final = ("seconds", "bytes")  # base units; others are counts
SUFFIXES: Final = {"counter": "_total", "info": "_info"}
READINGS: Final = Readings(
    {
        Counted("polls", ("304", "atom", "gzip")): 7,
        Counted("polls", ("200", "rss", "identity")): 2,
        Counted("publishes", ("changed",)): 3,
        Counted("publish_times", ("0.1",)): 1,
        Counted("publish_times", ("10.0",)): 1,
        Counted("publish_times", ("2.5",)): 1,
        Counted("publish_times", ("+Inf",)): 1,
        Counted("publish_microseconds"): 4_500_000,
        Counted("deliveries", ("accepted",)): 5,
        Counted("renderings", ("atom",)): 4,
        Counted("flushes"): 2,
        Counted("flush_microseconds"): 30_000,
        Counted("of a later version"): 1,
    },
    Gauges(
        posts={"published": 8, "no post": 1},
        problems={'a"code\\\n': 2},
        oldest_due=1000.0,
        due=3,
    ),
    [CountingProcess("a", "web", 10), CountingProcess("b", "web", 20)],
    1060.0,
)


class Collected:
    def __init__(self, readings: Readings | None) -> None:
        self._readings = readings

    def collect(self) -> Iterator[Metric]:
        return metrics_of(self._readings)


def samples(readings: Readings | None) -> dict[str, float]:
    text = generate_latest(Collected(readings)).decode()
    return {
        f"{each.name}{dict(sorted(each.labels.items())) or ''}": each.value
        for family in text_string_to_metric_families(text)
        for each in family.samples
    }


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_names_follow_the_conventions(family: MetricFamily) -> None:
    assert re.fullmatch("feedsvc(_[a-z]+)+", family.name)
    assert not re.search("_(total|info|count|sum|bucket)$", family.name)
    assert family.help.endswith(".")
    assert not {"feed", "post", "product", "path", "le", "quantile"} & set(family.labels)
    for label in family.labels:
        assert re.fullmatch("[a-z]+", label)
    for wrong in ("_milliseconds", "_minutes", "_kilobytes", "_octets", "_ms", "_percent"):
        assert wrong not in family.name
    if re.search("duration|latency|memory|timestamp|oldest", family.name):
        assert family.name.endswith(UNITS)


def test_the_docs_list_every_metric_with_its_type_and_labels() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \|([^|]*)\|", DOCS.read_text("utf-8"), re.M)
    told = {(name, kind, tuple(re.findall(r"`(\w+)`", labels))) for name, kind, labels in rows}
    assert told == {
        (
            family.name + SUFFIXES.get(family.kind, ""),
            "gauge" if family.kind == "info" else family.kind,
            family.labels,
        )
        for family in FAMILIES
    }


def test_alerts_use_metrics_that_exist() -> None:
    names = {family.name + SUFFIXES.get(family.kind, "") for family in FAMILIES}
    alerts = DOCS.read_text("utf-8").partition("## Alerts")[2]
    assert set(re.findall(r"\bfeedsvc_\w+", alerts)) <= names


def test_each_family_is_collected_once_with_its_type() -> None:
    collected = [(each.name, each.type, each.documentation) for each in metrics_of(READINGS)]
    assert sorted(collected) == sorted((f.name, f.kind, f.help) for f in FAMILIES)


def test_counts_become_samples() -> None:
    found = samples(READINGS)
    polls = {"coding": "gzip", "format": "atom", "status": "304"}
    duration = "feedsvc_publish_duration_seconds"
    counts = (0, 1, 1, 1, 1, 2, 2, 3, 3, 3, 3, 3, 4)
    buckets = dict(zip(PUBLISH_BOUNDS, counts, strict=True))
    assert found[f"feedsvc_polls_total{polls}"] == 7
    assert {k: v for k, v in found.items() if k.startswith(duration)} == {
        **{f"{duration}_bucket{{'le': '{bound}'}}": count for bound, count in buckets.items()},
        f"{duration}_count": 4,
        f"{duration}_sum": 4.5,
    }
    assert found["feedsvc_deliveries_oldest_due_seconds"] == 60
    assert found["feedsvc_process_resident_memory_bytes{'kind': 'web'}"] == 30
    assert found["feedsvc_processes{'kind': 'web'}"] == 2
    assert found["feedsvc_posts{'state': 'no post'}"] == 1
    assert found["feedsvc_store_flush_duration_seconds_sum"] == 0.03
    assert found["feedsvc_store_up"] == 1


def test_without_a_store_only_that_is_said() -> None:
    found = samples(None)
    assert found.pop("feedsvc_store_up") == 0
    assert [name.partition("{")[0] for name in found] == ["feedsvc_build_info"]
