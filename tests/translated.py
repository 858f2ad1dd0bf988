"""The example publication in other languages: its columns, its settings and its description."""

import csv
import re
from collections.abc import Mapping
from pathlib import Path

from atmpgraph.settings import Settings
from atmpgraph.starter import start


def start_in(folder: Path, languages: Mapping[str, str]) -> Settings:
    """Write the example into a folder in other languages than its own.

    Args:
        folder: not there yet.
        languages: each new one by the language of the example whose words stand for it.
    """
    start(folder, "https://example.org/p/")
    data = folder / "data"
    for table in data.glob("*.csv"):
        _translate(table, languages)
    catalogue = data / "catalogue.ttl"
    catalogue.write_text(_of_turtle(catalogue.read_text(encoding="utf-8"), languages), encoding="utf-8")
    file = folder / "atmpgraph.toml"
    text = re.sub(r"languages = .*\n", "", file.read_text(encoding="utf-8"))
    lines = (_of_settings(line, languages) for line in text.splitlines(keepends=True))
    listed = ", ".join(f'"{tag}"' for tag in languages.values())
    file.write_text(f"languages = [{listed}]\n{''.join(lines)}", encoding="utf-8")
    return Settings.load(file)


def _translate(table: Path, languages: Mapping[str, str]) -> None:
    with table.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    columns = []
    for place, name in enumerate(header):
        stem, _, tag = name.rpartition("_")
        if tag in languages:
            columns.append((place, f"{stem}_{languages[tag]}"))
        elif tag not in {"fr", "nl", "de", "en", "it"}:
            columns.append((place, name))
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(name for _, name in columns)
        writer.writerows([row[place] for place, _ in columns] for row in rows)


def _of_turtle(text: str, languages: Mapping[str, str]) -> str:
    """The same with the literals of these languages alone."""
    kept = {old: new for old, new in languages.items() if f"@{old}" in text}
    literal = re.compile(r'("[^"\n]*")@([a-z]{2})(\s*,\s*)?')

    def each(found: re.Match[str]) -> str:
        return f"{found[1]}@{kept[found[2]]} , " if found[2] in kept else ""

    return re.sub(r"\s*,\s*(?=[;.])", " ", literal.sub(each, text))


def _of_settings(line: str, languages: Mapping[str, str]) -> str:
    tag, equals, rest = line.partition(" = ")
    if tag in languages:
        return f"{languages[tag]}{equals}{rest}"
    return "" if tag in {"fr", "nl", "de", "en", "it"} else line
