"""The one way from a request to a response: suffix, release, subject (404, 410), negotiation, representation."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from flask import Flask, current_app, g, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BaseConverter, ValidationError
from werkzeug.wrappers import Response as AnyResponse

from ...formats import Format, by_suffix, split_suffix
from ...http.problem import Problem, ProblemError
from ...languages import best
from ...release.release import Release
from .context import Context, Publication, publication
from .i18n import link, page_language, page_texts, requested_language
from .proxy_headers import RAW_PATH
from .resource import DIGEST, SUFFIX, Navigation, Resource, T, parameter_names
from .response import named_in_url, negotiate, respond

_EXTENSION = "atmpgraph.resources"


class Resources:
    """The resources of an application, by path; the order in which they were declared has no meaning."""

    def __init__(self, resources: Iterable[Resource[Any]]) -> None:
        """Take them.

        Raises:
            ValueError: two have the same name or path.
        """
        self._by_endpoint: dict[str, Resource[Any]] = {}
        for resource in sorted(resources, key=lambda each: each.path):
            if resource.endpoint in self._by_endpoint or resource.path in {each.path for each in self}:
                raise ValueError(f"{resource.endpoint}, {resource.path}: declared twice")
            self._by_endpoint[resource.endpoint] = resource
        self._linked = [(each.endpoint, each.navigation) for each in self if each.navigation]

    def __iter__(self) -> Iterator[Resource[Any]]:
        """All of them, by path."""
        return iter(self._by_endpoint.values())

    def get(self, endpoint: str | None) -> Resource[Any] | None:
        """The resource of an endpoint."""
        return self._by_endpoint.get(endpoint or "")

    def register(self, app: Flask) -> None:
        """Serve them."""
        app.extensions[_EXTENSION] = self
        app.jinja_env.globals["navigation"] = self.navigation
        for resource in self:
            view = partial(_answer, resource)
            for rule in resource.rules:
                app.add_url_rule(_with_names(app, resource, rule), resource.endpoint, view, methods=resource.methods)

    def navigation(self, place: str) -> list[tuple[str, str]]:
        """The links of every page in a place: URL and text."""
        listed = [(at, name) for name, declared in self._linked for at in _places(declared) if at.place == place]
        listed.sort(key=lambda pair: pair[0].position)
        return [(link(endpoint, **at.parameters), _title(at)) for at, endpoint in listed]


def _with_names(app: Flask, resource: Resource[Any], rule: str) -> str:
    """A pattern whose last parameter has the values that the resource knows, with a suffix or without."""
    declared = resource.names
    if declared is None:
        return rule
    names: Callable[[Publication], Collection[str]] = declared
    shared: Publication = app.extensions["atmpgraph"]

    class Names(BaseConverter):
        def to_python(self, value: str) -> str:
            if split_suffix(value, resource.suffixes)[0] not in names(shared):
                raise ValidationError
            return value

    converter = resource.endpoint.replace(".", "_")
    app.url_map.converters[converter] = Names
    last = parameter_names(rule)[-1]
    return rule.replace(f"<{last}>", f"<{converter}:{last}>")


def _places(declared: Navigation | Callable[[], Iterable[Navigation]]) -> Iterable[Navigation]:
    """The links to a resource on every page."""
    return (declared,) if isinstance(declared, Navigation) else declared()


def _title(at: Navigation) -> str:
    if isinstance(at.title, str):
        return page_texts().gettext(at.title)
    return best(at.title, (page_language(), *publication().settings.languages))


def resources() -> Resources:
    """The resources of the current application."""
    declared = current_app.extensions[_EXTENSION]
    assert isinstance(declared, Resources)  # noqa: S101 - create_app put it there
    return declared


def resource_at(app: Flask, path: str, method: str) -> Resource[Any] | None:
    """The resource that a request is for; None where there is none."""
    declared: Resources = app.extensions[_EXTENSION]
    try:
        return declared.get(str(app.url_map.bind("localhost").match(path, method)[0]))
    except HTTPException:
        return None


def _answer(resource: Resource[T], **parameters: str) -> AnyResponse:
    """The response to a request for a resource."""
    read = read_request(resource, parameters)
    return read if isinstance(read, AnyResponse) else _represent(resource, *read)


def read_request(resource: Resource[T], parameters: Mapping[str, str]) -> tuple[Context, T] | AnyResponse:
    """The context and the subject of a request; or a response, such as a redirection, in place of both.

    Raises:
        ProblemError: 404 there is no such subject or release; 410 there no longer is.
    """
    context = g.context = _context()
    missing = Problem(404, resource.missing)
    for fixed, values in _readings(resource, context, parameters):
        digest = values.pop(DIGEST, None)
        release = _named_release(context.publication, digest) if digest is not None else None
        if digest is not None and release is None:
            missing = Problem(404, "There is no such release.")
            continue
        context = context.reading(fixed, release, links_stay=resource.links_stay)
        subject = resource.load(context, **values)
        if isinstance(subject, AnyResponse):
            return subject
        if subject is not None:
            g.context = context
            return context, subject
    raise ProblemError(missing)


def _context() -> Context:
    """The context of the request, as far as any resource has it."""
    return Context(
        publication(),
        f"{request.script_root}/",
        request.environ.get(RAW_PATH, "").removeprefix("/"),
        page_language(),
        requested_language(),
    )


def _readings(
    resource: Resource[T], context: Context, parameters: Mapping[str, str]
) -> Iterator[tuple[Format | None, dict[str, str]]]:
    """What a URL may mean: the format of its suffix, and the other parameters.

    The name at the end of a path may itself have a dot, so it is read as a whole first, unless no name ends so.
    """
    if SUFFIX in parameters:
        fmt = by_suffix(parameters[SUFFIX], resource.suffixes)
        if fmt:
            yield fmt, {name: value for name, value in parameters.items() if name != SUFFIX}
        return
    name = resource.suffixed_parameter
    stem, fmt = split_suffix(parameters[name], resource.suffixes) if name else ("", None)
    if fmt is None or resource.may_end(context, f".{fmt.suffix}"):
        yield None, dict(parameters)
    if fmt:
        yield fmt, {**parameters, name: stem}


def _named_release(shared: Publication, digest: str) -> Release | None:
    """The release of a digest; None if there never was one.

    Raises:
        ProblemError: 410 it was removed; with its summary.
    """
    release = shared.open(digest)
    if release is None and (summary := shared.removed(digest)):
        detail = "This release was removed; only its description remains."
        raise ProblemError(Problem(410, detail, {"release": summary.as_json()}))
    return release


def _only(fmt: Format) -> Format:
    """The one format of a resource, which another name in the URL does not fit.

    Raises:
        ProblemError: 400 no format is called so; 406 it is of another one, and no suffix of the URL goes before it.
    """
    if not request.path.endswith(f".{fmt.suffix}"):
        named_in_url((fmt,))
    return fmt


def _represent(resource: Resource[T], context: Context, subject: T) -> AnyResponse:
    """The representation of a subject that the URL or the client wants."""
    if resource.handler:
        return resource.handler(context, subject)
    offered = resource.formats_of(context, subject)
    if context.fixed and context.fixed not in offered:
        raise ProblemError(Problem(404, resource.missing))
    chosen = negotiate(offered, context.fixed or (_only(offered[0]) if len(offered) == 1 else None))
    response = respond(
        context,
        chosen,
        lambda: resource.makers[chosen[0]](context, subject),
        resource.version(context, subject, chosen[0]),
        resource.cache_of(context, subject, chosen[0]),
    )
    response.headers.update(resource.fields(context, subject))
    return response


def sitemap_pages(context: Context) -> Iterator[tuple[str, bool]]:
    """The pages of all resources for the sitemap: their URL, and whether they change with the release."""
    for resource in resources():
        if resource.sitemap:
            for parameters in resource.sitemap.parameters(context):
                path = url_for(resource.endpoint, **dict[str, Any](parameters))
                yield context.iris.page(path.removeprefix(context.root)), resource.sitemap.dated
