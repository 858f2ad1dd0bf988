"""A registry's file as text: as programs for tables save it, and packed as registries offer it (zip, gzip)."""

import codecs
import gzip
import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Final, cast

from ..i18n import TranslatedError, message

_PIECE: Final = 1 << 20
_MARKS: Final = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_EXCEL: Final = "cp1252"  # of tables that are saved on Windows
_ZIP, _GZIP = b"PK\x03\x04", b"\x1f\x8b"
_KINDS: Final = (".json", ".csv", ".tsv")  # of files in an archive, the best first
_HIDDEN: Final = re.compile(r"(^|/)(\.|__MACOSX/)")  # what a system puts beside the files
_NEWEST: Final = "v2"  # in the name of the file with ROR's newest schema
_NO_TEXT: Final = message("it is no text in UTF-8, UTF-16 or windows-1252")
_NO_FILE: Final = message("the archive has no file of JSON, and no table")


@contextmanager
def text_of_file(path: Path) -> Iterator[IO[str]]:
    """A file as text, by its first bytes; it may be read again from the start.

    Raises:
        TranslatedError: it has no text.
        OSError, EOFError, RuntimeError, zlib.error, zipfile.BadZipFile: it cannot be read.
    """
    with ExitStack() as stack:
        file: IO[bytes] = stack.enter_context(path.open("rb"))
        start = file.read(len(_ZIP))
        file.seek(0)
        if start.startswith(_ZIP):
            archive = stack.enter_context(zipfile.ZipFile(file))
            file = stack.enter_context(archive.open(_best(archive.namelist())))
        elif start.startswith(_GZIP):
            file = cast(IO[bytes], stack.enter_context(gzip.open(file)))
        encoding = _encoding(file)
        file.seek(0)
        yield stack.enter_context(io.TextIOWrapper(file, encoding, newline=""))


def _best(names: list[str]) -> str:
    """The file of an archive that has the records: JSON before tables, the newest schema first."""
    kinds = {name: Path(name).suffix.lower() for name in names}
    fitting = [name for name in names if kinds[name] in _KINDS and not _HIDDEN.search(name)]
    if not fitting:
        raise TranslatedError(_NO_FILE)
    return min(fitting, key=lambda name: (_KINDS.index(kinds[name]), _NEWEST not in name, name))


def _encoding(file: IO[bytes]) -> str:
    """UTF-8 if all of it is, else that of Windows; a byte order mark says it.

    Raises:
        TranslatedError: it is no text.
    """
    start = file.read(_PIECE)
    if named := next((name for mark, name in _MARKS.items() if start.startswith(mark)), None):
        return named
    decoders = {name: codecs.getincrementaldecoder(name)() for name in ("utf-8", _EXCEL)}
    piece = start
    while True:
        for name, decoder in [*decoders.items()]:
            try:
                decoder.decode(piece, final=not piece)
            except UnicodeDecodeError:
                del decoders[name]
        if not decoders or b"\0" in piece:
            raise TranslatedError(_NO_TEXT)
        if not piece:
            return next(iter(decoders))
        piece = file.read(_PIECE)
