"""`atmpgraph upgrade`: what a new version changes, what no longer fits, and what may be put right.

Nothing in the publication changes before it is said to be done (`--apply`), and only what can be judged without its
author: copies that nobody edited go, files move where they are read, terms get their names of today.
"""

import csv
import io
import json
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..findings import Finding
from ..i18n import message, texts
from ..languages import tag_of
from ..settings import Settings
from ..settings.layers import Kind, supplied
from ..sources import DESCRIPTOR
from . import former
from .fit import NAMING, misfits
from .record import SuppliedRecord, read_supplied, supplied_columns

_REPLACING: Final[tuple[Kind, ...]] = (*NAMING, "templates")


@dataclass(frozen=True)
class Step:
    """One thing that an upgrade says.

    Attributes:
        sentence: in English, with `{place}` for the place.
        place: the file, term or column.
        act: what puts it right; None where that is for people, or where there is nothing to do.
    """

    sentence: str
    place: str
    act: Callable[[], None] | None = None

    def line(self, language: str) -> str:
        """What it says in a language."""
        return texts(language).gettext(self.sentence, place=self.place)


@dataclass(frozen=True)
class Upgrade:
    """What is new, what can be put right, and what no longer fits."""

    news: tuple[Step, ...]
    repairs: tuple[Step, ...]
    findings: tuple[Finding, ...]

    def apply(self) -> None:
        """Put right what can be."""
        for step in self.repairs:
            if step.act:
                step.act()

    def as_json(self) -> dict[str, object]:
        """The same for programs."""
        return {
            "news": [step.line("en") for step in self.news],
            "repairs": [step.line("en") for step in self.repairs],
            "findings": [finding.as_json() for finding in self.findings],
        }


def upgrade(settings: Settings, root: Path) -> Upgrade:
    """Compare a publication with the software that runs.

    Args:
        settings: of the publication.
        root: its folder.
    """
    return Upgrade((*_news(settings), *_topics(settings)), (*_repairs(settings, root),), (*misfits(settings),))


def _news(settings: Settings) -> Iterator[Step]:
    """What the new version changes since the last build."""
    before, now = read_supplied(settings.path(settings.folders.releases)), SuppliedRecord.installed()
    if before is None:
        yield Step(message("nothing tells which version the last build had; the next build notes it"), "")
        return
    own = {f"{kind}/{name}" for kind in _REPLACING for name in settings.layered(kind).replaced()}
    for name in sorted(before.files.keys() | now.files.keys()):
        old, new = before.files.get(name), now.files.get(name)
        if old == new:
            continue
        if name in own:
            yield Step(
                message("{place}: your file takes the place of one that the new version changes; compare them"), name
            )
        elif new is None:
            yield Step(message("{place}: no longer comes with the software"), name)
        else:
            yield Step(message("{place}: new") if old is None else message("{place}: changed"), name)
    for term in sorted({*before.terms} - {*now.terms}):
        yield Step(message("{place}: this term is gone"), term)
    for table, columns in before.columns.items():
        for column in columns:
            if column not in now.columns.get(table, ()):
                yield Step(message("{place}: this column is gone"), f"{table}: {column}")


def _topics(settings: Settings) -> Iterator[Step]:
    """Topics in code lists that were copied into each publication, and are not among its own any more."""
    file = settings.path(settings.folders.data) / "topics.csv"
    with suppress(OSError, UnicodeDecodeError, csv.Error), file.open(encoding="utf-8-sig", newline="") as content:
        for number, row in enumerate(csv.DictReader(content), start=2):
            if row.get("scheme") in former.SCHEMES:
                sentence = message(
                    "{place}: this code list is the software's now, and has no topics; correct the row, or remove it"
                )
                yield Step(sentence, f"topics.csv, {number}: {row['scheme']}")


def _repairs(settings: Settings, root: Path) -> Iterator[Step]:
    """What can be put right in a publication of an earlier version, in this order."""
    if root.samefile(supplied("shapes").parent):  # here the supplied files are edited
        return
    removed, had = set(former.copies(root)), former.had_vocabulary(settings)
    for file in sorted(removed):
        place = _place(file, root)
        yield Step(message("{place}: a copy of what comes with the software; it goes"), place, file.unlink)
    for file, target in former.left_behind(root).items():
        if file not in removed:
            place = f"{_place(file, root)} → {_place(target, root)}"
            yield Step(message("{place}: moves to where it is read"), place, _move(file, target))
    moved = former.left_behind(root)
    for file in sorted(_texts(settings, root) - removed):
        text = _text(file)
        if (renamed := former.renamed(text, settings.base)) != text:
            step = message("{place}: its terms get their names in the common vocabulary")
            yield Step(step, _place(file, root), _write(moved.get(file, file), renamed))
    yield from _descriptor(settings, root)
    yield from _columns(settings)
    target = settings.path(settings.folders.ontology) / "former-terms.ttl"
    if had and not target.exists():
        step = message("{place}: is written, so that the former terms of this publication still answer")
        yield Step(step, _place(target, root), _write(target, former.former_terms()))


def _texts(settings: Settings, root: Path) -> set[Path]:
    """The publication's own files that may name terms."""
    folders = {settings.layered(kind).own for kind in NAMING} | {root / "data" / "mapping"}
    files = {file for folder in folders for file in folder.rglob("*") if file.suffix in {".ttl", ".rq"}}
    coverage = settings.layered("coverage").own
    files |= {coverage} if coverage.is_file() else set()
    return {file for file in files if file.name != "former-terms.ttl"}


def _descriptor(settings: Settings, root: Path) -> Iterator[Step]:
    """The Data Package, if it repeats what comes with the software."""
    file = settings.path(settings.folders.data) / DESCRIPTOR
    if not file.is_file() or file == settings.layered("descriptor").supplied:
        return
    try:
        content = json.loads(file.read_text(encoding="utf-8-sig"))
        reduced = former.reduced(content)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return  # the check says it
    if reduced != content and content.get("resources"):
        text = json.dumps(reduced, ensure_ascii=False, indent=2) + "\n"
        step = message("{place}: says only what it adds or changes from now on")
        yield Step(step, _place(file, root), _write(file, text))


def _columns(settings: Settings) -> Iterator[Step]:
    """Columns that came with the software and do not any more."""
    for table, columns in supplied_columns().items():
        file = settings.path(settings.folders.data) / table
        if not file.is_file():
            continue
        header: list[str] = []
        with suppress(UnicodeDecodeError, csv.Error), file.open(encoding="utf-8-sig", newline="") as content:
            header = next(csv.reader(content), [])
        for column in header:
            is_supplied = column in columns or any(tag_of(column, declared) for declared in columns)
            if not is_supplied and column in former.former_columns(table):
                step = message("{place}: this column is gone; the table is written without it")
                yield Step(step, f"{table}: {column}", _without(file, column))


def _text(file: Path) -> str:
    """What a file says; nothing if it is not UTF-8, which the check says."""
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        return ""


def _place(file: Path, root: Path) -> str:
    """A file as it is named in reports."""
    return Path(os.path.relpath(file, root)).as_posix()


def _move(file: Path, target: Path) -> Callable[[], None]:
    def act() -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        file.rename(target)

    return act


def _write(file: Path, text: str) -> Callable[[], None]:
    def act() -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    return act


def _without(file: Path, column: str) -> Callable[[], None]:
    def act() -> None:
        with file.open(encoding="utf-8-sig", newline="") as content:
            rows = list(csv.reader(content))
        at = rows[0].index(column)
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(row[:at] + row[at + 1 :] for row in rows)
        file.write_text(text.getvalue(), encoding="utf-8")

    return act
