"""The store of what is mapped, and what queries state of it: the rules, and after them the coverage.

Where the origins of the lines of the live release are noted, its store is copied and changed, and a query states what
it stated before: a rule if no row that came or went takes part in it, the coverage if none that it reads has. Else the
store is loaded and all queries are run.
"""

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from itertools import chain, islice
from pathlib import Path
from typing import Final, TypeAlias

from .. import __version__
from ..errors import QueryError, ReleaseError
from ..i18n import message
from ..parallel import apart, beside, each
from ..progress import SILENT, Progress
from ..quality.coverage import coverage_lines
from ..rdf.canonical import line_changes, merged, sorted_runs
from ..rdf.sorted_lines import SortedLines
from ..release.integrity import linking
from ..release.layout import ReleaseFolder
from ..settings import Settings
from ..sparql.syntax.matching import Pattern, matching
from ..sparql.syntax.taking_part import places
from ..store import EMBEDDED, Store, StoreAddress
from ..store.changes import Changes
from .origins import ROWS, Origins
from .reuse import MOST_CHANGES, has_whole_store
from .rules import rule_lines, rules
from .timed import in_time

COVERAGE: Final = "coverage"
# Gives the lines that a query states of a store, in any order.
_Query: TypeAlias = Callable[[Store], Iterable[str]]
_MANY: Final = 80_000_000  # bytes of a graph from which on processes are worth their start


@dataclass(frozen=True)
class Derived:
    """What is mapped, and what is stated of it.

    Attributes:
        store: of both; not compacted yet, where it is no copy.
        is_copied: whether it is a changed copy of the live release's.
        runs: sorted files with what is mapped, what each rule states and the coverage, by their names as `Origins`.
        recipes: of the rules and the coverage.
    """

    store: StoreAddress
    is_copied: bool
    runs: Mapping[str, tuple[Path, ...]]
    recipes: Mapping[str, str]


class _Queries:
    """The rules and the coverage of a publication."""

    def __init__(self, settings: Settings) -> None:
        self.rules, coverage = rules(settings.layered("rules")), settings.layered("coverage")
        self._base = settings.base
        self._files = {**self.rules, COVERAGE: coverage.file}
        self._run: dict[str, _Query] = {name: partial(rule_lines, path) for name, path in self.rules.items()}
        self._run[COVERAGE] = partial(coverage_lines, coverage)
        self._seconds = settings.build.query_timeout_seconds
        self.recipes = {
            name: sha256(f"{__version__} {self._base}\n".encode() + path.read_bytes()).hexdigest()
            for name, path in self._files.items()
        }

    @property
    def file_of_coverage(self) -> str:
        """The name of its file."""
        return self._files[COVERAGE].name

    def runs(self, names: Iterable[str], store: StoreAddress, scratch: Path) -> dict[str, tuple[Path, ...]]:
        """Sorted files with what each states of a store, which is opened once: that takes as long as most rules."""
        engine = EMBEDDED.open(store, self._base)
        return {name: self._stated(name, engine, scratch) for name in names}

    def _stated(self, name: str, engine: Store, scratch: Path) -> tuple[Path, ...]:
        """Sorted files with what one states."""
        return in_time(self._files[name], self._seconds, lambda: sorted_runs(self._run[name](engine), scratch))

    def stated(self, store: StoreAddress, scratch: Path, name: str) -> tuple[Path, ...]:
        """The same in a worker process."""
        return self._stated(name, EMBEDDED.open(store, self._base), scratch)

    def runs_of_all(
        self, store: StoreAddress, scratch: Path, processes: int, progress: Progress
    ) -> dict[str, tuple[Path, ...]]:
        """The same of all rules, side by side where the store is large."""
        progress.step(message("applying the rules"), len(self.rules), message("rules"))
        if processes < 2:
            return self.runs(progress.each_named(self.rules), store, scratch)
        stated, left = dict[str, tuple[Path, ...]](), [*self.rules]
        progress.on(left[:processes])
        for name, runs in each(partial(self.stated, store, scratch), [*self.rules], processes):
            stated[name] = runs
            left.remove(name)
            progress.advance()
            progress.on(left[:processes])
        return {name: stated[name] for name in self.rules}

    def add(
        self, store: StoreAddress, stated: Mapping[str, tuple[Path, ...]], scratch: Path
    ) -> dict[str, tuple[Path, ...]]:
        """Add what the rules state to a store, and then the coverage, which is returned; the store is complete."""
        EMBEDDED.change(store, (), _merged(stated))
        coverage = self.runs([COVERAGE], store, scratch)
        EMBEDDED.change(store, (), _merged(coverage))
        return coverage

    def reads(self, name: str) -> frozenset[Pattern]:
        """What one reads."""
        from ..sparql.syntax.patterns import patterns  # its parser loads slowly, and a first build asks for none

        return patterns(self._files[name].read_text("utf-8-sig"), self._base)

    def concerned(
        self, noted: Origins, rows: tuple[Sequence[bytes], Sequence[bytes]], before: StoreAddress, after: StoreAddress
    ) -> list[str]:
        """The rules that may state something else, after some rows have come or gone.

        Args:
            noted: of the release before.
            rows: the statements that went, and those that came.
            before, after: stores of both, with what all rules stated before: where that is seen too, more are run.
        """
        changes = Changes(EMBEDDED.open(before, self._base), EMBEDDED.open(after, self._base), *rows)
        others = [name for name in self.rules if not self.is_as_before(name, noted, chain(*rows))]
        return [name for name in others if not self._is_noted(name, noted) or self._takes_part(name, changes)]

    def _takes_part(self, name: str, changes: Changes) -> bool:
        """Whether a changed statement takes part in a solution of a rule."""
        with suppress(QueryError, ReleaseError):
            return changes.concern(places(self._files[name].read_text("utf-8-sig"), self._base))
        return True

    def _is_noted(self, name: str, noted: Origins) -> bool:
        return noted.recipes.get(name) == self.recipes[name]

    def is_as_before(self, name: str, noted: Origins, changed: Iterable[bytes]) -> bool:
        """Whether one states what it stated, after some statements have come or gone."""
        return self._is_noted(name, noted) and next(matching(changed, self.reads(name)), None) is None


def processes_for(lines: Path, settings: Settings) -> int:
    """How many processes are worth their start for a graph."""
    return settings.build.processes if lines.stat().st_size >= _MANY else 1


def derive(
    mapped: Path,
    folder: ReleaseFolder,
    settings: Settings,
    live: ReleaseFolder | None,
    noted: Origins | None,
    progress: Progress = SILENT,
) -> Derived:
    """Make the store of a new release, but for its description.

    Args:
        mapped: the sorted lines of the rows and of the ontology.
        folder: of the release, in the folder for intermediate files.
        settings: of the publication.
        live: the live release, if there is one.
        noted: where its lines come from, if that is known.
        progress: gets which rules were applied.

    Raises:
        QueryError: a rule or the coverage is no CONSTRUCT query, or its result cannot be published.
    """
    queries, scratch = _Queries(settings), folder.path.parent
    processes = processes_for(mapped, settings)
    if live and noted and has_whole_store(live):
        derived = _continued(live, noted, mapped, folder, queries, processes, progress)
        if derived:
            return derived
    store = apart(EMBEDDED.load, mapped, folder.store, "", processes=processes)
    stated = queries.runs_of_all(store, scratch, processes, progress)
    progress.on([queries.file_of_coverage])
    coverage = apart(queries.add, store, stated, scratch, processes=processes)
    return Derived(store, False, {ROWS: (mapped,), **stated, **coverage}, queries.recipes)


def _changed_rows(live: ReleaseFolder, noted: Origins, mapped: Path) -> tuple[list[bytes], list[bytes]] | None:
    """The statements of rows that went since the live release, and those that came; None where they are too many."""
    return line_changes(noted.lines(live.canonical, ROWS), merged([mapped]), MOST_CHANGES)


def _continued(
    live: ReleaseFolder,
    noted: Origins,
    mapped: Path,
    folder: ReleaseFolder,
    queries: _Queries,
    processes: int,
    progress: Progress,
) -> Derived | None:
    """The same with a changed copy of the store of the live release; None where too much has changed."""
    scratch, before = folder.path.parent, partial(noted.lines, live.canonical)
    earlier = [name for name in noted.recipes if name != COVERAGE]
    stating = scratch / "stating.nq"
    with beside(processes, 1) as run:
        changed_rows = run(_changed_rows, live, noted, mapped)
        if processes < 2 and changed_rows() is None:
            return None
        with stating.open("wb") as file:
            file.writelines(before(*earlier))
        with live.canonical.open("rb") as lines:
            changes = line_changes(lines, merged([mapped, stating]), MOST_CHANGES)
        if changes is None:
            return None
        rows = changed_rows()
    if rows is None:
        return None
    changed, mapped_lines = list(chain(*rows)), SortedLines.open(mapped)
    address = StoreAddress(EMBEDDED.kind, str(live.store), live.path.name)
    with linking(*live.store.glob("*.sst")):
        store = EMBEDDED.copy(address, folder.store)
    EMBEDDED.change(store, *changes)
    anew = queries.concerned(noted, rows, address, store)
    # No rule sees what another one states: what one that is run anew would see is taken out first.
    read = frozenset[Pattern]().union(*map(queries.reads, anew))
    seen = set(islice(matching(before(*earlier), read), MOST_CHANGES)) if anew else set[bytes]()
    if len(seen) == MOST_CHANGES:
        shutil.rmtree(folder.store)
        return None
    if seen:
        EMBEDDED.change(store, [line for line in seen if line[:-1] not in mapped_lines], ())
    if anew:
        progress.step(message("applying the rules"), len(anew), message("rules"))
    stating_anew = queries.runs(progress.each_named(anew), store, scratch) if anew else {}
    stated = {
        name: stating_anew[name] if name in stating_anew else noted.write_lines(live.canonical, name, scratch)
        for name in queries.rules
    }
    if anew or {*earlier} != {*queries.rules}:
        gone, come = line_changes(before(*earlier), _merged(stated)) or ([], [])
        EMBEDDED.change(
            store,
            [line for line in gone if line not in seen and line[:-1] not in mapped_lines],
            [*come, *seen.difference(gone)],
        )
        changed += [*gone, *come]
    if queries.is_as_before(COVERAGE, noted, changed):
        coverage = noted.write_lines(live.canonical, COVERAGE, scratch)
    else:
        progress.on([queries.file_of_coverage])
        coverage = queries.runs([COVERAGE], store, scratch)[COVERAGE]
    EMBEDDED.change(store, (), merged(coverage))
    return Derived(store, True, {ROWS: (mapped,), **stated, COVERAGE: coverage}, queries.recipes)


def _merged(stated: Mapping[str, Sequence[Path]]) -> Iterator[bytes]:
    return merged(chain.from_iterable(stated.values()))
