"""Look-up by an identifier in any spelling: `/lookup?ror=…` leads to the thing; POST completes a whole table."""

import json
from dataclasses import dataclass
from typing import Final

from flask import redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from ...errors import LinkingError
from ...formats import CSV, HTML, JSON, TSV, Format
from ...http.problem import Problem, ProblemError
from ...i18n import message
from ...linking.lookup import ANY, LookedUp
from ...linking.sheets import TOO_MANY_ROWS, Sheet, as_csv, as_json, read_csv, read_objects
from ..core.context import Context
from ..core.examples import identifier
from ..core.i18n import note_arguments
from ..core.labels import names_of
from ..core.resource import Maker, Navigation, Resource, Sitemap, query_parameter
from ..core.response import Body, Cache, Version
from ..pages.linking import KIND, Lookup

_LONGEST_SHOWN: Final = 100  # characters of an identifier, in a problem
_NONE: Final = message(
    "Nothing here has the identifier {value} ({registry}). Compare it with the registry; a name can be searched."
)
_WRONG_DIGITS: Final = message(
    "Nothing here has the identifier {value} ({registry}), and its check digits do not fit the others. Compare it with"
    " the registry, digit by digit."
)
_OTHER_DIGITS: Final = message(
    "Nothing here has the identifier {value} ({registry}), and its check digits do not fit the others; with those that"
    " fit, it is {right}. Compare it with the registry, digit by digit."
)
_STRANGE: Final = message("There is no registry {name} here; the registries are {names}, or id for any of them.")
_KINDS: Final = message("Send a table as text/csv or application/json, or as a form with “table”.")
_FORM: Final = "application/x-www-form-urlencoded"
_MULTIPART: Final = "multipart/form-data"
_FIELD: Final = "table"
_TABLES: Final = (CSV.media_type, TSV.media_type)
_BODY: Final = {
    "required": True,
    "content": {
        CSV.media_type: {"schema": {"type": "string"}, "example": "ror\n05f950310\n"},
        JSON.media_type: {
            "schema": {"type": "array", "items": {"type": "object"}},
            "example": [{"ror": "05f950310"}],
        },
    },
}


@dataclass(frozen=True)
class Question:
    """What is looked up.

    Attributes:
        lookup: of the release.
        things: that have the identifiers of the URL.
        sheet: the table of a POST.
        offered: the formats of the answer.
    """

    lookup: Lookup
    things: tuple[LookedUp, ...] = ()
    sheet: Sheet | None = None
    offered: tuple[Format, ...] = (HTML, JSON)


def _load(context: Context) -> Question | AnyResponse:
    kind = request.args.get(KIND, "")
    lookup = Lookup(context, kind)
    if request.method == "POST":
        return _table(lookup)
    if lookup.strange:
        values = {"name": lookup.strange[0][:_LONGEST_SHOWN], "names": ", ".join(lookup.registries)}
        raise ProblemError(Problem(400, _STRANGE, {"registries": list(lookup.registries)}, values=values))
    return leads_to(lookup) or Question(lookup)


def leads_to(lookup: Lookup) -> Question | AnyResponse | None:
    """The way to the thing with the identifiers of the URL, or all things where there are several; None without any.

    Raises:
        ProblemError: 404 there is no such thing; 400 a registry has two identifiers.
    """
    if not lookup.given:
        return None
    note_arguments(**lookup.given, **({KIND: lookup.kind} if lookup.kind else {}))
    things = lookup.things(lookup.given)
    if not things:
        values = {
            "value": " ".join(lookup.given.values())[:_LONGEST_SHOWN],
            "registry": ", ".join(lookup.given),
        }
        named = ((lookup.registries[code], text) for code, text in lookup.given.items() if code != ANY)
        wrong = [registry.with_right_digits(text) for registry, text in named if registry.has_wrong_digits(text)]
        sentence = (_OTHER_DIGITS if wrong[0] else _WRONG_DIGITS) if wrong else _NONE
        raise ProblemError(Problem(404, sentence, values={**values, "right": "".join(wrong[:1])}))
    if len(things) == 1:
        return redirect(lookup.location(things[0]), 303)
    return Question(lookup, tuple(things))


def _table(lookup: Lookup) -> Question:
    """The table of a POST.

    Raises:
        ProblemError: 400 it is none; 413 it is too long; 415 it is in another format.
    """
    most, codes = lookup.context.settings.linking.max_lookups, lookup.codes
    kind = request.mimetype
    try:
        if kind == JSON.media_type:
            return Question(lookup, sheet=read_objects(request.get_data(), codes, most), offered=(JSON, CSV))
        if kind in _TABLES:
            charset = request.mimetype_params.get("charset", "")
            return Question(lookup, sheet=read_csv(request.get_data(), codes, most, charset), offered=(CSV, JSON))
        if kind in {_FORM, _MULTIPART}:
            file = request.files.get(_FIELD)
            body = file.read() if file else request.form.get(_FIELD, "").encode("utf-8", "replace")
            return Question(lookup, sheet=read_csv(body, codes, most), offered=(CSV, JSON))
    except LinkingError as error:
        status = 413 if error.sentence == TOO_MANY_ROWS else 400
        raise ProblemError(Problem(status, error.sentence, values=error.values)) from None
    raise ProblemError(Problem(415, _KINDS))


def _sheet(fmt: Format) -> Maker[Question]:
    def make(context: Context, question: Question) -> Body | str:
        if question.sheet is None:
            return _json(context, question)
        write = as_json if fmt is JSON else as_csv
        return Body(write(question.sheet, question.lookup.named))

    return make


def _json(context: Context, question: Question) -> str:
    """The things; without identifiers, the registries that there are."""
    lookup = question.lookup
    if not question.things:
        content: dict[str, object] = {"registries": [vars(each) for each in _registries(context, lookup)]}
    else:
        content = {
            "given": lookup.given,
            "things": [
                {"iri": thing.iri, "document": context.iris.document(thing.iri), "name": lookup.name(thing)}
                for thing in question.things
            ],
        }
    return json.dumps(content, ensure_ascii=False, indent=1)


@dataclass(frozen=True)
class RegistryName:
    """A registry as people choose it."""

    code: str
    iri: str
    name: str
    language: str


def _registries(context: Context, lookup: Lookup) -> list[RegistryName]:
    listed = lookup.registries.values()
    names = names_of(context.release.store, [each.term for each in listed], context.languages)
    return [RegistryName(each.name, each.term, names[each.term].text, names[each.term].language) for each in listed]


def _page(context: Context, question: Question) -> str:
    """The form, or the things that an identifier may mean."""
    lookup = question.lookup
    return render_template(
        "lookup.html",
        given=lookup.given,
        things=[(thing.iri, lookup.name(thing)) for thing in question.things],
        registries=_registries(context, lookup),
        any_registry=ANY,
        most=context.settings.linking.max_lookups,
    )


RESOURCES = (
    Resource(
        endpoint="lookup.lookup",
        path="/lookup",
        summary="The thing with an identifier, in any spelling: redirects to it. A POST completes a table of them.",
        load=_load,
        makers={HTML: _page, JSON: _sheet(JSON), CSV: _sheet(CSV)},
        offered=lambda _, question: question.offered,
        methods=("GET", "POST"),
        version=lambda context, *_: Version((context.language,)),  # names are in a language in every format
        cache=lambda _, question, __: Cache.NEVER if question.sheet else Cache.CURRENT,
        navigation=Navigation("foot", 7, message("Look up identifiers")),
        sitemap=Sitemap(),
        parameters=(
            query_parameter("ror", "An identifier under the code of its registry, such as ror, cbe or wikidata."),
            query_parameter(ANY, "An identifier of any registry."),
            query_parameter(
                KIND, "The kind of things that count, as in their address: organisation.", example="organisation"
            ),
        ),
        body=_BODY,
        examples=lambda context: dict.fromkeys(("ror", ANY), identifier(context, "ror")),
    ),
)
