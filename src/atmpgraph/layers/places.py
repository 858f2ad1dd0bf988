"""Whatever stands where a folder or file of the publication is expected and is none: else it would count as nothing."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ..findings import Finding, Place, Severity
from ..i18n import Sentence, every_language, message
from ..reasons import refusal_of, why_unreadable
from ..settings import Settings
from ..settings.groups import Folders
from ..settings.layers import Kind

_FOLDER: Final = message("{reason}; nothing in this place is read: mend it, or correct the setting {setting}")
_INSIDE: Final = message("{reason}; nothing in this place is read: mend it, or take it away")
BROKEN_LINK: Final = message("a link that leads to no file; mend it, or remove it")
_APART: Final = {"data", "source_texts", "releases"}  # a build makes the last one, and says what is in its way
_FILES: Final[tuple[Kind, ...]] = "descriptor", "coverage"


def place_findings(settings: Settings) -> Iterator[Finding]:
    """A violation for each folder that cannot be read, and for each file that counts by its name and cannot be."""
    data = [*_folder(settings, settings.folders.data, "data")]
    yield from data
    refused = settings.path(settings.folders.data) if data else None
    places = [(getattr(settings.folders, name), name, True) for name in Folders.model_fields if name not in _APART]
    places += [(settings.folders.data / name, "data", True) for name in ("rules", "datasets")]
    places += [(folder, "source_texts", False) for folder in settings.folders.source_texts]
    for folder, name, deep in places:
        if refused is None or not settings.path(folder).is_relative_to(refused):
            yield from _folder(settings, folder, name, deep=deep)
    for kind in _FILES:
        file = settings.layered(kind).own
        if refused is None and (why := why_unreadable(file)):
            yield _finding(settings, file, Sentence(_INSIDE, {"reason": why}))


def _folder(settings: Settings, folder: Path, name: str, *, deep: bool = False) -> Iterator[Finding]:
    """What cannot be read of a folder, and of the folders in it.

    Args:
        settings: of the publication.
        folder: as the settings name it.
        name: of the setting.
        deep: whether folders in it are looked into.
    """
    top = settings.path(Path()) / folder  # and not where a link leads, if it leads nowhere
    refused = list[OSError]()
    for _, inside, _ in os.walk(top, onerror=refused.append):
        if not deep:
            inside.clear()
    for error in refused:
        path = Path(error.filename)
        if not isinstance(error, FileNotFoundError):
            values = {"reason": refusal_of(error), "setting": f"[folders] {name}"}
            yield _finding(settings, path, Sentence(_FOLDER if path == top else _INSIDE, values))
        elif path == top and path.is_symlink():
            yield _finding(settings, path, Sentence(BROKEN_LINK))


def _finding(settings: Settings, path: Path, sentence: Sentence) -> Finding:
    root = settings.path(Path())
    place = path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
    return Finding("files", Severity.VIOLATION, every_language(sentence.text, **sentence.values), (Place(place),))
