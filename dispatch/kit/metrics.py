"""Numbers about the running process for Prometheus, in one registry per process that its root makes and hands down.

Names and labels belong to the folder that counts; here is only what holds for all of them: one prefix, units in names,
buckets that fit waiting times, and labels that can neither identify a person nor grow without end.
"""

import re
from collections.abc import Sequence

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)

from dispatch.kit.masking import is_personal

PREFIX = "dispatch"
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
"""Default buckets: from one statement to the longest promise made about a reply."""

_NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_ENDLESS = re.compile(r"(?:.*_)?(?:id|ids|path|url)")
_UNITS = ("_seconds", "_bytes", "_ratio", "_messages", "_people")


class Metrics:
    """The registry of one process and the only place where its counters are made.

    Make each metric once, where its folder is wired, and keep it; asking for a name twice raises, because two owners
    would count into one number.
    """

    def __init__(self, *, with_process: bool = True) -> None:
        """Make an empty registry, with memory, descriptors, CPU and garbage collection unless `with_process` is off."""
        self._registry = CollectorRegistry(auto_describe=True)
        if with_process:
            ProcessCollector(registry=self._registry)
            PlatformCollector(registry=self._registry)
            GCCollector(registry=self._registry)

    def counter(self, name: str, meaning: str, labels: Sequence[str] = ()) -> Counter:
        """Return a new number that only grows, exported as `dispatch_{name}_total`.

        Raises:
            ValueError: the name is taken or ends in `_total` itself, or a label is not allowed.
        """
        if name.endswith("_total"):
            raise ValueError(f"{name}: leave the ending _total out, it is added")
        return Counter(self._named(name, labels), meaning, labels, namespace=PREFIX, registry=self._registry)

    def gauge(self, name: str, meaning: str, labels: Sequence[str] = ()) -> Gauge:
        """Return a new number that goes up and down, exported as `dispatch_{name}`.

        Raises:
            ValueError: the name is taken, or a label is not allowed.
        """
        return Gauge(self._named(name, labels), meaning, labels, namespace=PREFIX, registry=self._registry)

    def histogram(
        self, name: str, meaning: str, labels: Sequence[str] = (), buckets: Sequence[float] = SECONDS
    ) -> Histogram:
        """Return a new distribution, exported as `dispatch_{name}_bucket`, `_sum` and `_count`.

        Args:
            name: ends in its unit, base units only: seconds and not milliseconds.
            meaning: one sentence for whoever reads the export.
            labels: names of few-valued facts, such as a gateway or a route template.
            buckets: upper bounds in that unit, ascending.

        Raises:
            ValueError: the name is taken or has no unit, or a label is not allowed.
        """
        if not name.endswith(_UNITS):
            raise ValueError(f"{name}: end it in its unit, one of {', '.join(_UNITS)}")
        return Histogram(
            self._named(name, labels), meaning, labels, namespace=PREFIX, buckets=buckets, registry=self._registry
        )

    def render(self) -> tuple[bytes, str]:
        """Return the export and its media type, for `GET /metrics`."""
        return generate_latest(self._registry), CONTENT_TYPE_LATEST

    @staticmethod
    def _named(name: str, labels: Sequence[str]) -> str:
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r}: write metric names in snake_case")
        for label in labels:
            if is_personal(label):
                raise ValueError(f"{name}: the label {label!r} would export personal data")
            if _ENDLESS.fullmatch(label):
                raise ValueError(f"{name}: the label {label!r} has no end of values; put it in the log instead")
        return name
