"""Grow the starter publication to any size: `python -m benchmarks.generate ROWS [FOLDER]`.

The tables that `atmpgraph init` writes get ROWS made-up rows more: organisations, people, work packages, who takes part
in which, figures, quotations, sources in four languages. Some organisations take part in very many work packages and
most in one, and so with sources and quotations (Zipf's law). The same ROWS give the same bytes, and the result keeps to
the shapes. A quotation names what it is cited for. Rows are written while they are made; in memory are only the words
of each quotation and a number for each participation.
"""

import csv
import sys
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from random import Random
from typing import Final, TypeAlias

from atmpgraph.settings import FILE_NAME, Settings
from atmpgraph.starter import start

Row: TypeAlias = dict[str, object]

BASE: Final = "https://example.org/partnership/"
LEAST: Final = 100
LANGUAGES: Final = ("fr", "nl", "de", "en")
_LABELS: Final = tuple(f"label_{language}" for language in LANGUAGES)
# How often each language is that of a source.
_SPOKEN: Final = ("fr",) * 5 + ("nl",) * 2 + ("de",) + ("en",) * 2
_CODES: Final = {"fr": "FRA", "nl": "NLD", "de": "DEU", "en": "ENG"}
# Rows of each table among a thousand; the rest take part in work packages.
_SHARES: Final = {
    "organisations": 150,
    "quotations": 150,
    "figures": 150,
    "workpackages": 50,
    "names": 50,
    "people": 50,
    "identifiers": 15,
    "events": 15,
    "funding": 10,
    "roles": 10,
    "sources": 5,
}
_MOST: Final = {"places": 500, "periods": 360}
# Months that end before the first source is issued: no figure and no event is later than its source.
_BEFORE: Final = 60
_KINDS: Final = (
    *("company",) * 9,
    *("university",) * 2,
    *("research-centre",) * 2,
    *("hospital", "public-administration", "cluster"),
)
_NAMES: Final = {
    "fr": ("Institut", "Laboratoire", "Atelier", "Centre"),
    "nl": ("Instituut", "Laboratorium", "Werkplaats", "Centrum"),
    "de": ("Institut", "Labor", "Werkstatt", "Zentrum"),
    "en": ("Institute", "Laboratory", "Workshop", "Centre"),
}
_TITLES: Final = {
    "fr": ("Cellules", "Gènes", "Vecteurs", "Procédés"),
    "nl": ("Cellen", "Genen", "Vectoren", "Processen"),
    "de": ("Zellen", "Gene", "Vektoren", "Verfahren"),
    "en": ("Cells", "Genes", "Vectors", "Processes"),
}
_FICTIONAL: Final = {"fr": "fictif", "nl": "fictief", "de": "fiktiv", "en": "fictional"}
# What is said of an organisation in each role: with hidden labels of the codes in ontology/auth, where they have some.
_ROLES: Final = {
    "leads": {"fr": "dirige", "nl": "leidt", "de": "leitet", "en": "leads"},
    "participatesIn": {"fr": "participe à", "nl": "werkt mee aan", "de": "wirkt mit an", "en": "takes part in"},
    "partner": {"fr": "est partenaire", "nl": "is partner", "de": "ist Partner", "en": "is a partner"},
    "supporter": {"fr": "apporte son soutien", "nl": "steunt ons", "de": "unterstützt uns", "en": "supports us"},
    "funder": {"fr": "finance", "nl": "financiert", "de": "finanziert", "en": "funds"},
}
_FUNCTIONS: Final = {"fr": "directrice", "nl": "directeur", "de": "Direktorin", "en": "director"}
# The words that tell how exact a number is: hidden labels of ontology/auth/value-qualifier.ttl.
_CUES: Final = {
    "exact": dict.fromkeys(LANGUAGES, ""),
    "approximately": {"fr": "environ ", "nl": "ongeveer ", "de": "etwa ", "en": "about "},
    "more-than": {"fr": "plus de ", "nl": "meer dan ", "de": "mehr als ", "en": "more than "},
}
_UNITS: Final = {
    "NUM": {"fr": "emplois", "nl": "banen", "de": "Stellen", "en": "jobs"},
    "CCY_EUR": dict.fromkeys(LANGUAGES, "euro"),
}


@dataclass
class Grower:
    """What is made: how many rows each table gets, and what rows of several tables agree on."""

    rows: int
    seed: str = "atmpgraph"
    counts: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        if self.rows < LEAST:
            raise ValueError(f"{self.rows} rows: at least {LEAST}, so that each table has some")
        self.counts = {table: max(1, self.rows * share // 1000) for table, share in _SHARES.items()}
        self.counts |= {table: min(most, max(2, self.rows // 100)) for table, most in _MOST.items()}
        self.counts["participations"] = self.rows - sum(self.counts.values())

    def random(self, purpose: str) -> Random:
        """Chances that depend on nothing else that is made."""
        return Random(f"{self.seed} {purpose}")  # noqa: S311 (no secret)

    @cached_property
    def spoken(self) -> list[str]:
        """The language of each source."""
        chance = self.random("languages")
        return [chance.choice(_SPOKEN) for _ in range(self.counts["sources"])]

    @cached_property
    def quoted(self) -> "array[int]":
        """The source of each quotation."""
        chance = self.random("quoted")
        return array("l", (zipf(chance, self.counts["sources"]) for _ in range(self.counts["quotations"])))

    def evidence(self, number: int) -> Row:
        """A quotation, and the source whose words it repeats; the rows of a table have all quotations in turn."""
        quotation = number % self.counts["quotations"]
        return {"source": f"s{self.quoted[quotation]}", "quotation": f"q{quotation}"}

    @cached_property
    def names(self) -> list[dict[str, str]]:
        """The names of each organisation, in one language or two."""
        chance = self.random("names")
        spoken = (sorted({chance.choice(_SPOKEN), chance.choice(_SPOKEN)}) for _ in range(self.counts["organisations"]))
        return [
            {language: _title(number, _NAMES, language) for language in languages}
            for number, languages in enumerate(spoken)
        ]

    def name(self, organisation: object, language: str) -> str:
        """What a source in a language calls an organisation, by its slug."""
        names = self.names[int(str(organisation)[1:])]
        return names.get(language) or next(iter(names.values()))

    def said(self) -> list[list[str]]:
        """What each quotation says of the rows that cite it."""
        said: list[list[str]] = [[] for _ in range(self.counts["quotations"])]
        for table, words in _SAID.items():
            for row in table(self):
                quotation = int(str(row["quotation"])[1:])
                said[quotation].append(words(self, row, self.spoken[self.quoted[quotation]]))
        return said

    def organisation(self, chance: Random) -> str:
        """The slug of one: a few of them often."""
        return f"o{zipf(chance, self.counts['organisations'])}"

    @property
    def months(self) -> int:
        """How many of the periods are over before any source is issued."""
        return min(self.counts["periods"], _BEFORE)

    def statements(self) -> Iterator[tuple[Row, str, str]]:
        """The figures, each with its language and its words. No two have the same dimensions (Data Cube, IC-12)."""
        chance, used = self.random("figures"), Counter[tuple[str, int]]()
        months = self.months
        dates = months * self.counts["places"]
        for number in range(self.counts["figures"]):
            quotation = number % self.counts["quotations"]
            source = self.quoted[quotation]
            kind, size = chance.choice((("organisation", "organisations"),) * 2 + (("workpackage", "workpackages"),))
            about = zipf(chance, self.counts[size])
            while used[f"{kind[0]}{about}", source] >= dates:
                about = chance.randrange(self.counts[size])
            subject = f"{kind[0]}{about}"
            which = used[subject, source]
            used[subject, source] += 1
            unit = "NUM" if kind == "organisation" else "CCY_EUR"
            qualifier = chance.choice(("exact", "exact", "approximately", "more-than"))
            value, language = 1 + zipf(chance, 100_000), self.spoken[source]
            row: Row = {
                "slug": f"f{number}",
                "indicator": "new-direct-jobs" if unit == "NUM" else "budget",
                "about_type": kind,
                "about": subject,
                "area": f"l{which // months}",
                "period": f"m{which % months}",
                "value": value,
                "unit": unit,
                "qualifier": qualifier,
                "status": "E" if qualifier == "approximately" else "A",
                "source": f"s{source}",
                "quotation": f"q{quotation}",
            }
            yield row, language, f"{_CUES[qualifier][language]}{value} {_UNITS[unit][language]}"


def zipf(chance: Random, size: int) -> int:
    """A number below `size`, the k-th about 1/k as often as the first."""
    return min(size - 1, int((size + 1) ** chance.random()) - 1)


def _in_all(prefix: str, words: Callable[[str], str]) -> Row:
    return {f"{prefix}_{language}": words(language) for language in LANGUAGES}


def _title(number: int, words: Mapping[str, tuple[str, ...]], language: str) -> str:
    return f"{words[language][number % 4]} {number} ({_FICTIONAL[language]})"


def _month(number: int) -> str:
    return f"{1996 + number // 12}-{number % 12 + 1:02}"


def _person(number: int) -> str:
    return f"Fictional Person {number}"


def sources(grower: Grower) -> Iterator[Row]:
    """Documents in four languages."""
    chance = grower.random("sources")
    for number, language in enumerate(grower.spoken):
        yield {
            "slug": f"s{number}",
            "kind": chance.choice(("NewsItem", "NewsItem", "PressRelease", "WebPage", "ReportDocument")),
            f"title_{language}": _title(number, _TITLES, language),
            "publisher": f"The Example Times {number % 40} (fictional)",
            "issued_date": f"{chance.randint(2001, 2025)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}",
            "language": _CODES[language],
            "confidence": chance.choice(("high", "medium")),
        }


def quotations(grower: Grower) -> Iterator[Row]:
    """Words of a source: those that state a figure, for as many as there are."""
    chance = grower.random("quotations")
    for number, (said, (figure, language, words)) in enumerate(zip(grower.said(), grower.statements(), strict=False)):
        speaker = zipf(chance, grower.counts["people"]) if chance.random() < 0.2 else None
        spoken = {} if speaker is None else {"speaker": f"h{speaker}"}
        by = "" if speaker is None else f", {_person(speaker)}"
        is_named = figure["about_type"] == "organisation"
        about = grower.name(figure["about"], language) if is_named else _title(number, _NAMES, language)
        exact = {f"exact_{language}": "; ".join((f"{about}: {words}", *said)) + by}
        yield {"slug": f"q{number}", "source": f"s{grower.quoted[number]}", **exact, **spoken}


def places(grower: Grower) -> Iterator[Row]:
    """Places, most of them part of another."""
    chance = grower.random("places")
    for number in range(grower.counts["places"]):
        within = {"within": f"l{zipf(chance, number)}"} if number else {}
        yield {"slug": f"l{number}", **dict.fromkeys(_LABELS, f"Exampleville {number}"), **within} | _EDITORIAL


def periods(grower: Grower) -> Iterator[Row]:
    """Months."""
    for number in range(grower.counts["periods"]):
        month = _month(number)
        span = {"start_month": month, "end_month": month}
        yield {"slug": f"m{number}", **dict.fromkeys(_LABELS, month), **span} | _EDITORIAL


def organisations(grower: Grower) -> Iterator[Row]:
    """Each named in one language or two; some part of one before."""
    chance = grower.random("organisations")
    for number, names_of_it in enumerate(grower.names):
        yield {
            "slug": f"o{number}",
            **{f"name_{language}": name for language, name in names_of_it.items()},
            "kind": chance.choice(_KINDS),
            "part_of": f"o{zipf(chance, number)}" if number and chance.random() < 0.1 else "",
            **grower.evidence(number),
        }


def names(grower: Grower) -> Iterator[Row]:
    """Other names, each of another organisation."""
    chance = grower.random("other names")
    for number in range(grower.counts["names"]):
        language = chance.choice(_SPOKEN)
        name = {f"name_{language}": f"{_NAMES[language][number % 4][:3].upper()} {number}"}
        yield {"organisation": f"o{number}", **name, **grower.evidence(number)}


def identifiers(grower: Grower) -> Iterator[Row]:
    """Entries in registries."""
    chance = grower.random("identifiers")
    for number in range(grower.counts["identifiers"]):
        digits = 2_000_000 + number  # the last two make the number divisible by 97
        value = f"{digits:08}{97 - digits % 97:02}"
        entry = {"scheme": "cbe", "value": f"{value[:4]}.{value[4:7]}.{value[7:]}"}
        yield {"organisation": f"o{number}", **entry, "source": f"s{zipf(chance, grower.counts['sources'])}"}


def people(grower: Grower) -> Iterator[Row]:
    """Office holders, in the language of their source."""
    chance = grower.random("people")
    for number in range(grower.counts["people"]):
        language = grower.spoken[grower.quoted[number % grower.counts["quotations"]]]
        yield {
            "slug": f"h{number}",
            "name": _person(number),
            f"function_{language}": _FUNCTIONS[language],
            "organisation": grower.organisation(chance),
            **grower.evidence(number),
        }


def roles(grower: Grower) -> Iterator[Row]:
    """The part of organisations in the whole partnership."""
    chance = grower.random("roles")
    for number in range(grower.counts["roles"]):
        role = chance.choice(("partner", "partner", "supporter", "funder"))
        yield {"organisation": f"o{number}", "partnership": "example", "role": role, **grower.evidence(number)}


def workpackages(grower: Grower) -> Iterator[Row]:
    """Half of them with a title in each language."""
    chance = grower.random("workpackages")
    for number in range(grower.counts["workpackages"]):
        languages = LANGUAGES if chance.random() < 0.5 else (chance.choice(_SPOKEN),)
        titles = {f"title_{language}": _title(number, _TITLES, language) for language in languages}
        yield {
            "slug": f"w{number}",
            "partnership": "example",
            "identifier": f"W{number}",
            **titles,
            **grower.evidence(number),
        }


def participations(grower: Grower) -> Iterator[Row]:
    """One organisation leads each work package; in a few very many take part."""
    chance, used = grower.random("participations"), set[int]()
    packages, members = grower.counts["workpackages"], grower.counts["organisations"]
    for number in range(grower.counts["participations"]):
        package = number if number < packages else zipf(chance, packages)
        member = zipf(chance, members)
        while package * members + member in used:
            package, member = chance.randrange(packages), chance.randrange(members)
        used.add(package * members + member)
        role = "leads" if number < packages else "participatesIn"
        yield {"organisation": f"o{member}", "workpackage": f"w{package}", "role": role, **grower.evidence(number)}


def funding(grower: Grower) -> Iterator[Row]:
    """Grants and private money for work packages."""
    chance = grower.random("funding")
    for number in range(grower.counts["funding"]):
        public = chance.random() < 0.7
        yield {
            "slug": f"c{number}",
            **_in_all("title", partial(_title, number, _TITLES)),
            "origin": "public" if public else "private",
            "eurio_class": "Grant" if public else "",
            "funds_type": "workpackage",
            "funds": f"w{zipf(chance, grower.counts['workpackages'])}",
            "funder": grower.organisation(chance),
            "amount": 1000 * (1 + zipf(chance, 10_000)),
            "currency": "EUR",
            **grower.evidence(number),
        }


def events(grower: Grower) -> Iterator[Row]:
    """What happened, where and when."""
    chance = grower.random("events")
    for number in range(grower.counts["events"]):
        yield {
            "slug": f"e{number}",
            **_in_all("title", partial(_title, number, _TITLES)),
            "period": f"m{chance.randrange(grower.months)}",
            "place": f"l{zipf(chance, grower.counts['places'])}",
            "organisation": grower.organisation(chance),
            **grower.evidence(number),
        }


def figures(grower: Grower) -> Iterator[Row]:
    """Numbers of organisations and work packages, in the words of the source."""
    for row, language, words in grower.statements():
        yield {**row, f"stated_as_{language}": words}


# What a quotation says of a row that cites it, in the language of its source.
_SAID: Final[Mapping[Callable[[Grower], Iterable[Row]], Callable[[Grower, Row, str], str]]] = {
    organisations: lambda grower, row, language: grower.name(row["slug"], language),
    names: lambda _, row, __: str(next(row[name] for name in row if name.startswith("name_"))),
    people: lambda grower, row, language: (
        f"{row['name']}, {_FUNCTIONS[language]}, {grower.name(row['organisation'], language)}"
    ),
    roles: lambda grower, row, language: (
        f"{grower.name(row['organisation'], language)} {_ROLES[str(row['role'])][language]}"
    ),
    workpackages: lambda _, row, __: str(row["identifier"]),
    participations: lambda grower, row, language: (
        f"{grower.name(row['organisation'], language)} {_ROLES[str(row['role'])][language]}"
        f" {str(row['workpackage']).upper()}"
    ),
    funding: lambda grower, row, language: (
        f"{grower.name(row['funder'], language)} {_ROLES['funder'][language]} {str(row['funds']).upper()}"
    ),
    events: lambda _, row, __: f"Exampleville {str(row['place'])[1:]}, {_month(int(str(row['period'])[1:]))[:4]}",
}
_EDITORIAL: Final[Row] = {"source": "editorial"}
TABLES: Final[tuple[Callable[[Grower], Iterable[Row]], ...]] = (
    *(sources, quotations, places, periods, organisations, names, identifiers, people),
    *(roles, workpackages, participations, funding, events, figures),
)


def generate(rows: int, folder: Path) -> Settings:
    """Write the publication into `folder`, which must be empty or not there.

    Raises:
        ValueError: there are too few rows to give each table one.
        AtmpgraphError: the folder is not empty.
    """
    grower = Grower(rows)
    start(folder, BASE)
    for table in TABLES:
        path = folder / "data" / f"{table.__name__}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            header = next(csv.reader(file))
        with path.open("a", encoding="utf-8", newline="") as file:
            csv.DictWriter(file, header, lineterminator="\n").writerows(table(grower))
    return Settings.load(folder / FILE_NAME)


def main() -> None:
    """Generate, and say what."""
    if not (2 <= len(sys.argv) <= 3 and sys.argv[1].isdecimal()):
        sys.exit("usage: python -m benchmarks.generate ROWS [FOLDER]")
    rows = int(sys.argv[1])
    folder = Path(sys.argv[2] if sys.argv[2:] else f"publication-{rows}")
    generate(rows, folder)
    print(f"{folder} is ready: cd {folder} && atmpgraph build && atmpgraph serve")


if __name__ == "__main__":
    main()
