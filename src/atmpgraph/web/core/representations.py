"""A document in the profile, format and form that the client wants, with its links (RFC 9110 §12, RFC 8288)."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, TypeAlias

import pyoxigraph as ox
from flask import Response, render_template, request
from markupsafe import Markup

from ...addresses import iri_to_path
from ...formats import HTML, JSON_LD, LINK_SET, STATEMENTS, Format
from ...http.links import Link
from ...http.negotiate import choose, choose_form, parse_accept, with_form
from ...http.problem import Problem, ProblemError, not_acceptable
from ...http.profile_negotiation import Profile, choose_profile, profile_by_name
from ...profiles.registry import ALTERNATES, MODEL, NESTED, SCHEMA, SHAPED
from ...profiles.translate import likely, shaped, translated
from ...rdf.jsonld import FORMS, FRAMED
from ...rdf.serialize import prefixes_for, serialize
from ...rdf.statement_table import table
from ...rdf.statements import text_of
from .alternates import alternates, alternates_page
from .context import Context
from .description import Description
from .i18n import note_arguments, noted_arguments
from .response import Version, cached, named_in_url, negotiate, respond, vary, vary_by_language
from .signposting import RepresentationUrls, document_link_set, signposts

_FIRST: Final = 3  # of the signposts precede all other links: two descriptions, and the link set that has the rest
_EMBEDDED: Final = 60  # values of a property in the data of a page
_SEARCHED: Final = 100  # statements for search engines
_BREAK: Final = re.compile(r"\n\s*")
_IN_HEAD: Final = frozenset({"alternate", "canonical", "describedby", "linkset"})
# Makes the page of a description from its data blocks and the links for its head.
PageOf: TypeAlias = Callable[[Description, list[Markup], list[Link]], str]


@dataclass(frozen=True)
class Choice:
    """What is sent: a profile, a format under a media type and, of JSON-LD, a form."""

    profile: Profile
    fmt: Format
    media_type: str
    form: str = ""


def represent(
    context: Context, described: Description, page: PageOf, *, suffixes: bool = True, links: Sequence[Link] = ()
) -> Response:
    """The representation of a document that the URL or the client wants.

    Args:
        context: of the request.
        described: the document.
        page: makes the page for people.
        suffixes: each format has a URL by suffix.
        links: beside those that every document has.
    """
    choice = _choose(context, likely(context.release, described.topic))
    chosen = _Representation(context, described, choice, suffixes, links)
    response = respond(
        context,
        (choice.fmt, choice.media_type),
        lambda: chosen.page(page) if choice.fmt is HTML else chosen.content(),
        Version((described.document, choice.profile.token, _language(context, choice.profile))),
    )
    if choice.fmt is not LINK_SET:
        response.headers["Content-Profile"] = f"<{choice.profile.iri}>"
    if response.status_code != 304:  # the client has them
        key = ("Link", described.document, choice.fmt.suffix, choice.profile.iri)
        response.headers["Link"] = cached(context, chosen.link_field, *key).decode()
    if context.fixed is None:
        response.headers["Content-Location"] = chosen.location
    return response


def _language(context: Context, profile: Profile) -> str:
    """The language of the texts in a profile of a fixed shape, which has them in one; empty for all others."""
    if profile not in SHAPED:
        return ""
    vary_by_language()
    return context.language


def _choose(context: Context, offered: Sequence[Profile]) -> Choice:
    """What to send.

    Raises:
        ProblemError: 404 the URL names a profile or format that does not exist; 406 the client accepts none.
    """
    fixed, wanted = context.fixed, request.args.get("_mediatype")
    if wanted is not None:
        wanted = wanted.replace(" ", "+")  # an unencoded plus sign of a media type is a blank in a query
    elif not fixed:
        fixed = named_in_url((*dict.fromkeys(fmt for one in offered for fmt in one.formats), LINK_SET))
    profile = _profile(context, offered, fixed.media_type if fixed else wanted)
    formats = (*profile.formats, LINK_SET)
    if wanted is not None:
        chosen = choose(wanted, formats) if not wanted or parse_accept(wanted) else None
        if chosen is None or (fixed and chosen[0] is not fixed):
            raise not_acceptable(formats)
        fixed = chosen[0]
        note_arguments(_mediatype=chosen[1])
    if fixed and fixed not in formats and not context.fixed:
        raise not_acceptable(formats)
    if fixed and fixed not in formats:
        raise ProblemError(Problem(404, "This profile does not exist here in this format; see ?_profile=alt."))
    fmt, media_type = negotiate(profile.formats, fixed)
    accept = request.headers.get("Accept") if fixed is None else wanted
    form = choose_form(accept, JSON_LD.media_type, FORMS) if fmt is JSON_LD else ""
    return Choice(profile, fmt, with_form(JSON_LD.media_type, form) if form else media_type, form)


def _profile(context: Context, offered: Sequence[Profile], named: str | None) -> Profile:
    """The profile that the URL names, or the client's favourite among those with a format that it accepts.

    Args:
        context: of the request.
        offered: the profiles of the document.
        named: the media type that the URL names; None for none.
    """
    name = request.args.get("_profile")
    if name is not None:
        profile = profile_by_name(name, (*offered, ALTERNATES))
        if profile is None:
            tokens = [p.token for p in (*offered, ALTERNATES)]
            detail = "This resource has no such profile; it has {names}."
            raise ProblemError(Problem(404, detail, {"available": tokens}, values={"names": ", ".join(tokens)}))
        note_arguments(_profile=profile.token)
        return profile
    if context.fixed or "_mediatype" in request.args:  # a format of one profile alone, as DataCite's, names that one
        return next((p for p in offered if choose(named, p.formats)), offered[0])
    vary("Accept-Profile")
    vary_by_language()  # the default profile has a page, and a URL has one `Vary`
    accept = request.headers.get("Accept") if named is None else named
    possible = [p for p in (*offered, ALTERNATES) if choose(accept, p.formats)] or offered
    return choose_profile(request.headers.get("Accept-Profile"), possible) or offered[0]


@dataclass(frozen=True)
class _Representation:
    """The chosen representation of a document."""

    context: Context
    described: Description
    choice: Choice
    suffixes: bool
    links: Sequence[Link]

    @property
    def _url(self) -> str:
        """The URL of the document on this server."""
        return self.context.urls.page(iri_to_path(self.context.base, self.described.document) or "")

    @property
    def _urls(self) -> RepresentationUrls:
        return RepresentationUrls(self._url, self.suffixes)

    @property
    def location(self) -> str:
        """Its own URL, which is not negotiated (RFC 9110 §8.7)."""
        choice = self.choice
        language = self.context.language if choice.fmt is HTML else None
        media_type = choice.media_type if choice.form else None
        part = {name: str(value) for name, value in noted_arguments().items() if not name.startswith("_")}
        return self._urls.of(choice.fmt, choice.profile, **part, lang=language, _mediatype=media_type)

    @cached_property
    def _signposts(self) -> list[Link]:
        return signposts(self.context.release, self.described, self._urls, self.context.settings.licence)

    def link_field(self) -> bytes:
        """The links to its page and its profile, and the signposts."""
        links = [*self.links]
        if self.choice.fmt is not LINK_SET:
            first, rest = self._signposts[:_FIRST], self._signposts[_FIRST:]
            links = [Link(self.choice.profile.iri, "profile"), *first, *links, *rest]
        if self.choice.fmt is not HTML:
            links.insert(0, Link(self._url, "describes", {"type": HTML.media_type}))
        return _fitting(links, self.context.settings.limits.link_field_characters).encode()

    def page(self, page: PageOf) -> str:
        """The page for people."""
        if self.choice.profile is ALTERNATES:
            return render_template("alternates.html", page=alternates_page(self.context, self.described, self._urls))
        heads = [link for link in self._signposts if link.rel in _IN_HEAD]
        return page(self.described, self._data_blocks(), heads)

    def content(self) -> bytes | str:
        """The content for programs."""
        context, described, choice = self.context, self.described, self.choice
        release, licence, topic = context.release, context.settings.licence, described.topic
        if choice.fmt is LINK_SET:
            links = [
                Link(context.base + link.target.removeprefix(context.root), link.rel, link.attributes)
                for link in self.links
            ]
            return document_link_set(release, described, licence, suffixes=self.suffixes, links=links)
        if choice.fmt is STATEMENTS:
            return table(described.published(licence))
        if choice.profile in SHAPED:
            return json.dumps(shaped(release, topic, choice.profile, context.languages), ensure_ascii=False, indent=1)
        if choice.profile is ALTERNATES:
            topic = described.document
            quads = alternates(release, described, suffixes=self.suffixes)
        elif choice.profile.token == MODEL.token:
            quads = described.published(licence, self.choice.fmt)
        else:
            quads = list(translated(release, topic, choice.profile))
        base = context.base
        form = choice.form or (FRAMED if choice.profile.token == NESTED.token else "")
        return serialize(quads, choice.fmt, prefixes_for(choice.fmt, base), form=form, root=topic)

    def _data_blocks(self) -> list[Markup]:
        """The same graph for programs that read the page; and one for search engines, where schema.org has terms."""
        release, topic, embedded = self.context.release, self.described.topic, self.described.embedded
        quads = self.described.published(self.context.settings.licence) if embedded is None else embedded
        names = prefixes_for(JSON_LD, self.context.base)
        blocks = [_escaped(serialize(_first_values(quads), JSON_LD, names).decode())] if quads else []
        if release.in_catalogue(topic) and translated(release, topic, SCHEMA):
            content = shaped(release, topic, SCHEMA, self.context.languages)
            blocks.append(_escaped(json.dumps(content, ensure_ascii=False)))
        elif stated := translated(release, topic, SCHEMA):
            few = sorted((quad for quad in stated if text_of(quad.subject) == topic), key=str)[:_SEARCHED]
            blocks.append(_escaped(serialize(few, JSON_LD, names, root=topic).decode()))
        return blocks


def _first_values(quads: Iterable[ox.Quad]) -> list[ox.Quad]:
    """The first values of each property; the other formats have all."""
    properties = Counter[tuple[str, str]]()
    shown = list[ox.Quad]()
    for quad in quads:
        name = str(quad.subject), quad.predicate.value
        properties[name] += 1
        if properties[name] <= _EMBEDDED:
            shown.append(quad)
    return shown


def _fitting(links: list[Link], most: int) -> str:
    """A field of the first links, as many as fit into `most` characters: proxies refuse more. The link set has all."""
    length, fitting = 0, list[str]()
    for text in map(str, links):
        length += len(text) + 2
        if length > most:
            break
        fitting.append(text)
    return ", ".join(fitting)


def _escaped(text: str) -> Markup:
    """JSON in a page, without indentation and without a character that could end the element (HTML §4.12.1.3)."""
    text = _BREAK.sub("", text)  # none stands inside a string (RFC 8259 §7)
    for char in "<>&":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return Markup(text)  # noqa: S704 - escaped above as JSON
