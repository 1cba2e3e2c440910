"""A report of figures and a sketch, for the test of growth."""

from collections.abc import Callable

from feedsvc.core.audience.figures import Figures, Period, audience_report
from feedsvc.core.audience.sketch import Sketch, individual_hash


def counted_audience(count: int) -> Callable[[], object]:
    """So many feeds and products are reported, and so many individuals counted."""
    rows = [Figures(f"tags/{n}", {"polls": n}) for n in range(count)]
    hashes = [individual_hash(b"key", b"%d" % n, b"") for n in range(count)]

    def work() -> object:
        report = audience_report(Period("2026-01-01", "2026-01-07"), [], rows, rows)
        sketch = Sketch([*hashes, *range(1100)])  # it keeps registers in any case
        return report, sketch.count()

    return work
