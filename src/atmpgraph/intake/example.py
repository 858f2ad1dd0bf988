"""The example that `atmpgraph init` wrote: put aside when the first real rows come, if nobody has changed it.

Nothing of it is lost: tables, settings and the description for portals lie in the folder `example` afterwards.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from ..i18n import message, texts
from ..languages import tag_of
from ..settings import FILE_NAME, Settings
from ..starter import HERE, LANGUAGES, example_settings
from .quoting import quoted

ASIDE: Final = "example"
_CATALOGUE: Final = "catalogue.ttl"
_TEXTS: Final = ("title_{language}", "short_{language}")  # columns of its sources
_GRAPH: Final = message("{name}: graph")
_ABOUT: Final = message("{name}: who takes part, with what money, and what sources say of it.")
_TAKEN_OVER: Final = message("Taken over from files of others; each statement names its source.")


def is_untouched(settings: Settings, root: Path) -> bool:
    """Whether a publication is still the example, every file of it."""
    data = settings.path(settings.folders.data)
    supplied = {file.name: file.read_bytes() for file in (HERE / "tables").glob("*.csv")}
    here = {file.name: file.read_bytes() for file in data.glob("*.csv")}
    own = (root / FILE_NAME).read_text(encoding="utf-8") if (root / FILE_NAME).is_file() else ""
    catalogue = data / _CATALOGUE
    is_ours = catalogue.is_file() and catalogue.read_bytes() == (HERE / _CATALOGUE).read_bytes()
    return here == supplied and is_ours and own in _as_written(settings)


def _as_written(settings: Settings) -> set[str]:
    """The settings as `atmpgraph init` writes them, in its own languages or in some that it is told."""
    return {example_settings(settings.base), example_settings(settings.base, settings.languages)}


def system_sources(languages: Sequence[str]) -> list[dict[str, str]]:
    """The rows of `sources` that are no fiction, in some languages: the graphs of the software."""
    content = (HERE / "tables" / "sources.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content, newline="")))
    return [
        {name: cell for name, cell in row.items() if all(tag_of(name, text) in {None, *languages} for text in _TEXTS)}
        for row in rows
        if "fict" not in " ".join(row.values()).casefold()
    ]


def replacements(settings: Settings, root: Path, slug: str, name: str, days: Sequence[str]) -> dict[Path, str]:
    """Settings and description for portals that speak of another partnership.

    Args:
        settings: of the example.
        root: the folder of the settings.
        slug: the key of the partnership.
        name: what it is called.
        days: the first and the last one that the data are about, where they are known.
    """
    about = {tag: texts(tag).gettext(_ABOUT, name=name) for tag in (*LANGUAGES, *settings.languages)}
    lines = [
        "# Every setting is described in docs/settings.md.",
        f"base = {quoted(settings.base)}",
        f"partnership = {quoted(slug)}",
        f"licence = {quoted(settings.licence)}",
        f"languages = [{', '.join(map(quoted, settings.languages))}]",
        *("", "[title]", *(f"{language} = {quoted(name)}" for language in settings.languages)),
        *("", "[description]", *(f"{tag} = {quoted(about[tag])}" for tag in settings.languages)),
        "",
    ]
    data = settings.path(settings.folders.data)
    return {
        root / FILE_NAME: "\n".join(lines),
        data / _CATALOGUE: _catalogue({tag: about[tag] for tag in LANGUAGES}, name, days),
    }


def _catalogue(about: Mapping[str, str], name: str, days: Sequence[str]) -> str:
    """The description for portals with names, texts and dates of the partnership; publisher and place stay."""
    content = (HERE / _CATALOGUE).read_text(encoding="utf-8")
    for language, text in about.items():
        words = texts(language)
        graph, origin = words.gettext(_GRAPH, name=name), words.gettext(_TAKEN_OVER)
        for old, new in _texts_of(content, language, [graph, text, name], origin):
            content = content.replace(f"{old}@{language}", f"{quoted(new)}@{language}")
    for old, new in zip(("2025-01-01", "2026-12-31"), days, strict=False):
        content = content.replace(old, new or old)
    return content


def _texts_of(content: str, language: str, new: Sequence[str], origin: str) -> list[tuple[str, str]]:
    """The literals of the example in a language, as they are written, and what stands in their place.

    Args:
        content: the example.
        language: of the literals.
        new: title, description and keyword.
        origin: where the data come from.
    """
    block = content[content.index("<id/dataset/partnership>") : content.index("<id/dataset/figures>")]
    end = content[content.index("<id/provenance/editorial>\n") :].partition("# Where")[0]
    literals, provenance = (
        [f'"{part.rpartition(chr(34))[2]}"' for part in text.split(f'"@{language}')[:-1]] for text in (block, end)
    )
    return [*zip(literals, new, strict=True), (provenance[0], origin)]
