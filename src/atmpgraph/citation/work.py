"""A citable work, and each citation format that writes it."""

import json
import re
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from .latex import latex

_SPDX: Final = re.compile(r"https?://spdx\.org/licenses/([A-Za-z0-9.+-]+?)(?:\.html)?")
# Characters that YAML must escape (YAML 1.2 §5.1) and JSON does not.
_UNPRINTABLE: Final = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


@dataclass(frozen=True)
class Work:
    """A thing in a release, or the release itself.

    Attributes:
        title: its title.
        publisher: name of the publisher.
        date: of the release (xsd:date).
        digest: of the release, which identifies exactly what is cited.
        iri: its IRI, which leads to its current state.
        state: the URL of the state that is cited, which does not change; the IRI itself for a release.
        licence: of the data.
        container: title of the publication that a thing is part of; empty for a release and for the whole.
    """

    title: str
    publisher: str
    date: str
    digest: str
    iri: str
    state: str
    licence: str
    container: str = ""

    @property
    def key(self) -> str:
        """The key in reference lists: the end of its IRI and the release."""
        words = re.sub(r"[^A-Za-z0-9]+", "-", "-".join(self.iri.rstrip("/").split("/")[-2:])) if self.container else ""
        return f"{words.strip('-') or 'release'}-{self.digest[:8]}"

    def bibtex(self) -> str:
        """BibTeX: names and titles in braces, so that no style splits them; accents as commands."""
        note = f"Release SHA-256 {self.digest}" + (f", \\url{{{_uri(self.state)}}}" if self.state != self.iri else "")
        fields = {
            "author": f"{{{latex(self.publisher)}}}",
            "title": f"{{{latex(self.title)}}}",
            "howpublished": latex(self.container),
            "publisher": latex(self.publisher),
            "year": self.date[:4],
            "date": self.date,
            "version": self.digest[:12],
            "url": _uri(self.iri),
            "note": note,
        }
        lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
        return f"@misc{{{self.key},\n{lines}}}\n"

    def csl(self) -> list[dict[str, Any]]:
        """CSL-JSON (https://docs.citationstyles.org, csl-data.json): a list, as its schema requires."""
        item = {
            "id": self.key,
            "type": "entry" if self.container else "dataset",
            "title": self.title,
            "author": [{"literal": self.publisher}],
            "container-title": self.container,
            "publisher": self.publisher,
            "issued": {"date-parts": [[int(part) for part in self.date.split("-")]]},
            "version": self.digest,
            "URL": self.iri,
            "archive_location": self.state if self.state != self.iri else "",
        }
        return [{name: value for name, value in item.items() if value}]

    def cff(self) -> str:
        """Citation File Format 1.2.0, in YAML whose texts are quoted as in JSON, a subset of YAML."""
        licence = _SPDX.fullmatch(self.licence)
        fields: dict[str, Any] = {
            "cff-version": "1.2.0",
            "message": "Cite it with its release; the digest says exactly which data that is.",
            "type": "dataset",
            "title": self.title,
            "authors": [{"name": self.publisher}],
            "version": self.digest,
            "date-released": self.date,
            "url": _uri(self.iri),
            "identifiers": [{"type": "url", "value": _uri(self.state), "description": "The state that is cited."}],
            "license" if licence else "license-url": licence[1] if licence else self.licence,
        }
        return "".join(f"{name}: {_yaml(value)}\n" for name, value in fields.items())


def _yaml(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return _UNPRINTABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _uri(iri: str) -> str:
    """The URI of an IRI (RFC 3987 §3.1); no brace, which would end a field."""
    return quote(iri, safe="!#$%&'()*+,/:;=?@[]~")
