"""A document in the profile, format and form that the client asked for, with its links (RFC 9110 §12, RFC 8288)."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import pyoxigraph as ox
from flask import Response, render_template, request
from markupsafe import Markup

from ...addresses import iri_to_path
from ...formats import HTML, JSON_LD, LINK_SET, STATEMENTS, Format
from ...http.links import Link, link_field
from ...http.negotiate import choose, choose_form, with_form
from ...http.problem import Problem, ProblemError, not_acceptable
from ...http.profile_negotiation import Profile, choose_profile, profile_by_name
from ...profiles.registry import ALTERNATES, MODEL, SCHEMA, SHAPED
from ...profiles.translate import delivered, shaped, translated
from ...rdf.jsonld import FORMS
from ...rdf.serialize import serialize
from ...rdf.statement_table import table
from ...vocab import prefixes
from .alternates import alternates, alternates_page
from .context import release, settings
from .description import Description
from .i18n import fallback, page_language, understood
from .response import kept, negotiate, send, vary
from .signposting import Address, signposts, whole_set

_FIRST = 3  # of the signposts, that go before all others: two descriptions, and the link set that has the rest
PageOf = Callable[[Description, list[Markup], list[Link]], str]


@dataclass(frozen=True)
class Choice:
    """What is sent: a profile, a format under a media type and, of JSON-LD, a form."""

    profile: Profile
    fmt: Format
    media_type: str
    form: str = ""


def send_representation(
    described: Description, fixed: Format | None, page: PageOf, *, suffixes: bool = True, more: Sequence[Link] = ()
) -> Response:
    """The representation that the URL or the client asks for.

    Args:
        described: what is represented.
        fixed: the format that a suffix names.
        page: makes the page for people.
        suffixes: whether each format has a URL by suffix.
        more: links beside those that every document has.
    """
    address = Address(_url(described.document), suffixes)
    offered = delivered(release(), described.topic)
    choice = _choose(offered, fixed)
    links = cache(lambda: signposts(release(), described, address, settings().licence))
    texts = page_language() if choice.profile in SHAPED else ""  # these have their texts in one language
    response = send(
        (choice.fmt, choice.media_type),
        lambda: _body(described, choice, page, address, links(), more),
        salt=f"{described.document} {choice.profile.token} {texts}",
    )
    if choice.fmt is not LINK_SET:
        response.headers["Content-Profile"] = f"<{choice.profile.iri}>"
    field = kept(
        lambda: _link_field(described, choice, links, more).encode(),
        "Link",
        described.document,
        choice.fmt.suffix,
        choice.profile.iri,
    )
    response.headers["Link"] = field.decode()
    if fixed is None:
        tag = page_language() if choice.fmt is HTML else None
        media_type = choice.media_type if choice.form else None
        response.headers["Content-Location"] = address.of(choice.fmt, choice.profile, lang=tag, _mediatype=media_type)
    return response


def _url(iri: str) -> str:
    """The URL on this server of one of our IRIs."""
    return f"{request.script_root}/{iri_to_path(settings().base, iri) or ''}"


def _choose(offered: list[Profile], fixed: Format | None) -> Choice:
    """What to send.

    Raises:
        ProblemError: 404 the URL asks for a profile or format that does not exist; 406 the client accepts none.
    """
    profile = _profile(offered, fixed)
    asked = request.args.get("_mediatype")
    if asked is not None:
        asked = asked.replace(" ", "+")  # the plus sign of a media type, left as it is, is a blank in a query
        wanted = choose(asked, (*profile.formats, LINK_SET))
        if wanted is None or (fixed and wanted[0] is not fixed):
            raise not_acceptable((*profile.formats, LINK_SET))
        fixed = wanted[0]
        understood(_mediatype=wanted[1])
    if fixed and fixed not in (*profile.formats, LINK_SET):
        raise ProblemError(Problem(404, "This profile does not exist here in this format; see ?_profile=alt."))
    fmt, media_type = negotiate(profile.formats, fixed)
    accept = request.headers.get("Accept") if fixed is None else asked
    form = choose_form(accept, JSON_LD.media_type, FORMS) if fmt is JSON_LD else ""
    return Choice(profile, fmt, with_form(JSON_LD.media_type, form) if form else media_type, form)


def _profile(offered: list[Profile], fixed: Format | None) -> Profile:
    """The profile that the URL names, or that the client likes best among those with a format it accepts."""
    name = request.args.get("_profile")
    if name is not None:
        found = profile_by_name(name, (*offered, ALTERNATES))
        if found is None:
            tokens = [p.token for p in (*offered, ALTERNATES)]
            raise ProblemError(Problem(404, "This resource has no such profile.", {"available": tokens}))
        understood(_profile=found.token)
        return found
    if fixed or "_mediatype" in request.args:
        return offered[0]
    vary("Accept-Profile")
    page_language()  # every representation of a URL gives the same Vary
    accept = request.headers.get("Accept")
    possible = [p for p in (*offered, ALTERNATES) if choose(accept, p.formats)] or offered
    return choose_profile(request.headers.get("Accept-Profile"), possible) or offered[0]


def _link_field(described: Description, choice: Choice, signs: Callable[[], list[Link]], more: Sequence[Link]) -> str:
    """The links of one representation: what it is of, its profile, and the signposts."""
    links = [*more]
    if choice.fmt is not LINK_SET:
        first, rest = signs()[:_FIRST], signs()[_FIRST:]
        links = [Link(choice.profile.iri, "profile"), *first, *more, *rest]
    if choice.fmt is not HTML:
        links.insert(0, Link(_url(described.document), "describes", {"type": HTML.media_type}))
    return link_field(_fitting(links, settings().limits.link_field_characters))


def _fitting(links: list[Link], most: int) -> list[Link]:
    """The first links, as many as fit into `most` characters: proxies refuse long fields. The link set has all."""
    length, found = 0, []
    for link in links:
        length += len(str(link)) + 2
        if length > most:
            break
        found.append(link)
    return found


def _body(
    described: Description, choice: Choice, page: PageOf, address: Address, links: list[Link], more: Sequence[Link]
) -> bytes | str:
    names, licence = prefixes(settings().base), settings().licence
    if choice.fmt is LINK_SET:
        root, base = f"{request.script_root}/", settings().base
        absolute = [Link(base + link.target.removeprefix(root), link.rel, link.attributes) for link in more]
        return whole_set(release(), described, licence, suffixes=address.suffixes, more=absolute)
    if choice.profile is ALTERNATES:
        if choice.fmt is HTML:
            return render_template("alternates.html", page=alternates_page(described, address))
        quads = alternates(release(), described, suffixes=address.suffixes)
        return serialize(quads, choice.fmt, names, form=choice.form, root=described.document)
    quads = described.published(licence)
    if choice.fmt is HTML:
        heads = [link for link in links if link.rel in {"alternate", "canonical", "describedby", "linkset"}]
        return page(described, _data_blocks(described, quads), heads)
    if choice.fmt is STATEMENTS:
        return table(quads)
    if choice.profile in SHAPED:
        return json.dumps(shaped(release(), described.topic, choice.profile, fallback()), ensure_ascii=False, indent=1)
    if choice.profile.token != MODEL.token:
        quads = list(translated(release(), described.topic, choice.profile))
    return serialize(quads, choice.fmt, names, form=choice.form, root=described.topic)


def _data_blocks(described: Description, quads: list[ox.Quad]) -> list[Markup]:
    """The same graph for programs that read the page; a dataset or catalogue also as search engines read it."""
    embedded, topic, opened = quads if described.embedded is None else described.embedded, described.topic, release()
    blocks = [_escaped(serialize(embedded, JSON_LD, prefixes(settings().base)).decode())] if embedded else []
    if opened.in_catalogue(topic) and translated(opened, topic, SCHEMA):
        blocks.append(_escaped(json.dumps(shaped(opened, topic, SCHEMA, fallback()), ensure_ascii=False)))
    return blocks


def _escaped(text: str) -> Markup:
    """JSON in a page: nothing in it can end the element (HTML §4.12.1.3)."""
    for char in "<>&":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return Markup(text)  # noqa: S704 - escaped above as JSON
