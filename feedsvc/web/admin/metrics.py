"""`/metrics`: counters of all processes, and what the store has now, for Prometheus."""

import logging
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from threading import Lock
from typing import TYPE_CHECKING, Final

from flask import Response, request

from feedsvc.errors import StoreError
from feedsvc.store.store import Store
from feedsvc.web.admin.metric_families import Readings, metrics_of

if TYPE_CHECKING:
    from prometheus_client.core import Metric

_OPENMETRICS: Final = "application/openmetrics-text"
FRESH: Final = 5.0  # seconds for which readings serve further scrapes

log = logging.getLogger("feedsvc.web")


class Metrics:
    """The view of `/metrics`. However often it is asked, the store is read every 5 seconds."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = Lock()
        self._readings: Readings | None = None
        self._read_at = -FRESH

    def answer(self) -> Response:
        """Answer in the text format of Prometheus, or in OpenMetrics if it is accepted."""
        # Not at the top: this import takes 0.3 s of the start.
        from prometheus_client.exposition import choose_encoder

        with self._lock:
            if time.monotonic() - self._read_at >= FRESH:
                self._readings, self._read_at = self._read(), time.monotonic()
            collected = _Collected(self._readings)
        is_open = _OPENMETRICS in request.headers.get("Accept", "").lower()
        encode, content_type = choose_encoder(_OPENMETRICS if is_open else "")
        response = Response(encode(collected))
        response.headers["Content-Type"] = content_type
        response.headers["Vary"] = "Accept"
        return response

    def _read(self) -> Readings | None:
        """What the store says; None if it cannot be used."""
        now = datetime.now(UTC)
        try:
            flushes = self._store.flushes
            return Readings(
                flushes.counters(),
                self._store.gauges.read(),
                flushes.running(now),
                now.timestamp(),
            )
        except StoreError as error:
            log.warning("metrics of the store are missing: %s", error)
            return None


class _Collected:
    """A collector of prometheus-client."""

    def __init__(self, readings: Readings | None) -> None:
        self._readings = readings

    def collect(self) -> "Iterator[Metric]":
        return metrics_of(self._readings)
