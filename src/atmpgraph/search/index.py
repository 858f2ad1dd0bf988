"""The index of a release, in the files of tantivy: made once, then only read.

The same statements give the same answers, but never the same bytes twice, like a store.
"""

import errno
import os
import shutil
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Final

from tantivy import DocAddress, Document, Index, Schema, SchemaBuilder, Searcher

from ..reasons import lacks_descriptors
from .collect import Entry
from .fields import NAMES
from .words import analyzer, keys, short_forms, squeezed, words

FOLDED: Final = "folded"  # the name of our analyzer in the schema
WEIGHT: Final = "weight"  # of a thing, by which the score of each match is multiplied: a short name says more
_MEMORY: Final = 100_000_000  # bytes of the writer; a thousand things need far less
_ROOM: Final = 1 << 20  # bytes; with less of them left the disk is called full when the engine fails
_OF_WRITING: Final = (".tantivy-writer.lock", ".tantivy-meta.lock", ".managed.json")


@cache
def schema() -> Schema:
    """The fields of the index.

    `name` and `text` have the words of names and of other texts; `whole` names without blanks, `initials` what they
    may be shortened to, `key` the forms of identifiers and the IRI of the thing, `kind` and `class` those of classes,
    `weight` a number. `entry` is all that is searched of a thing, and what a hit shows, as JSON.
    """
    builder = SchemaBuilder()
    for words_of in ("name", "text"):
        builder.add_text_field(words_of, tokenizer_name=FOLDED, index_option="freq")
    for whole in ("whole", "initials", "key", "class"):
        builder.add_text_field(whole, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("kind", tokenizer_name="raw", index_option="basic", fast=True)
    builder.add_float_field(WEIGHT, fast=True)
    builder.add_bytes_field("entry", stored=True)
    return builder.build()


def write_index(entries: Iterable[Entry], folder: Path) -> None:
    """Write the index of some things into a new folder.

    Raises:
        OSError: no space is left, or too few files may be open.
    """
    folder.mkdir()
    try:
        _write(entries, folder)
    except ValueError as error:  # the engine does not say why
        _tell_descriptors(error, folder)
        if shutil.disk_usage(folder).free > _ROOM:
            raise
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder)) from None


def _tell_descriptors(error: ValueError, folder: Path) -> None:
    """Say that too few files may be open, if that is why the engine fails.

    Raises:
        OSError: it is.
    """
    if lacks_descriptors(error):
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE), str(folder)) from None


def _write(entries: Iterable[Entry], folder: Path) -> None:
    index = Index(schema(), str(folder))
    index.register_tokenizer(FOLDED, analyzer())
    writer = index.writer(_MEMORY, num_threads=1)
    for entry in entries:
        writer.add_document(_document(entry))
    writer.commit()
    writer.wait_merging_threads()
    for name in _OF_WRITING:
        with suppress(FileNotFoundError):
            (folder / name).unlink()
    meta = folder / "meta.json"  # which the engine lets nobody else read
    meta.chmod(max(file.stat().st_mode for file in folder.iterdir()))


def open_index(folder: Path) -> Searcher:
    """Open an index that nobody writes into any more.

    The engine locks a file where it opens an index, and nobody writes into a release, so links lead there.
    """
    # The engine may lock a file there once more while the folder is removed.
    with tempfile.TemporaryDirectory(prefix="atmpgraph-search-", ignore_cleanup_errors=True) as links:
        for file in folder.iterdir():
            (Path(links) / file.name).symlink_to(file.resolve())
        try:
            index = Index.open(links)
        except ValueError as error:
            _tell_descriptors(error, folder)
            raise
        index.register_tokenizer(FOLDED, analyzer())
        index.config_reader("manual")
        return index.searcher()


def entry_of(index: Searcher, address: DocAddress) -> Entry:
    """What an index has of a thing."""
    return Entry.of_json(content_of(index, address))


def content_of(index: Searcher, address: DocAddress) -> str:
    """The same as JSON."""
    return bytes(index.doc(address)["entry"][0]).decode()


def _document(entry: Entry) -> Document:
    document = Document()
    document.add_bytes("entry", entry.as_json().encode())
    document.add_text("kind", entry.kind)
    document.add_text("key", entry.iri)
    for each in entry.classes:
        document.add_text("class", each)
    folded = {text: words(text.text) for text in entry.texts if text.field in NAMES}
    document.add_float(WEIGHT, 1 + 1 / max(min(map(len, folded.values())), 1) if folded else 1.0)
    forms: dict[str, set[str]] = {"whole": set(), "initials": set(), "key": set()}
    for text in entry.texts:
        if text in folded:
            document.add_text("name", text.text)
            forms["whole"].add(squeezed(folded[text]))
            forms["initials"] |= short_forms(folded[text])
        elif text.field == "identifier":
            forms["key"] |= keys(text.text)
        else:
            document.add_text("text", text.text)
    for field, values in forms.items():
        for value in sorted(filter(None, values)):
            document.add_text(field, value)
    return document
