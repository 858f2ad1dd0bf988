"""The home page: the first of what a release keeps for it, all of it where that is little."""

from collections import Counter
from dataclasses import dataclass, replace

import pyoxigraph as ox

from ...formats import Format
from ...overview.figures import Row
from ...overview.home import Group, home, read_groups, read_sections
from ...release.changed import stored_changes
from ...vocab import DCT, EURIO, SKOS
from ..core.context import Context
from ..core.description import Description
from ..core.labels import Name, page_names
from .document import DATA_FORMATS

_ROWS_OF_GROUP = 3  # that are shown of each group, where not all are
_INDICATORS = 4  # that are shown in short
_DISPUTES = 5  # indicators on which sources differ, a line each
_CHANGES = 3  # things that changed last, of so many that are looked at for one of the publication
_NEWS = 20
_VALUES = 3  # of one indicator on which sources differ
_ROWS_OF_DISPUTE = 5  # where its sources differ, so that several values are seen


@dataclass(frozen=True)
class HomePage:
    """What the template shows.

    Attributes:
        topic: the partnership.
        descriptions, aliases: of it, in each language; its short names.
        topics: of it, by code list.
        money: what each source says of the shares of the budget; equal statements together.
        disputed: indicators on which sources differ.
        figures: by subject, the partnership's own first, each with its indicators.
        members: the rows of each work package.
        tables: rows of the other sections, by name.
        sources: the row of each source, by its IRI.
        digest, date: of the release, and when it was made.
        counts, changed: what is new in it: how much, and some of the things; no counts for the first release.
        total_cost: the property of what the whole costs, for its name.
    """

    topic: str
    descriptions: list[ox.Literal]
    aliases: list[str]
    topics: dict[str, list[str]]
    money: list[Row]
    disputed: list[Group]
    figures: dict[str, list[Group]]
    members: list[Group]
    tables: dict[str, list[Row]]
    sources: dict[str, Row]
    names: dict[str, Name]
    digest: str
    date: str
    counts: dict[str, int] | None
    changed: list[str]
    total_cost: str = f"{EURIO}hasTotalCost"
    formats: tuple[Format, ...] = DATA_FORMATS


def home_page(context: Context, described: Description) -> HomePage:
    """The home page of the partnership."""
    topic, limits = described.topic, context.settings.limits
    whole, first = limits.home_section_rows, limits.home_first_rows
    content = (context.release.overview or {}).get("home")
    if not content or content["partnership"] != topic:
        content = home(context.release.store, topic)
    sections = read_sections(content)
    tables = {name: section.shown(whole, first) for name, section in sections.items()}
    groups = dict[str, list[Group]]()
    for name in ("figures", "members"):
        groups[name] = _shown(*read_groups(content, name), whole, first, largest=name == "members")
    figures: dict[str, list[Group]] = {}
    disputed = [_values(group) for group in groups["figures"] if group.disputed][:_DISPUTES]
    groups["figures"] = _first(groups["figures"], disputed)
    money = _different(tables.pop("money", []))
    for group in groups["figures"]:
        figures.setdefault(group.key[0], []).append(group)
    topics: dict[str, list[str]] = {}
    for row in tables.pop("topics"):
        topics.setdefault(row["scheme"].value, []).append(row["topic"].value)
    shown = [*money, *(row for group in disputed for row in group.rows)]
    shown += [row for some in groups.values() for group in some for row in group.rows]
    shown += [row for rows in tables.values() for row in rows]
    sources = {row["source"].value: row for row in tables["sources"]}
    news = stored_changes(context.release)
    newest = news.part(0, _NEWS).things if news else ()
    changed = [iri for iri in newest if iri.startswith(context.iris.things) and not context.release.in_catalogue(iri)]
    iris = {topic, HomePage.total_cost, *changed, *topics, *(iri for some in topics.values() for iri in some)}
    iris |= {iri for some in groups.values() for group in (*some, *disputed) for iri in group.key}
    iris |= {t.value for row in shown for t in row.values() if isinstance(t, ox.NamedNode)}
    texts = [(q.predicate.value, q.object) for q in described.quads if isinstance(q.object, ox.Literal)]
    names = page_names(context, iris)
    called = {names[iri].text: iri for iri in reversed(changed)}  # versions of one thing have one name
    return HomePage(
        topic,
        [text for predicate, text in texts if predicate == DCT + "description"],
        sorted({text.value for predicate, text in texts if predicate == SKOS + "altLabel"}),
        topics,
        money,
        disputed,
        figures,
        groups["members"],
        tables,
        sources,
        names,
        context.release.digest,
        context.release.manifest.files_created,
        news.counts if news else None,
        [*called.values()][::-1][:_CHANGES],
    )


def _shown(groups: list[Group], count: int, rows: int, whole: int, first: int, *, largest: bool) -> list[Group]:
    """All groups if they have no more than `whole` rows, else some rows of the `first` groups."""
    if rows <= whole and len(groups) == count:
        return [group.read(whole) for group in groups]
    chosen = groups
    if largest:
        best = sorted(groups, key=lambda group: -group.count)[:first]
        chosen = [group for group in groups if group in best]
    return [_some(group.read(whole)) for group in chosen[:first]]


def _first(groups: list[Group], disputed: list[Group]) -> list[Group]:
    """The first indicators on which sources agree, with a claim each; where there is none, the others."""
    agreed = [replace(group, rows=group.rows[:1]) for group in groups if not group.disputed]
    return agreed[:_INDICATORS] or disputed[:_INDICATORS]


def _values(group: Group) -> Group:
    """A group with the first claim of each value."""
    rows = {tuple(str(row[name]) for name in ("value", "qualifier", "unit")): row for row in reversed(group.rows)}
    return replace(group, rows=[*rows.values()][::-1][:_VALUES])


def _different(rows: list[Row]) -> list[Row]:
    """A row for each share that is said; where rows differ in the budget, one with that of most sources."""
    budgets = Counter((row["budget"].value, row["budgetQualifier"].value) for row in rows)
    ordered = sorted(rows, key=lambda row: -budgets[row["budget"].value, row["budgetQualifier"].value])
    shares = ("origin", "share", "shareQualifier")
    first = {tuple(row[name].value for name in shares): row for row in reversed(ordered)}
    return sorted(first.values(), key=rows.index)


def _some(group: Group) -> Group:
    """A group with its first rows. Where its sources differ, each of their values is among them."""
    values = set[tuple[str, ...]]()
    chosen = []
    for place, row in enumerate(group.rows):
        value = tuple(str(row[name]) for name in ("value", "qualifier") if group.disputed)
        if place < _ROWS_OF_GROUP or value not in values:
            chosen.append(row)
        values.add(value)
    return replace(group, rows=chosen[:_ROWS_OF_DISPUTE])
