"""The charts of a publication drawn for a release, in each of its languages; with what is wrong with them.

A picture whose rows, specification and words are those of the release before is taken over from it.
"""

import json
import os
import shutil
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final, TypeAlias

from ..errors import QueryError
from ..findings import Finding
from ..i18n import counting, message
from ..reasons import reason_of
from ..settings.layers import Folder
from ..store import BACKENDS, Store, StoreAddress
from .declared import SUFFIX, Chart, Theme, finding, read_charts, read_theme
from .drawing import VERSION, DrawingError, draw_png, draw_svg, dressed, size, style_sheet
from .drawn import Drawn, DrawnChart, file_of, read_index, read_rows, write_index
from .rows import MOST, in_words, rows_of
from .specification import Row, filled, lost

_LARGEST: Final = 200_000  # bytes of an SVG
# Whether a query has the same solutions in the release before.
Same: TypeAlias = Callable[[str], bool]


@dataclass(frozen=True)
class ChartFiles:
    """What the pictures of a release are made from.

    Attributes:
        charts: the folder of the charts.
        library: the folder of the query library.
        languages: of the publication.
    """

    charts: Folder
    library: Folder
    languages: Sequence[str]


def recipe(files: ChartFiles) -> bytes:
    """What the pictures of the same data are made from: an edit of it makes other pictures.

    Raises:
        AtmpgraphError: a query is not UTF-8.
    """
    theme = read_theme(files.charts)
    charts = [
        [
            chart.name,
            chart.query.file_text,
            chart.specification,
            *(chart.query.column_labels((language,)) for language in files.languages),
        ]
        for chart in read_charts(files.charts, files.library, files.languages)
    ]
    return json.dumps([charts, theme.config, theme.dark], sort_keys=True).encode()


def draw_charts_at(
    files: ChartFiles, address: StoreAddress, base: str, folder: Path, before: Path | None, same: Same | None = None
) -> list[Finding]:
    """`draw_charts` from the store at an address."""
    return draw_charts(files, BACKENDS[address.kind].open(address, base), folder, before, same)


def draw_charts(
    files: ChartFiles, store: Store, folder: Path, before: Path | None, same: Same | None = None
) -> list[Finding]:
    """Draw the charts that have something to show; returns a violation for each that cannot be drawn as it is declared.

    Args:
        files: what they are made from.
        store: of all statements.
        folder: gets the pictures.
        before: the folder of the release before, if there is one.
        same: whether a query has the same solutions as there; without it, that is not known.
    """
    folder.mkdir(exist_ok=True)
    theme, drawer = read_theme(files.charts), _Drawer(folder, before, same)
    charts, faults = list[DrawnChart](), list[Finding]()
    for chart in read_charts(files.charts, files.library, files.languages):
        drawn, wrong = _draw(chart, files.languages, store, theme, drawer)
        faults += wrong
        charts += [drawn] if drawn else []
    write_index(folder, charts)
    return faults


def _draw(
    chart: Chart, languages: Sequence[str], store: Store, theme: Theme, drawer: "_Drawer"
) -> tuple[DrawnChart | None, list[Finding]]:
    """A chart in all languages, or what is wrong with it; neither where there is too little to see."""
    pictures, count, text = dict[str, Drawn](), 0, chart.text(languages[0], store.base)
    for language in languages:
        try:
            rows = drawer.rows(chart, text, store, language)
        except QueryError as error:
            file = f"{chart.library_query or chart.name}.rq"
            return None, [finding(file, message("the query of the chart fails: {reason}"), reason=reason_of(error))]
        if len(rows) < chart.least:
            return None, []
        if wrong := _lost(chart, rows):
            return None, wrong
        try:
            pictures[language], count = drawer.picture(chart, rows, language, theme), len(rows)
        except DrawingError as error:
            sentence = message("Vega-Lite cannot draw this: {reason}")
            return None, [finding(f"{chart.name}{SUFFIX}", sentence, reason=str(error))]
        if file_of(drawer.folder, chart.name, language, "svg").stat().st_size > _LARGEST:
            sentence = message("the picture has more than {n} bytes; let the query give fewer rows (LIMIT)")
            return None, [finding(f"{chart.name}{SUFFIX}", sentence, n=_LARGEST)]
    facts = (chart.name, chart.library_query, text, chart.query.head.columns, chart.links, chart.limit)
    return DrawnChart(*facts, count, pictures), []


def _lost(chart: Chart, rows: Sequence[Row]) -> list[Finding]:
    """A violation for each column that hides rows."""
    file = f"{chart.name}{SUFFIX}"
    if len(rows) > MOST:
        sentence = message(
            "more than {n} rows, which nobody tells apart in a picture; let the query give fewer (LIMIT)"
        )
        return [finding(file, sentence, n=MOST)]
    sentence = counting(
        "the picture would not show its only row, {row}: there the column has nothing that can be drawn. Leave it out"
        " in the query and say so in its description, or give it a value (COALESCE)",
        "the picture would not show {n} of {count} rows, such as row {row}: there the column has nothing that can be"
        " drawn. Leave such rows out in the query and say so in its description, or give them a value (COALESCE)",
        "count",
    )
    return [
        finding(file, sentence, column, n=len(numbers), count=len(rows), row=numbers[0])
        for column, numbers in lost(chart.specification, rows).items()
    ]


class _Drawer:
    """Draws pictures into a folder, or takes them over from another."""

    def __init__(self, folder: Path, before: Path | None, same: Same | None) -> None:
        self.folder, self._before, self._same = folder, before, same
        self._earlier: Mapping[str, DrawnChart] = {}
        with suppress(OSError, ValueError, TypeError, KeyError):
            self._earlier = read_index(before) if before else {}

    def rows(self, chart: Chart, text: str, store: Store, language: str) -> list[Row]:
        """The rows of a chart: those of the release before where its query gives the same.

        Args:
            chart: the chart.
            text: of its query in the first language.
            store: of all statements.
            language: of the labels.

        Raises:
            QueryError: the query is wrong, or not a SELECT query.
        """
        earlier = self._earlier.get(chart.name)
        drawn = earlier.languages.get(language) if earlier and earlier.text == text else None
        if self._before and self._same and drawn and self._same(text):
            with suppress(OSError):
                file = file_of(self._before, chart.name, language, "json")
                if _digest(file.read_bytes()) == drawn.files.get("json"):
                    return read_rows(file)
        return rows_of(chart, store, language)

    def picture(self, chart: Chart, rows: Sequence[Row], language: str, theme: Theme) -> Drawn:
        """A picture and its files.

        Raises:
            DrawingError: the specification is wrong.
        """
        languages = (language, "en")
        title, description = (chart.query.text(key, languages)[0] for key in ("title", "description"))
        words, labels = in_words(chart, title, rows, language), chart.query.column_labels(languages)
        whole = filled(chart.specification, rows, labels, theme.config)
        key = _digest(json.dumps([VERSION, whole, words, language, theme.dark], sort_keys=True).encode())
        style = style_sheet(theme.dark)
        name = f"sha256-{b64encode(sha256(style.encode()).digest()).decode()}"
        taken = self._take(chart.name, language, key)
        if taken:
            width, height, files = taken.width, taken.height, dict(taken.files)
        else:
            svg = draw_svg(whole, language)
            (width, height) = size(svg)
            contents = {"svg": dressed(svg, title, words, language, style).encode(), "png": draw_png(svg)}
            files = {suffix: self._write(chart.name, language, suffix, content) for suffix, content in contents.items()}
        data = json.dumps(rows, ensure_ascii=False).encode()
        files["json"] = self._write(chart.name, language, "json", data)
        return Drawn(title, description, words, labels, width, height, name, key, files)

    def _write(self, name: str, language: str, suffix: str, content: bytes) -> str:
        file_of(self.folder, name, language, suffix).write_bytes(content)
        return _digest(content)

    def _take(self, name: str, language: str, key: str) -> Drawn | None:
        """The same picture of the release before, linked if it is whole."""
        earlier = self._earlier.get(name)
        drawn = earlier.languages.get(language) if earlier else None
        if not self._before or drawn is None or drawn.key != key:
            return None
        for suffix in ("svg", "png"):
            source = file_of(self._before, name, language, suffix)
            if not source.is_file() or _digest(source.read_bytes()) != drawn.files.get(suffix):
                return None
        for suffix in ("svg", "png"):
            _link(file_of(self._before, name, language, suffix), file_of(self.folder, name, language, suffix))
        return drawn


def _link(source: Path, path: Path) -> None:
    """Nobody writes into a file of a release, so one file can be in two of them."""
    try:
        os.link(source, path)
    except OSError:
        shutil.copyfile(source, path)


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()
