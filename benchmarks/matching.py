"""How well names are matched: `python -m benchmarks.matching [--names N]`.

`linking/register.csv` has organisations with the names that one registry has for them; `linking/spellings.csv` has what
other registries and catalogues write for them, and names of organisations that the register does not have. What is in
the set `tuning` was looked at while the rules were written; the figures are those of the set `held out`.

Recall: the right organisation is among the first five candidates. Matches: how many of these are matched without a
person. Precision: how many of the automatic matches are right. With `--names`, so many made-up names are in the index
too, and a query takes its time among them.
"""

import argparse
import csv
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from random import Random
from statistics import median, quantiles
from typing import Final

from atmpgraph.linking.matching import Match, Sought, matches
from atmpgraph.search import Searcher
from atmpgraph.search.collect import Entry, Text
from atmpgraph.search.index import write_index
from atmpgraph.store import memory_store
from atmpgraph.vocab import ORG

_FOLDER: Final = Path(__file__).with_name("linking")
_KIND: Final = f"{ORG}Organization"
_HELD_OUT: Final = "held out"
_FIRST: Final = 5
_SEED: Final = 19
_HEADS: Final = (
    "Institut",
    "Laboratoire",
    "Centrum",
    "Stichting",
    "Bureau",
    "Clinique",
    "Hogeschool",
    "Société",
    "Groupe",
)
_OF: Final = ("de", "voor", "of", "für", "d'")
_SYLLABLES: Final = (
    "ba",
    "be",
    "cor",
    "da",
    "del",
    "fi",
    "gra",
    "ka",
    "lo",
    "mi",
    "nor",
    "pa",
    "ri",
    "sol",
    "ta",
    "ver",
    "xi",
    "zu",
)


@dataclass(frozen=True)
class Spelling:
    """A name as others write it; no organisation where the register has none."""

    text: str
    organisation: str
    of_set: str


@dataclass(frozen=True)
class Quality:
    """How well some spellings are matched, and which are not.

    Attributes:
        spellings: how many have an organisation.
        recalled: of them, how many have it among the first candidates.
        matched, right: automatic matches, and how many of them are right.
        missing, wrong: the spellings without it, and those that are matched with another.
        milliseconds: of each query.
    """

    spellings: int
    recalled: int
    matched: int
    right: int
    missing: Sequence[str]
    wrong: Sequence[str]
    milliseconds: Sequence[float]

    @property
    def recall(self) -> float:
        """The share of spellings that have their organisation among the candidates."""
        return self.recalled / self.spellings

    @property
    def precision(self) -> float:
        """The share of automatic matches that are right."""
        return self.right / self.matched


def register() -> Iterator[Entry]:
    """The organisations of the register."""
    rows = csv.DictReader((_FOLDER / "register.csv").read_text(encoding="utf-8").splitlines())
    for organisation, of_one in groupby(rows, key=lambda row: row["organisation"]):
        yield entry(organisation, [row["name"] for row in of_one])


def spellings(of_set: str = _HELD_OUT) -> list[Spelling]:
    """The labelled spellings of a set."""
    rows = csv.DictReader((_FOLDER / "spellings.csv").read_text(encoding="utf-8").splitlines())
    return [Spelling(row["spelling"], row["organisation"], row["set"]) for row in rows if row["set"] == of_set]


def made_up(count: int) -> Iterator[Entry]:
    """Names of organisations that do not exist, always the same."""
    random = Random(_SEED)  # noqa: S311 - no secret
    for number in range(count):
        word = "".join(random.choices(_SYLLABLES, k=random.randint(2, 4))).capitalize()
        other = "".join(random.choices(_SYLLABLES, k=random.randint(2, 4))).capitalize()
        yield entry(f"made-up-{number}", [f"{random.choice(_HEADS)} {random.choice(_OF)} {word} {other}"])


def entry(organisation: str, names: Iterable[str]) -> Entry:
    """An organisation in the index."""
    return Entry(organisation, _KIND, (_KIND,), tuple(Text("name", "", name) for name in names))


@contextmanager
def index_of(entries: Iterable[Entry]) -> Iterator[Searcher]:
    """An index of some organisations, for as long as it is needed."""
    with tempfile.TemporaryDirectory() as folder:
        write_index(entries, Path(folder) / "index")
        yield Searcher(Path(folder) / "index")


def quality(searcher: Searcher, labelled: Iterable[Spelling]) -> Quality:
    """How well spellings are matched."""
    store, count, recalled, right = memory_store((), ""), 0, 0, 0
    missing, wrong, milliseconds, matched = list[str](), list[str](), list[float](), 0
    for spelling in labelled:
        start = time.perf_counter()
        candidates = matches(searcher, store, Sought(spelling.text, (_KIND,), limit=_FIRST))
        milliseconds.append((time.perf_counter() - start) * 1_000)
        if spelling.organisation:
            count += 1
            recalled += (is_there := any(each.iri == spelling.organisation for each in candidates))
            missing += [] if is_there else [spelling.text]
        if candidates and candidates[0].is_match:
            matched += 1
            right += candidates[0].iri == spelling.organisation
            wrong += [] if candidates[0].iri == spelling.organisation else [_shown(spelling, candidates[0])]
    return Quality(count, recalled, matched, right, missing, wrong, milliseconds)


def _shown(spelling: Spelling, match: Match) -> str:
    features: Mapping[str, float] = match.features
    return f"{spelling.text} → {match.texts[0].text} ({', '.join(features)})"


def main() -> None:
    """Print the figures of both sets."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--names", type=int, default=0, help="made-up names beside the register")
    count = parser.parse_args().names
    with index_of([*register(), *made_up(count)]) as searcher:
        for of_set in ("tuning", _HELD_OUT):
            of = quality(searcher, spellings(of_set))
            slow = quantiles(of.milliseconds, n=20)[-1]
            print(f"{of_set}: {of.spellings} spellings among {searcher.things} organisations")
            print(f"  recall {of.recall:.3f}, precision {of.precision:.3f} of {of.matched} automatic matches")
            print(f"  {median(of.milliseconds):.1f} ms a query, 95 % within {slow:.1f} ms")
            for word, listed in (("missing", of.missing), ("wrong", of.wrong)):
                print(*(f"  {word}: {text}" for text in listed), sep="\n", end="\n" if listed else "")


if __name__ == "__main__":
    main()
