"""What is put to which target: the whole matrix in process, and over the sockets one resource of each class.

A server and a proxy read no representation. What they can break of a response depends on these attributes of its
resource, so resources that agree in all of them are one class:

- `cache`: nginx stores by Cache-Control; what is never stored, and what is never asked for again, are cases of its own.
- `negotiated`, `languages`: each variant that Vary names has its own entry in the cache, and must not be mixed up.
- `strong`: nginx compares tags itself, for If-None-Match and If-Range, and knows weak ones.
- `status`: a redirection has a Location that a proxy may rewrite, and no representation.
- `methods`: POST and QUERY have a body, and go past the cache.
- `long`: the server hands a short body over at once and a long one in pieces, in step with the client; nginx holds a
  short one in memory and a long one in a file. Length, HEAD and ranges are told in other ways.
- `pool`: the server answers pages, queries and health in threads of their own, and `/health/live` without any.
- a query string: it is passed on with the raw path.

The first resource of a class in the table stands for it. Every other parameter of a test is kept as it is: fields,
codings, ranges, methods, raw paths and bytes are transport. So are the tests that name a socket target themselves.
Where the format plays no part, one format of each document is enough (`one_format_each`).
What depends on the mount is in every page, so the target in process is mounted as the proxy mounts it.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import fields
from typing import Any, Final

import pytest

from ...long import LONG
from .tables import GRAPHS, HTML, KINDS, RESOURCES, Resource

IN_PROCESS: Final = "mounted"
SOCKETS: Final = ("server", "proxy")
_OF_NO_CONCERN: Final = {"path", "types", "inexpressible"}
_FORMATS: Final = {*GRAPHS, HTML.partition("/")[2]}
_BY_PATH: Final = {resource.path: resource for resource in (*KINDS.values(), *RESOURCES)}


def class_of(resource: Resource) -> tuple[Hashable, ...]:
    """What a server or a proxy could treat in a way of its own."""
    attributes = (getattr(resource, field.name) for field in fields(resource) if field.name not in _OF_NO_CONCERN)
    return (*attributes, resource.negotiated, "?" in resource.path)


def one_format_each(resources: Iterable[Resource]) -> tuple[Resource, ...]:
    """All resources; but in `make test`, of the formats of a document that are one class, one: another for each document.

    For rules that do not depend on the format. `make bench` has all of them.
    """
    documents: defaultdict[Hashable, list[Resource]] = defaultdict(list)
    for resource in resources:
        stem, _, suffix = resource.path.rpartition(".")
        documents[stem if suffix in _FORMATS else resource.path, class_of(resource)].append(resource)
    kept = {alike[number % len(alike)].path for number, alike in enumerate(documents.values())}
    return tuple(resource for resource in resources if LONG or resource.path in kept)


def parameters(item: pytest.Item) -> Mapping[str, Any]:
    """The parameters of a test."""
    return item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}


def rule(item: pytest.Item) -> str:
    """The test function of a test."""
    return item.nodeid.partition("[")[0]


def classes(parameters: Mapping[str, Any]) -> tuple[Hashable, ...]:
    """The parameters of a test, with its resource, or the path of one, as its class."""
    return tuple((name, _class(name, value)) for name, value in sorted(parameters.items()))


def _class(name: str, value: Any) -> Hashable:
    resource = _BY_PATH.get(value) if name == "path" else value
    return class_of(resource) if isinstance(resource, Resource) else repr(value)


def alike(items: Iterable[pytest.Item]) -> set[pytest.Item]:
    """The tests over a socket that an earlier one of the same class stands for."""
    seen: set[Hashable] = set()
    others: set[pytest.Item] = set()
    for item in items:
        if parameters(item).get("target") not in SOCKETS:
            continue
        key = (rule(item), classes(parameters(item)))
        if key in seen:
            others.add(item)
        seen.add(key)
    return others
