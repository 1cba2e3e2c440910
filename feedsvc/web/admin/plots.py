"""Plots of figures by day, drawn on the server as SVG, with a text that says the same."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup, escape

_WIDTH: Final = 420
_HEIGHT: Final = 190
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 12, 12, 28
_STEPS: Final = (1, 2, 5, 10)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a plot: a value for each day."""

    name: str
    values: Sequence[int]


def plot(
    name: str,
    title: str,
    days: Sequence[str],
    lines: Sequence[Line],
    written: Callable[[int], str] = "{:,}".format,
) -> Markup:
    """Lines over days as an SVG image. `name` is that of its ids, `written` writes a value."""
    top = _rounded_up(max((value for line in lines for value in line.values), default=0))
    parts = [
        f'<svg class="plot" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'aria-labelledby="{name}-title {name}-text">',
        f'<title id="{name}-title">{escape(title)}</title>',
        f'<desc id="{name}-text">{escape(_text(days, lines, written))}</desc>',
        *_grid(top, written),
        *_dates(days),
        *(_drawn(line, number, len(days), top) for number, line in enumerate(lines, 1)),
        "</svg>",
    ]
    return Markup("".join(parts))  # noqa: S704 - each text in it is escaped


def _rounded_up(value: int) -> int:
    """The top of the scale: 1, 2 or 5 times a power of ten, at least 1."""
    power: int = 10 ** (len(str(max(value, 1))) - 1)
    return next(step * power for step in _STEPS if step * power >= max(value, 1))


def _x(index: int, count: int) -> float:
    return _LEFT + (_WIDTH - _LEFT - _RIGHT) * (index / (count - 1) if count > 1 else 0.5)


def _y(value: float, top: int) -> float:
    return _TOP + (_HEIGHT - _TOP - _BOTTOM) * (1 - value / top)


def _grid(top: int, written: Callable[[int], str]) -> list[str]:
    """Horizontal lines with their values."""
    values = [0, top // 2, top] if top > 1 else [0, 1]
    return [
        f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" '
        f'y1="{_y(value, top):.1f}" y2="{_y(value, top):.1f}"/>'
        f'<text class="scale" x="{_LEFT - 8}" y="{_y(value, top) + 4:.1f}" '
        f'text-anchor="end">{escape(written(value))}</text>'
        for value in values
    ]


def _dates(days: Sequence[str]) -> list[str]:
    """The first and the last day."""
    if not days:
        return []
    ends = [(days[0], _LEFT, "start"), (days[-1], _WIDTH - _RIGHT, "end")]
    return [
        f'<text class="scale" x="{x}" y="{_HEIGHT - 8}" text-anchor="{anchor}">{day}</text>'
        for day, x, anchor in ends[: len(days)]
    ]


def _drawn(line: Line, number: int, count: int, top: int) -> str:
    points = [(_x(n, count), _y(value, top)) for n, value in enumerate(line.values)]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    last = (
        f'<circle cx="{points[-1][0]:.1f}" cy="{points[-1][1]:.1f}" r="3.5"/>' if points else ""
    )
    return f'<g class="line-{number}"><polyline points="{path}"/>{last}</g>'


def _text(days: Sequence[str], lines: Sequence[Line], written: Callable[[int], str]) -> str:
    """What the plot shows, in words."""
    if not days:
        return "There are no days to show."
    told = [
        f"{line.name}: from {written(min(line.values))} to {written(max(line.values))}, "
        f"on the last day {written(line.values[-1])}."
        for line in lines
    ]
    return " ".join([f"{days[0]} to {days[-1]}.", *told])
