"""What is known of the quality of a release, and the shapes that judged it: `/quality`, `/ns/shapes`."""

import json
from dataclasses import dataclass
from typing import Any, Final

import pyoxigraph as ox
from flask import Blueprint, Response, g, render_template

from ...addresses import Addresses
from ...formats import DOCUMENTS, HTML, JSON, LINK_SET, Format, by_suffix
from ...http.problem import Problem, ProblemError
from ...profiles.registry import MODEL
from ...quality.report import metrics
from ...quality.shapes_document import parts, released_shapes
from ...quality.summary import Quality, read_quality
from ...rdf.serialize import serialize
from ...release.release import Release
from ...vocab import SKOS, prefixes
from ..core.context import release, settings
from ..core.description import Description
from ..core.i18n import fallback
from ..core.labels import Name
from ..core.representations import send_representation
from ..core.response import negotiate, send
from ..pages.document import name_all
from ..pages.shapes import rules_page
from .releases import opened

blueprint = Blueprint("quality", __name__)
_OFFERED: Final = (*DOCUMENTS, JSON)


@dataclass(frozen=True)
class QualityPage:
    """What the template shows: all that is known; findings that are alike, together; names; the limit of lists."""

    quality: Quality
    tables: str
    groups: list[list[dict[str, Any]]]
    names: dict[str, Name]
    metrics: dict[str, str]
    shapes: int
    most: int


@blueprint.get("/quality")
@blueprint.get("/quality.<suffix>")
def quality(suffix: str | None = None) -> Response:
    """The quality of the current release."""
    return _send(release(), suffix)


@blueprint.get("/releases/<digest>/quality")
@blueprint.get("/releases/<digest>/quality.<suffix>")
def of_release(digest: str, suffix: str | None = None) -> Response:
    """The quality of a release; its page leads to the things and rows as that release has them."""
    g.release, g.memento = opened(digest), digest
    return _send(g.release, suffix)


def _fixed(suffix: str | None, offered: tuple[Format, ...]) -> Format | None:
    """The format that a suffix names.

    Raises:
        ProblemError: 404 there is no such format.
    """
    fixed = by_suffix(suffix, offered) if suffix else None
    if suffix and not fixed:
        raise _nothing()
    return fixed


def _nothing() -> ProblemError:
    return ProblemError(Problem(404, "There is nothing at this address."))


def _send(found: Release, suffix: str | None) -> Response:
    chosen, base = negotiate(_OFFERED, _fixed(suffix, _OFFERED)), settings().base
    known = read_quality(found.path, found.manifest)

    def body() -> bytes | str:
        if chosen[0] is HTML:
            return render_template("quality.html", page=_page(found, known), past=g.get("memento"))
        if chosen[0] is JSON:
            return json.dumps(known.as_json(), ensure_ascii=False, indent=1)
        return serialize(known.quads(f"{base}releases/{found.digest}/quality", base), chosen[0], prefixes(base))

    return send(chosen, body, salt=known.links.checked)


def _page(found: Release, known: Quality) -> QualityPage:
    base, most = settings().base, settings().limits.listed_findings
    groups = known.alike(most)
    iris = {finding[name] for group in groups for finding in group for name in ("node", "path") if name in finding}
    iris |= {thing for link in known.links.links[:most] for thing in link.things}
    iris |= {thing for metric in (known.score.metrics if known.score else ()) for thing in metric.missing[:most]}
    iris |= {coverage.indicator for coverage in known.coverage}
    shapes = sum(
        quad.object.value.endswith("#NodeShape")
        for quad in released_shapes(found.path)
        if isinstance(quad.object, ox.NamedNode)
    )
    return QualityPage(known, f"{base}doc/table/", groups, name_all(iris), _metric_names(base), shapes, most)


def _metric_names(base: str) -> dict[str, str]:
    """The names of metrics, dimensions and outcomes by their fragment, in the language of the page."""
    language, named = fallback()[0], ox.NamedNode(f"{SKOS}prefLabel")
    return {
        quad.subject.value.removeprefix(Addresses(base).metric()): quad.object.value
        for quad in metrics(base)
        if quad.predicate == named
        and isinstance(quad.object, ox.Literal)
        and quad.object.language == language
        and isinstance(quad.subject, ox.NamedNode)
    }


@blueprint.get("/ns/shapes")
@blueprint.get("/ns/shapes.<suffix>")
def shapes(suffix: str | None = None) -> Response:
    """The shapes that the current release was checked with."""
    topic, found = f"{settings().base}ns/shapes", parts(released_shapes(release().path), f"{settings().base}ns/shapes")
    if not found:
        raise _nothing()
    described = Description(topic, topic, found.pop(topic, []), found, embedded=[])
    return send_representation(
        described,
        _fixed(suffix, (*MODEL.formats, LINK_SET)),
        lambda known, blocks, links: render_template(
            "shapes.html", page=rules_page(known), data_blocks=blocks, links=links
        ),
    )
