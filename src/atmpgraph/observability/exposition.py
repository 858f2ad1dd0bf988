"""The figures of all processes as Prometheus reads them: its text format, or OpenMetrics by Accept."""

import os
import platform
import sys
import time
from collections.abc import Iterable, Iterator, Mapping

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from .. import __version__
from .metrics import metrics, registry, slots
from .slots import Process

_OWN = "atmpgraph"


def exposition(accept: str | None, served: Iterable[Metric] = ()) -> tuple[bytes, str]:
    """All figures, and their media type.

    Args:
        accept: the field of the request.
        served: figures of what is served.
    """
    try:
        encode, media_type = choose_encoder(accept or "")
    except (TypeError, ValueError):  # a version that is no number
        encode, media_type = choose_encoder("")
    return encode(gathered(served)), media_type


def gathered(served: Iterable[Metric] = ()) -> CollectorRegistry:
    """All figures: those that processes recorded, and those that are true now."""
    metrics()
    all_figures = CollectorRegistry()
    shared = slots()
    processes = list(shared.living()) if shared else [Process(0, "web", os.getpid())]
    if shared:
        MultiProcessCollector(all_figures, str(shared.folder))  # type: ignore[no-untyped-call]
    else:
        all_figures.register(registry())
    all_figures.register(_Present([_software(), *_processes(processes), *served]))
    return all_figures


class _Present(Collector):
    """Figures that are true now."""

    def __init__(self, figures: list[Metric]) -> None:
        self._figures = figures

    def collect(self) -> Iterator[Metric]:
        yield from self._figures


def figure(name: str, text: str, value: float, labels: Mapping[str, str] | None = None) -> Metric:
    """A gauge with one value."""
    labels = labels or {}
    family = GaugeMetricFamily(f"{_OWN}_{name}", text, labels=list(labels))
    family.add_metric(list(labels.values()), value)
    return family


def _software() -> Metric:
    versions = {"version": __version__, "python": platform.python_version()}
    return figure("build_info", "The software; always 1.", 1, versions)


def _boot_time() -> float:
    return time.time() - time.clock_gettime(time.CLOCK_BOOTTIME) if sys.platform == "linux" else 0.0


def _processes(processes: list[Process]) -> list[Metric]:
    """Memory, processor time and descriptors of each process, as the library names them."""
    families: dict[str, Metric] = {}
    for process in processes:
        labels = {"role": process.role, "slot": str(process.slot)}
        pid = process.pid
        collector = ProcessCollector(_OWN, lambda pid=pid: pid, registry=None)  # type: ignore[misc]
        collector._btime = collector._btime or int(_boot_time())  # a sandbox may hide /proc/stat, where it looks
        for one in collector.collect():
            family = families.setdefault(one.name, Metric(one.name, one.documentation, one.type))
            for sample in one.samples:
                family.add_sample(sample.name, {**sample.labels, **labels}, sample.value)
    return list(families.values())
