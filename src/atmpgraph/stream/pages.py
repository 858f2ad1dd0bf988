"""The pages of the stream on disk: files that only grow, and an index of the valid length of each.

A page is closed when another one follows it. The index is replaced in one rename, so a build that is killed leaves the
stream as it was; the next build cuts off what it had written beyond.
"""

import hashlib
import os
from collections.abc import Iterable
from contextlib import closing, suppress
from dataclasses import asdict, dataclass, replace
from functools import cached_property, partial
from itertools import chain, islice
from pathlib import Path
from typing import Any

from ..addresses import Addresses
from ..errors import DamagedError
from ..i18n import counting
from ..reasons import lacks_descriptors, refusal_of
from ..release.diff import Change
from ..release.integrity import OTHER, prove_once, state_of_file, trust, was_checked
from ..release.layout import ReleasesFolder, StreamFolder
from ..release.manifest import File
from ..release.proofs import Proof, Proofs, noted_proofs, noted_state
from ..release.release import is_sealed
from ..release.sealed import expect_file, read_sealed, seal, write_sealed
from .members import Version, member, versions


@dataclass(frozen=True)
class Page:
    """One page.

    Attributes:
        number: from 1.
        bytes, members: how much of its file counts.
        first, last: the dates of the first and last member.
        sha256: of its bytes, in hexadecimal; empty for a page that an earlier version wrote.
    """

    number: int
    bytes: int = 0
    members: int = 0
    first: str = ""
    last: str = ""
    sha256: str = ""


@dataclass(frozen=True)
class Stream:
    """The stream as of one moment.

    Attributes:
        folder: where it is.
        base: of its IRIs.
        date: of the last switch in it; empty before the first.
        digest: of the release that went live then.
        pages: those that exist, the oldest first; only the last one still grows.
    """

    folder: StreamFolder
    base: str
    date: str = ""
    digest: str = ""
    pages: tuple[Page, ...] = ()

    def page(self, number: int) -> Page | None:
        """A page by its number."""
        return next((page for page in self.pages if page.number == number), None)

    def had(self, number: int) -> bool:
        """Whether there is such a page, or was one that has been removed."""
        return bool(self.pages) and 1 <= number <= self.pages[-1].number

    def closed(self, page: Page) -> bool:
        """Whether a page will never change."""
        return page.number < self.pages[-1].number

    def beside(self, page: Page) -> tuple[Page | None, Page | None]:
        """The pages before and after one, of those that exist."""
        at = self.pages.index(page)
        return next(iter(self.pages[max(at - 1, 0) : at]), None), next(iter(self.pages[at + 1 :]), None)

    def content(self, page: Page) -> bytes:
        """The members of a page, in N-Quads.

        Raises:
            FileNotFoundError: the page was removed after the index was read.
            DamagedError: it is not what was written.
        """
        path = self.folder.page(page.number)
        expect_file(path)
        try:
            with path.open("rb") as file:
                content = file.read(page.bytes)
        except FileNotFoundError:
            if page in read_stream(self.folder.path.parent, self.base).pages:
                raise DamagedError(path, "missing") from None
            raise
        except OSError as error:
            if lacks_descriptors(error):
                raise
            raise DamagedError(path, "{reason}", reason=refusal_of(error)) from None
        if len(content) < page.bytes:
            raise DamagedError(
                path,
                counting("{n} byte instead of {wanted}", "{n} bytes instead of {wanted}"),
                n=len(content),
                wanted=page.bytes,
            )
        if page.sha256 and hashlib.sha256(content).hexdigest() != page.sha256:
            raise DamagedError(path, OTHER)
        return content

    def prove(self) -> dict[Path, Proof]:
        """Make sure that all pages are whole; returns the SHA-256 and the state of each.

        Raises:
            DamagedError: one is not.
        """
        return {self.folder.page(page.number): self.prove_page(page) for page in self.pages}

    def prove_page(self, page: Page) -> Proof:
        """Make sure that a page is whole; returns its SHA-256 and its state.

        One that this process has not read yet is believed in the state in which a build has, and has noted it.

        Raises:
            DamagedError: it is missing, or not what was written.
        """
        path = self.folder.page(page.number)
        if not was_checked(path, page.sha256):
            state = noted_state(self._noted, self.folder.path, path, File(page.bytes, page.sha256))
            if state and state_of_file(path) == state:
                trust(path, page.sha256, state)
        return page.sha256, prove_once(path, page.sha256, partial(self.content, page))

    @cached_property
    def _noted(self) -> Proofs:
        return noted_proofs(self.folder.path)

    def newest(self, most: int) -> list[Version]:
        """The latest versions, the newest release first; those of one release in their order.

        Args:
            most: how many.
        """
        latest: list[Version] = []
        for page in reversed(self.pages):
            if len(latest) >= most:
                break
            with suppress(FileNotFoundError):  # removed after the index was read
                latest = [*versions(self.content(page)), *latest]
        return sorted(latest, key=lambda version: version.date, reverse=True)[:most]

    def as_json(self) -> dict[str, Any]:
        """The index as JSON."""
        return {name: value for name, value in asdict(self).items() if name != "folder"}

    def write(self) -> None:
        """Make this the stream that is served."""
        write_sealed(self.folder.index, self.as_json())
        for file in self.folder.path.glob("*.nq"):  # of pages that are removed, or were never finished
            if self.page(int(file.stem)) is None:
                file.unlink()


def read_stream(releases: Path, base: str) -> Stream:
    """The stream of a folder of releases; empty when there is none under this base.

    Raises:
        DamagedError: the index is missing, or not what was written.
    """
    folder, must = ReleasesFolder(releases).stream, is_sealed(releases)
    try:
        index = read_sealed(folder.index, must=must)
    except FileNotFoundError:
        if must:
            raise DamagedError(folder.index, "missing") from None
        return Stream(folder, base)
    try:
        pages = tuple(Page(**page) for page in index.pop("pages"))
        return Stream(folder, **index, pages=pages) if index["base"] == base else Stream(folder, base)
    except (KeyError, TypeError) as error:
        raise DamagedError(folder.index, "not an index: {words}", words=repr(error)) from None


def seal_stream(releases: Path, base: str) -> None:
    """Write the index, if only an earlier version did, or none."""
    folder = ReleasesFolder(releases).stream
    folder.path.mkdir(exist_ok=True)
    seal(folder.index, Stream(folder, base).as_json())


def append(stream: Stream, changes: Iterable[Change], date: str, digest: str, size: int) -> Stream:
    """The stream with one more member for each change; another page follows one that has `size` members."""
    stream.folder.path.mkdir(exist_ok=True)
    pages, rest = list(stream.pages), iter(changes)
    for change in rest:
        if not pages or pages[-1].members >= size:
            pages.append(Page(pages[-1].number + 1 if pages else 1))
        more = chain([change], islice(rest, size - pages[-1].members - 1))
        pages[-1] = _grown(stream, pages[-1], more, date)
    return replace(stream, date=date, digest=digest, pages=tuple(pages))


def _grown(stream: Stream, page: Page, changes: Iterable[Change], date: str) -> Page:
    """A page with one more member for each of some changes.

    Raises:
        DamagedError: it is not what was written: what is added would seal it as it is.
    """
    iri, members = Addresses(stream.base).stream(page.number), page.members
    with closing(_Growing(path := stream.folder.page(page.number), page.bytes)) as file:
        if page.sha256 and file.digest.hexdigest() != page.sha256:
            raise DamagedError(path, OTHER)
        for members, change in enumerate(changes, page.members + 1):
            file.write(member(f"{iri}#{members}", change, date))
    first, sha256 = page.first or date, file.digest.hexdigest()
    return replace(page, bytes=file.size, members=members, first=first, last=date, sha256=sha256)


class _Growing:
    """The file of a page, cut to its valid length, and the digest of what is in it."""

    def __init__(self, path: Path, size: int) -> None:
        path.touch()
        self._file = path.open("r+b")
        self._file.truncate(size)
        self.digest, self.size = hashlib.sha256(self._file.read()), size

    def write(self, content: bytes) -> None:
        self._file.write(content)
        self.digest.update(content)
        self.size += len(content)

    def close(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
