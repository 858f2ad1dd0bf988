"""The page of the quality of a release."""

from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox

from ...quality.report import metrics
from ...quality.shapes_document import released_shapes
from ...quality.summary import Quality
from ...vocab import SH, SKOS
from ..core.context import Context
from ..core.labels import Name, page_names


@dataclass(frozen=True)
class QualityPage:
    """What the template shows.

    Attributes:
        quality: all of it.
        tables: the start of the IRIs of tables.
        groups: findings that are alike.
        names: of things and terms.
        metrics: names of metrics, dimensions and outcomes, by their fragment.
        shapes: how many the release was checked with.
        most: the limit of the lists.
    """

    quality: Quality
    tables: str
    groups: list[list[dict[str, Any]]]
    names: dict[str, Name]
    metrics: dict[str, str]
    shapes: int
    most: int


def quality_page(context: Context, quality: Quality) -> QualityPage:
    """The page of the release of the request."""
    most = context.settings.limits.listed_findings
    groups = quality.alike(most)
    iris = {finding[name] for group in groups for finding in group for name in ("node", "path") if name in finding}
    iris |= {thing for link in quality.links.links[:most] for thing in link.things}
    iris |= {thing for metric in (quality.score.metrics if quality.score else ()) for thing in metric.missing[:most]}
    iris |= {coverage.indicator for coverage in quality.coverage}
    node_shape = ox.NamedNode(SH + "NodeShape")
    shapes = sum(quad.object == node_shape for quad in released_shapes(context.release))
    names, tables = page_names(context, iris), context.iris.tables
    return QualityPage(quality, tables, groups, names, _metric_names(context), shapes, most)


def _metric_names(context: Context) -> dict[str, str]:
    """The names of metrics, dimensions and outcomes by their fragment, in the language of the page."""
    label = ox.NamedNode(SKOS + "prefLabel")
    return {
        quad.subject.value.removeprefix(context.iris.metric()): quad.object.value
        for quad in metrics(context.base)
        if quad.predicate == label
        and isinstance(quad.object, ox.Literal)
        and quad.object.language == context.language
        and isinstance(quad.subject, ox.NamedNode)
    }
