"""Figures: what was measured, in which unit, beside what."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line of the table."""

    name: str
    value: str
    beside: str = ""
    """The same-run baseline, or the limit that must hold."""
    data: dict[str, float]


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0 to 1) of the values lie; nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def latency(name: str, seconds: Sequence[float], beside: str = "") -> Figure:
    """p50 and p99 in milliseconds."""
    p50, p99 = percentile(seconds, 0.5) * 1000, percentile(seconds, 0.99) * 1000
    return Figure(
        name=name,
        value=f"p50 {p50:.2f} ms, p99 {p99:.2f} ms",
        beside=beside,
        data={"p50_ms": p50, "p99_ms": p99, "n": len(seconds)},
    )


def rate(name: str, per_second: float, baseline: float, what: str) -> Figure:
    """A rate and its ratio to the baseline of the same run."""
    return Figure(
        name=name,
        value=f"{per_second:,.0f}/s",
        beside=f"{per_second / baseline:.2f} x {what}",
        data={"per_second": per_second, "ratio": per_second / baseline},
    )
