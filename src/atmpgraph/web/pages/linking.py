"""Matching and looking up: what the release knows, for the requests and pages of both."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from flask import request

from ...http.problem import Problem, ProblemError
from ...i18n import message
from ...linking.lookup import ANY, LookedUp, look_up
from ...linking.properties import Property, called, heading, registries
from ...linking.service import Service
from ...search import Searcher, searcher_of
from ...search.reason import in_order
from ..core.context import Context
from ..core.i18n import OF_EVERY_PAGE
from ..core.labels import names_of

_REPEATED: Final = message("{name} is there twice, with two values; a thing has one identifier of a registry.")
KIND: Final = "kind"  # the parameter that names the kind of things that count


def languages_of(context: Context) -> tuple[str, ...]:
    """The languages of names for programs: the one that the URL names, then those of the publication."""
    return tuple(dict.fromkeys(filter(None, (context.requested_language, *context.settings.languages))))


def service_of(context: Context, searcher: Searcher, languages: Sequence[str] = ()) -> Service:
    """The reconciliation service of a release."""
    of, bounds = tuple(languages) or languages_of(context), context.settings.linking

    def names(iris: Iterable[str]) -> Mapping[str, str]:
        return {iri: name.text for iri, name in names_of(context.release.store, iris, of).items()}

    return Service(
        searcher,
        context.release.store,
        context.base,
        of,
        names,
        bounds.max_queries,
        bounds.max_text_characters,
        bounds.timeout_seconds,
    )


@dataclass(frozen=True)
class Lookup:
    """Identifiers that are looked up in a release.

    Attributes:
        context: of the request.
        kind: the first segment of the IRIs of the things that count; empty for any.
    """

    context: Context
    kind: str = ""

    @cached_property
    def registries(self) -> Mapping[str, Property]:
        """The registries by their code."""
        return registries(self.context.release.store)

    @cached_property
    def codes(self) -> Mapping[str, str]:
        """The codes of the registries by all names that they have."""
        return called(self.context.release.store) | {code: code for code in self.registries}

    def _code(self, parameter: str) -> str:
        """The registry that a parameter of the URL names, in any language; empty for none."""
        name = heading(parameter)
        if parameter in (KIND, *OF_EVERY_PAGE):
            return ""
        return name if name in (*self.registries, ANY) else self.codes.get(name, "")

    @cached_property
    def _searcher(self) -> Searcher | None:
        return searcher_of(self.context.release)

    @cached_property
    def given(self) -> dict[str, str]:
        """The identifiers in the URL, by the code of their registry.

        Raises:
            ProblemError: 400 a registry has two.
        """
        texts = defaultdict[str, set[str]](set)
        for name, text in request.args.items(multi=True):
            texts[self._code(name)] |= {text.strip()} - {""}
        for name in (*self.registries, ANY):
            if len(texts[name]) > 1:
                raise ProblemError(Problem(400, _REPEATED, values={"name": name}))
        return {name: text for name in (*self.registries, ANY) for text in texts[name]}

    @property
    def strange(self) -> list[str]:
        """The parameters of the URL that name no registry."""
        return [name for name in request.args if not self._code(name) and name not in (KIND, *OF_EVERY_PAGE)]

    def things(self, given: Mapping[str, str]) -> list[LookedUp]:
        """The things with all these identifiers; none where the release has no index."""
        start = f"{self.context.iris.things}{self.kind}{'/' if self.kind else ''}"
        if self._searcher is None:
            return []
        return look_up(self._searcher, self.context.release.store, self.registries, given, start)

    def named(self, given: Mapping[str, str]) -> tuple[list[str], list[str]]:
        """The IRIs and names of the things with all these identifiers."""
        things = self.things(given)
        return [thing.iri for thing in things], [self.name(thing) for thing in things]

    def name(self, thing: LookedUp) -> str:
        """The name of a thing."""
        names = [text for text in thing.texts if text.field == "name"] or list(thing.texts)
        return in_order(names, languages_of(self.context))[0].text

    def location(self, thing: LookedUp) -> str:
        """The URL of a thing on this server."""
        return self.context.urls.page(thing.iri.removeprefix(self.context.base))
