"""The page of the quality of a release."""

from dataclasses import dataclass
from typing import Any, Final

import pyoxigraph as ox

from ...quality.links import ExternalLink
from ...quality.report import metrics
from ...quality.shapes_document import released_shapes
from ...quality.summary import Quality
from ...rdf.statements import text_of
from ...vocab import SH, SKOS
from ..core.context import Context
from ..core.labels import Name, page_names
from ..core.made_names import table_name
from ..core.paging import Paging

MOST: Final = 10
_NAMED: Final = 150  # things that the links of a page are in, about: each link has one at least


@dataclass(frozen=True)
class QualityPage:
    """What the template shows.

    Attributes:
        quality: all of it.
        tables: the start of the IRIs of tables.
        called: the files that findings name, as people call them.
        present: the tables that findings name and the release has; it has no settings, and no texts.
        groups: findings that are alike.
        names: of things and terms.
        metrics: names of metrics, dimensions and outcomes, by their fragment.
        shapes: how many the release was checked with.
        findings, paging: the pages of the findings and of the links.
        links: those of the page.
        most: things that are named of all that miss a point.
        linking: things that are named of all that link to an address.
    """

    quality: Quality
    tables: str
    called: dict[str, str]
    present: frozenset[str]
    groups: list[list[dict[str, Any]]]
    names: dict[str, Name]
    metrics: dict[str, str]
    shapes: int
    findings: Paging
    paging: Paging
    links: list[ExternalLink]
    linking: int
    most: int = MOST


def quality_page(context: Context, quality: Quality, findings: Paging, paging: Paging) -> QualityPage:
    """The page of the release of the request, with the findings and the links of a page."""
    groups, links = quality.alike(*findings.part), quality.links.shown(*paging.part)
    linking = max(1, min(MOST, _NAMED // max(len(links), 1)))
    iris = {finding[name] for group in groups for finding in group for name in ("node", "path") if name in finding}
    values = {finding["value"] for group in groups for finding in group if "value" in finding}
    iris |= {value for value in values if value.startswith(context.iris.things) and context.release.lines(value)}
    iris |= {thing for link in links for thing in link.things[:linking]}
    iris |= {thing for metric in (quality.score.metrics if quality.score else ()) for thing in metric.missing[:MOST]}
    iris |= {coverage.indicator for coverage in quality.coverage}
    node_shape = ox.NamedNode(SH + "NodeShape")
    shapes = sum(quad.object == node_shape for quad in released_shapes(context.release))
    names, tables, release = page_names(context, iris), context.iris.tables, context.release
    named = {place["file"] for group in groups for finding in group for place in finding.get("places") or ()}
    titles = release.table_titles
    called = {file: table_name(file, titles, context.language) if file in titles else file for file in named}
    present = frozenset(filter(release.table, named))
    metric_names = _metric_names(context, quality.named_in)
    parts = findings, paging, links, linking
    return QualityPage(quality, tables, called, present, groups, names, metric_names, shapes, *parts)


def _metric_names(context: Context, named_in: tuple[str, ...]) -> dict[str, str]:
    """The names of metrics, dimensions and outcomes by their fragment, in the language of the page."""
    label, names = ox.NamedNode(SKOS + "prefLabel"), dict[str, str]()
    labels = [quad for quad in metrics(context.base, named_in) if quad.predicate == label]
    for language in reversed(context.languages):  # the language of the page last
        for quad in labels:
            if isinstance(quad.object, ox.Literal) and quad.object.language == language:
                names[text_of(quad.subject).removeprefix(context.iris.metric())] = quad.object.value
    return names
