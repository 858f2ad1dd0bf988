"""Damaged files made anew: from what is whole, and only with the bytes that they had.

Each file of a release is a function of its statements and of the publication, or is in another release too. So all are
made again in a scratch folder, and those with the right digest take the place of the damaged ones. What stands beside
the releases follows from them.
"""

import re
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import pairwise
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from ..catalogue.dcat import History
from ..catalogue.void import void
from ..charts.draw import draw_charts
from ..errors import AtmpgraphError, DamagedError, LateQueryError, ReleaseError
from ..formats import TRIG
from ..i18n import Sentence, message, texts
from ..linksets.links import write_linksets
from ..quality.shapes_document import shapes_lines, write_shapes
from ..rdf.canonical import CanonicalWriter
from ..rdf.terms import line
from ..release.diff import write_changes
from ..release.file_dates import copied_history
from ..release.history import Switch, history, switches_in, write_history
from ..release.integrity import difference, known_difference
from ..release.layout import SEALED, ReleaseFolder, ReleasesFolder, exchange, replacing
from ..release.listing import copied_manifest, list_internal, list_reactivated, made_by, reactivated_at, read_listing
from ..release.manifest import File, Manifest, read_manifest, write_manifest
from ..release.proofs import Proof, renew_proofs, trust_proofs
from ..release.sealed import sealing_lines
from ..release.thing_state import record_published
from ..settings import Settings
from ..store import EMBEDDED, Store, StoreAddress
from ..stream.pages import Page, Stream, seal_stream
from .answers import write_answers
from .charts import chart_files
from .codings import code
from .datasets import write_datasets
from .dumps import write_dumps
from .lookups import write_index_at, write_lists_of, write_lookups
from .self_description import write_description
from .tables import open_tables, read_codes
from .verify import Damage, damages, damages_beside

# What is needed to make a file anew is itself missing, or not what it was.
_UNABLE: Final = (AtmpgraphError, FileNotFoundError, SyntaxError, ValueError)


@dataclass(frozen=True)
class Repair:
    """What became of a damaged file: made anew, or lost."""

    damage: Damage
    done: bool

    def line(self, language: str) -> str:
        """The outcome in words."""
        sentence = message("{path} is damaged ({reason}) and cannot be made anew: restore it from a backup")
        if self.done:
            sentence = message("{path} was damaged ({reason}) and is made anew")
        return texts(language).gettext(sentence, path=self.damage.path, reason=self.damage.reason)


def repair(settings: Settings, workplace: Path) -> list[Damage]:
    """Make all damaged files anew, as far as that can be; only under the lock of a build. Returns what was damaged.

    Args:
        settings: of the publication.
        workplace: a folder for what is made.

    Raises:
        LateQueryError: the query of a dataset takes too long.
    """
    releases, base = settings.path(settings.folders.releases), settings.base
    folder = ReleasesFolder(releases)
    for path in folder.notes():
        _clear(path)
    noted = trust_proofs(folder)
    wrong = _damages_of(folder.all(), noted)
    damaged = [damage for of_release in wrong.values() for damage in of_release]
    for _ in range(len(wrong)):  # what is made from another release waits until that is whole
        for release, of_release in wrong.items():
            scratch = workplace / f"repair-{release.path.name}"
            scratch.mkdir()
            try:
                _Remaking(release, settings, scratch).replace({damage.path for damage in of_release})
            except LateQueryError:
                raise
            except _UNABLE:  # what is not made anew is damaged still
                pass
            shutil.rmtree(scratch)
        before, wrong = wrong, _damages_of(wrong, noted)
        if wrong == before:
            break
    for damage in damages_beside(releases, base, _read_page):
        damaged.append(damage)
        _repair_beside(damage.path, folder, base)
    return damaged


def _damages_of(releases: Iterable[ReleaseFolder], noted: Set[Proof]) -> dict[ReleaseFolder, list[Damage]]:
    """The damage in each release that has some; that the others are whole is noted."""
    every = {release: _damages(release, noted) for release in releases}
    return {release: wrong for release, wrong in every.items() if wrong}


def _damages(release: ReleaseFolder, noted: Set[Proof]) -> list[Damage]:
    files = dict[Path, File]()

    def check(path: Path, file: File) -> Sentence | None:
        files[path] = file
        return known_difference(path, file)

    if wrong := list(damages(release, check)):
        return wrong
    with suppress(DamagedError, IsADirectoryError):  # it changed since, which the next reader tells
        renew_proofs(release.path, files, noted)
    return []


def _read_page(stream: Stream, page: Page) -> object:
    """Read a page of the stream; one that is closed only if it is not known to be whole, for it does not grow."""
    return stream.prove_page(page) if stream.closed(page) else stream.content(page)


def outcomes(damaged: list[Damage], settings: Settings) -> list[Repair]:
    """What became of damaged files, at the end of a build."""
    if not damaged:
        return []
    releases = settings.path(settings.folders.releases)
    left = {damage.path for release in ReleasesFolder(releases).all() for damage in damages(release, known_difference)}
    left |= {damage.path for damage in damages_beside(releases, settings.base, _read_page)}
    return [Repair(damage, damage.path not in left) for damage in damaged]


class _Remaking:
    """The files of one release, made anew in a scratch folder."""

    def __init__(self, folder: ReleaseFolder, settings: Settings, scratch: Path) -> None:
        self._folder, self._settings, self._scratch = folder, settings, scratch
        self._releases = ReleasesFolder(folder.path.parent)

    def replace(self, damaged: set[Path]) -> None:
        """Put what has the right bytes in the place of what is damaged."""
        folder = self._folder
        for path in damaged - {folder.store}:
            _clear(path)
        if folder.manifest in damaged and folder.listing not in damaged:
            write_manifest(folder.manifest, copied_manifest(folder))
        manifest = read_manifest(folder.manifest)
        if manifest.digest != folder.path.name:  # nothing of another release has a place here
            raise DamagedError(folder.manifest, "of another release")
        listed = {folder.path / name: file for name, file in manifest.files.items()}
        internal: Mapping[Path, File] = {}
        if folder.listing not in damaged and folder.listing.exists():
            listed |= (internal := read_listing(folder.listing))
        wanted = {path: listed[path] for path in damaged if path in listed}
        for path, file in wanted.items():
            for same in self._places.get(file, ()):
                _copy(same, path, file)
        if damaged & {folder.listing, folder.store, folder.catalogue_store, folder.search} or any(
            difference(path, file) for path, file in wanted.items()
        ):
            self._make_anew(manifest, wanted, internal, damaged)
        if folder.reactivated.path.exists() or folder.reactivated.listing in damaged:
            self._replace_reactivation(manifest, damaged)

    @cached_property
    def _places(self) -> Mapping[File, list[Path]]:
        """Where the releases have each file, which may be damaged there."""
        places = defaultdict[File, list[Path]](list)
        for release in self._releases.all():
            with suppress(FileNotFoundError, ReleaseError):
                for name, file in read_manifest(release.manifest).files.items():
                    places[file].append(release.path / name)
        return places

    def _make_anew(
        self, manifest: Manifest, wanted: dict[Path, File], internal: Mapping[Path, File], damaged: set[Path]
    ) -> None:
        folder, base = self._folder, manifest.base
        remade = ReleaseFolder(self._scratch / manifest.digest)
        remade.path.mkdir()
        self._canonical(remade.canonical, manifest)
        _copy(remade.canonical, folder.canonical, manifest.files[folder.canonical.name])
        address = EMBEDDED.load(remade.canonical, remade.store, manifest.digest)
        EMBEDDED.verify(address)
        store = EMBEDDED.open(address, base)
        for step in (
            self._linksets,
            self._dumps,
            self._description,
            self._shapes,
            self._changes,
            self._lookups,
            self._charts,
            self._answers,
        ):
            with suppress(*_UNABLE):
                step(remade, manifest, store)
        for path, file in wanted.items():
            _copy(remade.path / path.relative_to(folder.path), path, file)
        code(wanted, remade, folder)  # from what is whole now
        for path, file in wanted.items():
            _copy(remade.path / path.relative_to(folder.path), path, file)
        stores = {
            folder.store: remade.store,
            folder.catalogue_store: remade.catalogue_store,
            folder.search: remade.search,
        }
        stores_again = [
            at for at in stores if folder.listing in damaged or at in damaged or any(p.parent == at for p in wanted)
        ]
        for at in stores_again:  # a store and an index never get the same bytes twice
            if stores[at].exists():
                exchange(stores[at], at)
        if stores_again:
            if folder.listing in damaged:
                self._replace_unlisted(remade, set(stores))
            if manifest.format >= SEALED:  # what could not be made anew is listed as it was
                left = {path: file for path, file in internal.items() if path.parent not in stores_again}
                list_internal(folder, manifest, left, "" if folder.listing in damaged else made_by(folder))

    def _replace_unlisted(self, remade: ReleaseFolder, stores: set[Path]) -> None:
        """Put what was made anew in the place of all that only the lost listing told of: it may be damaged, or gone."""
        folder = self._folder
        code(folder.internal(), remade, folder)
        for new in remade.internal():
            path = folder.path / new.relative_to(remade.path)
            if path.parent not in stores and path.parent.exists():
                with new.open("rb") as content, replacing(path) as out:
                    shutil.copyfileobj(content, out)

    def _canonical(self, path: Path, manifest: Manifest) -> None:
        """The statements, from whichever file of the release still has them all."""
        folder, wanted = self._folder, manifest.files[self._folder.canonical.name]
        if not difference(folder.canonical, wanted):
            shutil.copyfile(folder.canonical, path)
            return
        address = StoreAddress(EMBEDDED.kind, str(folder.store), manifest.digest)
        sources: tuple[Callable[[], Iterator[ox.Quad]], ...] = (
            lambda: ox.parse(path=str(folder.dump(TRIG.suffix)), format=ox.RdfFormat.TRIG),
            lambda: EMBEDDED.open(address, manifest.base).quads(),
        )
        for quads in sources:
            with suppress(*_UNABLE, OSError, RuntimeError), CanonicalWriter(self._scratch) as writer:
                for quad in quads():
                    writer.add(line(quad))
                if writer.write(path) == manifest.digest:
                    return
        raise DamagedError(folder.canonical, "no file has all statements")

    def _linksets(self, remade: ReleaseFolder, _: Manifest, store: Store) -> None:
        write_linksets(remade, store, self._scratch)

    def _dumps(self, remade: ReleaseFolder, _: Manifest, store: Store) -> None:
        package = open_tables(self._settings, read_codes(self._settings))
        seconds = self._settings.build.query_timeout_seconds
        datasets = partial(write_datasets, self._settings.layered("datasets"), store, self._scratch, seconds)
        write_dumps(remade, package, store.base, datasets, self._scratch)

    def _description(self, remade: ReleaseFolder, manifest: Manifest, store: Store) -> None:
        own = {remade.catalogue, remade.thing_dates, remade.report, remade.links}
        own |= {remade.shapes, remade.catalogue_shapes}
        files = {name: file for name, file in manifest.files.items() if remade.path / name not in own}
        live = self._releases.release(manifest.previous) if manifest.previous else None
        history = History(manifest.digest, manifest.files_created)
        statistics = partial(void, store, remade.canonical)
        write_description(remade, remade, files, live, history, store.base, manifest.languages, statistics)

    def _shapes(self, remade: ReleaseFolder, manifest: Manifest, _: Store) -> None:
        shapes, languages = self._settings.layered("shapes"), manifest.languages
        if remade.catalogue_shapes.name in manifest.files:
            write_shapes(remade, shapes, manifest.base, languages)
        else:  # an earlier version put them all into one file
            remade.shapes.write_text("".join(shapes_lines(shapes, manifest.base, languages)), encoding="utf-8")

    def _lookups(self, remade: ReleaseFolder, manifest: Manifest, store: Store) -> None:
        """From the report and the links that the release has, if they are whole."""
        copies = {remade.report: self._folder.report, remade.links: self._folder.links}
        for copy, own in copies.items():
            shutil.copyfile(own, copy)
        if not any(difference(copy, manifest.files[copy.name]) for copy in copies):
            previous = self._releases.release(manifest.previous) if manifest.previous else None
            write_lookups(remade, previous, store, self._settings, self._scratch)
            address = StoreAddress(EMBEDDED.kind, str(remade.store), manifest.digest)
            write_index_at(remade, None, address, self._settings, self._scratch)
            write_lists_of(remade, store, self._settings)

    def _charts(self, remade: ReleaseFolder, _: Manifest, store: Store) -> None:
        draw_charts(chart_files(self._settings), store, remade.charts, None)

    def _answers(self, remade: ReleaseFolder, manifest: Manifest, store: Store) -> None:
        if self._folder.answers.is_dir():
            address = StoreAddress(EMBEDDED.kind, str(remade.store), manifest.digest)
            write_answers(self._settings, address, store.base, remade.answers)

    def _changes(self, remade: ReleaseFolder, manifest: Manifest, _: Store) -> None:
        previous = self._releases.release(manifest.previous) if manifest.previous else None
        write_changes(remade.path, previous, manifest.base)

    def _replace_reactivation(self, manifest: Manifest, damaged: set[Path]) -> None:
        """The files about a reactivation: they count while the release is live, but for the differences."""
        folder, reactivated = self._folder, self._folder.reactivated
        if not any(reactivated.path in path.parents for path in damaged):
            return
        reactivated.path.mkdir(parents=True, exist_ok=True)
        switches = history(self._releases.path)
        for previous in {before.digest for before, now in pairwise(switches) if now.digest == manifest.digest}:
            before = self._releases.release(previous)
            changes = reactivated.changes_since(previous)
            if (changes in damaged or not changes.exists()) and before.canonical.is_file():
                write_changes(folder.path, before, manifest.base, reactivated=True)
        created = switches[-1].date
        with suppress(DamagedError):
            created = reactivated_at(reactivated)
        described = {reactivated.catalogue, reactivated.thing_dates}
        looked_up = any(reactivated.lookups in path.parents for path in damaged)
        if reactivated.listing in damaged or described & damaged or looked_up:
            shutil.rmtree(reactivated.lookups, ignore_errors=True)
            for path in described:
                path.unlink(missing_ok=True)
            if self._releases.live == manifest.digest:
                self._describe_reactivation(manifest, switches[-2].digest, created)
        list_reactivated(reactivated, created)

    def _describe_reactivation(self, manifest: Manifest, before: str, created: str) -> None:
        store = EMBEDDED.open(StoreAddress(EMBEDDED.kind, str(self._folder.store), manifest.digest), manifest.base)
        live, now = self._releases.release(before), History(manifest.digest, created)
        facts = (manifest.files, live, now, manifest.base, manifest.languages)
        statistics = partial(void, store, self._folder.canonical)
        write_description(self._folder.reactivated, self._folder, *facts, statistics)


def _clear(path: Path) -> None:
    """Remove what stands in the place of a file and is none, such as a folder or a pipe."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    elif path.exists() and not path.is_file() and not path.is_dir():
        path.unlink()


def _copy(source: Path, path: Path, file: File) -> None:
    """Put a file in the place of a damaged one, if it is the listed one."""
    if difference(path, file) and not difference(source, file):
        path.parent.mkdir(parents=True, exist_ok=True)
        with source.open("rb") as content, replacing(path) as out:
            shutil.copyfileobj(content, out)


def _repair_beside(path: Path, folder: ReleasesFolder, base: str) -> None:
    """Make a file beside the releases anew, from what is whole of it and from the releases."""
    _clear(path)
    if path == folder.current:
        if last := next(reversed(history(folder.path)), None):
            folder.switch(last.digest)
    elif path == folder.next:
        folder.wait(None)
    elif path == folder.history:
        write_history(folder.path, _switches(folder))
    elif path == folder.published:
        _publish_again(folder, base)
    elif path in {folder.file_dates, folder.links} or path.parent in {folder.proofs("").parent, folder.slots.path}:
        # The next switch, check of links and push write it; without proofs all is read.
        path.unlink(missing_ok=True)
    elif folder.stream.path in path.parents:
        shutil.rmtree(folder.stream.path)
        seal_stream(folder.path, base)


def _switches(folder: ReleasesFolder) -> list[Switch]:
    """The switches of the copy, then those in the lines that can be read, and one to each release that none names."""
    switches = {switch.date: switch for switch in copied_history(folder.path)}
    last = max(switches, default="")
    written = switches_in(folder.history, lenient=True) if folder.history.exists() else ()
    switches |= {switch.date: switch for _, switch in written if switch.date > last}
    for release in folder.all():
        with suppress(FileNotFoundError, ReleaseError):
            manifest = read_manifest(release.manifest)
            recorded = {switch.digest for switch in switches.values()}
            if manifest.digest not in {*recorded, folder.waiting}:
                switches[manifest.created] = Switch(manifest.created, manifest.digest)
    return [switches[date] for date in sorted(switches)]


def _publish_again(folder: ReleasesFolder, base: str) -> None:
    """The IRIs that can be read, and those of all releases that are kept."""
    text = folder.published.read_bytes() if folder.published.exists() else b""
    ours = re.compile(re.escape(base.encode()) + rb"""[^\s<>"{}|\\^`]+\n""")
    with sealing_lines(folder.published) as out:
        out.write(b"".join(sorted(set(filter(ours.fullmatch, text.splitlines(keepends=True))))))
    files = [file for release in folder.all() for file in (release.canonical, release.catalogue) if file.exists()]
    record_published(folder.path, files, base)
