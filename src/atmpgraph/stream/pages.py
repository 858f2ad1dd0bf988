"""The pages of the stream on disk: files that only grow, and an index of the valid length of each.

A page is closed when another one follows it. The index is replaced in one rename, so a build that is killed leaves the
stream as it was; the next build cuts off what it had written beyond.
"""

import json
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO

from ..addresses import Addresses
from ..release.diff import Change
from ..release.layout import ReleasesFolder, StreamFolder, write_json
from .members import Version, member, versions


@dataclass(frozen=True)
class Page:
    """One page: its number, its bytes and members, and the dates of the first and last member."""

    number: int
    bytes: int = 0
    members: int = 0
    first: str = ""
    last: str = ""


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
        """The members of a page, in N-Quads."""
        with self.folder.page(page.number).open("rb") as file:
            return file.read(page.bytes)

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

    def write(self) -> None:
        """Make this the stream that is served."""
        content = {name: value for name, value in asdict(self).items() if name != "folder"}
        write_json(self.folder.index, content)
        for file in self.folder.path.glob("*.nq"):  # of pages that are removed, or were never finished
            if self.page(int(file.stem)) is None:
                file.unlink()


def read_stream(releases: Path, base: str) -> Stream:
    """The stream of a folder of releases; empty when there is none under this base."""
    folder = ReleasesFolder(releases).stream
    try:
        index = json.loads(folder.index.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Stream(folder, base)
    pages = tuple(Page(**page) for page in index.pop("pages"))
    return Stream(folder, **index, pages=pages) if index["base"] == base else Stream(folder, base)


def append(stream: Stream, changes: Iterable[Change], date: str, digest: str, size: int) -> Stream:
    """The stream with one more member for each change; another page follows one that has `size` members."""
    stream.folder.path.mkdir(exist_ok=True)
    pages = list(stream.pages)
    file: IO[bytes] | None = None
    for change in changes:
        if not pages or pages[-1].members >= size:
            pages.append(Page(pages[-1].number + 1 if pages else 1))
            _close(file)
            file = None
        page = pages[-1]
        file = file or _open(stream.folder.page(page.number), page)
        text = member(f"{Addresses(stream.base).stream(page.number)}#{page.members + 1}", change, date)
        file.write(text)
        pages[-1] = replace(
            page, bytes=page.bytes + len(text), members=page.members + 1, first=page.first or date, last=date
        )
    _close(file)
    return replace(stream, date=date, digest=digest, pages=tuple(pages))


def _open(path: Path, page: Page) -> IO[bytes]:
    """The file of a page, cut to its valid length."""
    path.touch()
    file = path.open("r+b")
    file.truncate(page.bytes)
    file.seek(page.bytes)
    return file


def _close(file: IO[bytes] | None) -> None:
    if file:
        file.flush()
        os.fsync(file.fileno())
        file.close()
