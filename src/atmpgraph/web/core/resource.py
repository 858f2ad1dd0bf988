"""A resource as data: its route declares it, `serving` serves it; OpenAPI, sitemap and navigation read it."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, Final, Generic, Literal, TypeAlias, TypeVar

import pyoxigraph as ox
from werkzeug.wrappers import Response as AnyResponse

from ...formats import HTML, RDF_FORMATS, Format
from ...i18n import message
from ...rdf.serialize import prefixes_for, serialize
from ...release.release import Release
from .context import Context, Publication
from .response import Cache, Content, Version

T = TypeVar("T")
Maker: TypeAlias = Callable[[Context, T], Content]
Quads: TypeAlias = Iterable[ox.Quad]

DIGEST: Final = "digest"  # the path parameter that names the release of the request
SUFFIX: Final = "suffix"  # the path parameter that names a format
_PARAMETER: Final = re.compile(r"<(?:path:)?(\w+)>")


class Pool(Enum):
    """The threads of the server that answer a request."""

    PAGES = auto()
    QUERIES = auto()  # those that wait for the query service
    HEALTH = auto()
    LOOP = auto()  # none: the event loop answers at once


@dataclass(frozen=True)
class Navigation:
    """The link to a resource on every page: in its head or its foot, by position.

    Attributes:
        title: its text, in English, or in each language.
        parameters: of its path.
    """

    place: Literal["head", "foot"]
    position: int
    title: str | Mapping[str, str]
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sitemap:
    """The pages of a resource in the sitemap.

    Attributes:
        parameters: those of the path, for each page; one page without parameters by default.
        dated: they change with the release.
    """

    parameters: Callable[[Context], Iterable[Mapping[str, str]]] = lambda _: [{}]
    dated: bool = True


@dataclass(frozen=True)
class Instance:
    """A resource that OpenAPI describes by itself, beside the pattern of its URL.

    Attributes:
        path: the parameters of the path.
        summary, description: of it.
        parameters: those of the query that it has besides, as OpenAPI has them.
    """

    path: Mapping[str, str]
    summary: str
    description: str
    parameters: tuple[Mapping[str, Any], ...] = ()


def release_of(context: Context) -> Release:
    """The release itself as the subject: the default."""
    return context.release


@dataclass(frozen=True, kw_only=True)
class Resource(Generic[T]):
    """A resource: its URLs, what it represents, and how.

    A path has parameters, `<name>` or `<path:name>`; `<digest>` names the release that answers. Each format in
    `suffixes` has a URL of its own, which ends with its suffix.

    Attributes:
        endpoint: its name, `module.resource`, by which links lead to it.
        path: the pattern of its URLs.
        summary: one sentence for people who read OpenAPI.
        load: the subject for the parameters of the path (except `digest`), or None where there is none (404). A
            response, such as a redirection, is sent as it is.
        missing: the detail of that 404.
        makers: a representation for each format, by the server's preference. With a single one nothing is negotiated.
        offered: the formats that exist for a subject, in place of those of all makers.
        handler: makes the whole response in place of `makers`, for representations with a negotiation of their own.
        formats: the formats of a handler that are negotiated.
        suffixes: the formats with URLs of their own.
        may_end: whether the name at the end of a path may itself end like one; then it is read as a whole first.
        version: what a representation depends on.
        cache: how long it may be reused, or a function that decides.
        fields: header fields of a success beside those that every response has.
        methods: beside HEAD and OPTIONS.
        links_stay: the links of its page lead to states of the release that its URL names.
        always: header fields of every response at its URLs, errors and OPTIONS included.
        pool: the threads that answer.
        navigation, sitemap: its place there, if it has one; a function gives several, or those of the release.
        parameters: those of query and header, as OpenAPI has them.
        body: that of a POST, as OpenAPI has it.
        ranges: parts of it may be requested (RFC 9110 §14).
        instances: those that OpenAPI describes one by one.
        names: the values that the last parameter of the path may have; with another one a URL is not of this resource.
        examples: values of parameters, those of the path and others, for which the release has something.
    """

    endpoint: str
    path: str
    summary: str
    load: Callable[..., T | AnyResponse | None] = release_of  # type: ignore[assignment]
    missing: str = message("There is nothing at this address.")
    makers: Mapping[Format, Maker[T]] = field(default_factory=dict)
    offered: Callable[[Context, T], tuple[Format, ...]] | None = None
    handler: Callable[[Context, T], AnyResponse] | None = None
    formats: tuple[Format, ...] = ()
    suffixes: tuple[Format, ...] = ()
    may_end: Callable[[Context, str], bool] = lambda *_: True
    version: Callable[[Context, T, Format], Version] = lambda *_: Version()
    cache: Cache | Callable[[Context, T, Format], Cache] = Cache.CURRENT
    fields: Callable[[Context, T], Mapping[str, str]] = lambda *_: {}
    methods: tuple[str, ...] = ("GET",)
    links_stay: bool = False
    always: Mapping[str, str] = field(default_factory=dict)
    pool: Pool = Pool.PAGES
    navigation: Navigation | Callable[[], Iterable[Navigation]] | None = None
    sitemap: Sitemap | None = None
    parameters: tuple[Mapping[str, Any], ...] = ()
    body: Mapping[str, Any] | None = None
    ranges: bool = False
    instances: Callable[[Context], Iterable[Instance]] = lambda _: ()
    names: Callable[[Publication], Collection[str]] | None = None
    examples: Callable[[Context], Mapping[str, str]] = lambda _: {}

    @property
    def rules(self) -> tuple[str, ...]:
        """The patterns of its URLs: the path and, where a suffix cannot be part of a parameter, the path with one."""
        return (self.path, f"{self.path}.<{SUFFIX}>") if self.suffixes and not self.suffixed_parameter else (self.path,)

    @property
    def suffixed_parameter(self) -> str:
        """The parameter at the end of the path, which may have a suffix; empty when there is none."""
        names = parameter_names(self.path)
        return names[-1] if self.suffixes and self.path.endswith(">") else ""

    def formats_of(self, context: Context, subject: T) -> tuple[Format, ...]:
        """The formats that exist for a subject."""
        return self.offered(context, subject) if self.offered else self.formats or tuple(self.makers)

    def cache_of(self, context: Context, subject: T, fmt: Format) -> Cache:
        """How long the representation of a subject in a format may be reused; the frame of a page changes."""
        cache = self.cache if isinstance(self.cache, Cache) else self.cache(context, subject, fmt)
        return Cache.CURRENT if fmt is HTML and cache is Cache.IMMUTABLE else cache


def parameter_names(rule: str) -> list[str]:
    """The parameters of a pattern."""
    return _PARAMETER.findall(rule)


def template(rule: str) -> str:
    """A pattern as a template of OpenAPI: `/doc/<path:path>` → `/doc/{path}`."""
    return _PARAMETER.sub(r"{\1}", rule)


def rdf(quads: Callable[[Context, T], Quads], formats: tuple[Format, ...] = RDF_FORMATS) -> dict[Format, Maker[T]]:
    """A maker for each format of RDF, from one function that gives the quads of a subject."""
    return {fmt: _serializer(quads, fmt) for fmt in formats}


def _serializer(quads: Callable[[Context, T], Quads], fmt: Format) -> Maker[T]:
    def make(context: Context, subject: T) -> bytes:
        return serialize(quads(context, subject), fmt, prefixes_for(fmt, context.base))

    return make


def query_parameter(name: str, description: str, *, many: bool = False, example: str = "") -> dict[str, Any]:
    """A parameter of the query of a URL, as OpenAPI has it; an example of the data is among those of its resource."""
    text = {"type": "string"}
    declared = {
        "name": name,
        "in": "query",
        "description": description,
        "schema": {"type": "array", "items": text} if many else text,
    }
    return with_example(declared, example)


def with_example(declared: Mapping[str, Any], example: str) -> dict[str, Any]:
    """A parameter of OpenAPI with an example, if there is one."""
    is_list = declared["schema"].get("type") == "array"
    return {**declared, "example": [example] if is_list else example} if example else dict(declared)
