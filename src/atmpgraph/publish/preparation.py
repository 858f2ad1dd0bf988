"""What a large graph needs, prepared in a process of its own while tables are checked and the graph is made.

It maps the tables while they are checked, plans the check of the graph, which takes seconds of parsing in a new
installation, and lays the graph out on disk as soon as its statements are sorted.
"""

import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from ..parallel import Beside, beside, prepare
from ..quality.shapes import read_distinguished
from ..quality.validate import LINE, GraphToCheck, Prepared, are_few
from ..rdf.canonical import merged
from ..settings import Settings
from ..sources.package import Package
from .graph import map_tables

if TYPE_CHECKING:  # what parses SPARQL loads slowly, and a small graph needs none of it
    from ..quality.neighbourhoods import Triples
    from ..quality.validation_plan import ValidationPlan

_GROWTH: Final = 8  # how many times the bytes of its tables a graph has, at least
# What the workers of a build import.
_MODULES: Final = (
    "publish.go_live",
    "quality.kept_plan",
    "quality.large",
    "quality.neighbourhoods",
    "quality.patterns",
)


class Preparation:
    """A context that takes its files along; where a graph is small it does nothing."""

    def __init__(self, settings: Settings, workplace: Path) -> None:
        """Start nothing yet.

        Args:
            settings: of the publication.
            workplace: a folder that gets files.
        """
        self._settings, self._workplace, self._folder = settings, workplace, workplace / "laid-out"
        self._process, self._files = ExitStack(), ExitStack()
        self._run: Beside | None = None
        self._mapped: Callable[[], int]
        self._plan: Callable[[], tuple[ValidationPlan, str]]
        self._triples: Callable[[], Triples]

    def __enter__(self) -> Self:
        """Wait for the tables."""
        return self

    def begin(self, package: Package) -> None:
        """Begin to map the tables, and then to plan the check.

        Args:
            package: the tables, which need not be checked yet: what is wrong with them is told before what the mapping
                says of it.
        """
        processes = self._settings.build.processes
        if processes > 1 and not are_few(package.size * _GROWTH // LINE, self._settings.build):
            prepare(*(f"{__package__.partition('.')[0]}.{module}" for module in _MODULES))
            self._files.callback(shutil.rmtree, self._folder, ignore_errors=True)
            with ExitStack() as process:
                self._run = process.enter_context(beside(processes, 1))
                self._mapped = self._run(map_tables, package, self._settings, self._workplace)
                self._plan = self._run(_plan, self._settings)
                self._process = process.pop_all()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the process, and remove the files.

        Raises:
            TranslatedError: the process was killed.
        """
        with self._files:
            self._process.__exit__(kind, error, trace)

    def lay_out(self, texts: Mapping[str, str], data: Sequence[Path]) -> None:
        """Begin to lay out a graph.

        Args:
            texts: of sources, by slug.
            data: sorted files with the lines that the shapes apply to.

        Raises:
            AtmpgraphError: the shapes cannot be run.
        """
        if self._run:
            backwards = [*self._plan()[0].reach.inverse()]
            self._triples = self._run(_lay_out, data, texts, self._settings.base, backwards, self._folder)

    @property
    def mapped(self) -> Callable[[], int] | None:
        """Waits until the tables are mapped; None where it was not worth a process."""
        return self._mapped if self._run else None

    @property
    def prepared(self) -> Prepared | None:
        """What there is, when the graph is made; None where it was not worth a process."""
        return Prepared(*self._plan(), self._laid_out) if self._run else None

    def _laid_out(self) -> "Triples":
        with self._process:  # the parts of the graph need its memory
            return self._triples()


def _plan(settings: Settings) -> "tuple[ValidationPlan, str]":
    """The plan of a check, and the digest of the shapes that it is for."""
    from ..quality.kept_plan import kept_plan
    from ..quality.patterns import Engine, for_engine

    shapes, digest = read_distinguished(settings.layered("shapes"), settings.base, settings.languages)
    return kept_plan(for_engine(shapes, Engine.QUICK), digest, with_store=True), digest


def _lay_out(
    data: Sequence[Path], texts: Mapping[str, str], base: str, backwards: Sequence[bytes], folder: Path
) -> "Triples":
    from ..quality.neighbourhoods import lay_out

    folder.mkdir()
    return lay_out(GraphToCheck(merged(data), 0, base, texts=texts).triples(), backwards, folder)
