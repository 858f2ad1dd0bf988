"""The manifest of a release, and the summary that outlives it.

A manifest is written once, and every later version of the software reads it: members that an older one lacks get their
defaults, unknown members survive, and a later format is refused.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Final, Self, TypeVar

from ..errors import DamagedError, ReleaseError
from ..i18n import texts
from ..reasons import reason_of
from .layout import LAYOUT, SEALED
from .sealed import content_of, unsealed, write_sealed


@dataclass(frozen=True)
class File:
    """A file of a release: its size and its SHA-256 in hexadecimal."""

    bytes: int
    sha256: str


@dataclass(frozen=True)
class Coverage:
    """One declared count: the indicator's IRI, the count declared, the count described, how many sources declare it."""

    indicator: str
    declared: int
    described: int
    sources: int

    def line(self, language: str) -> str:
        """The counts in words."""
        return texts(language).ngettext(
            "{name}: {declared} declared by {n} source, {described} named",
            "{name}: {declared} declared by {n} sources, {described} named",
            self.sources,
            name=self.indicator.rpartition("/")[2],
            declared=self.declared,
            described=self.described,
        )


@dataclass(frozen=True)
class Measure:
    """One measurement (W3C Data Quality Vocabulary).

    Attributes:
        metric: the fragment of its IRI in `metrics.ttl`.
        value: a count, or points.
        of: the whole that it is a part of; 0 for a mere count.
        on: IRI of the thing measured; empty for the graph as a whole.
    """

    metric: str
    value: float
    of: int = 0
    on: str = ""

    @property
    def share(self) -> float:
        """The part of the whole, to four digits; 1 where there is nothing to measure."""
        return round(self.value / self.of, 4) if self.of else 1.0


@dataclass(frozen=True)
class Metric:
    """One metric of the metadata score: the points reached, the points to be had, and the things that miss it."""

    dimension: str
    name: str
    points: float
    of: int
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Score:
    """The metadata quality score of a catalogue."""

    metrics: tuple[Metric, ...]

    @property
    def points(self) -> float:
        """All points reached."""
        return round(sum(metric.points for metric in self.metrics), 1)

    @property
    def of(self) -> int:
        """All points to be had."""
        return sum(metric.of for metric in self.metrics)

    def as_json(self) -> dict[str, Any]:
        """The score as JSON."""
        return {"points": self.points, "of": self.of, "metrics": [asdict(metric) for metric in self.metrics]}

    def lines(self, language: str) -> list[str]:
        """The score for people: the sum, then each metric that misses points, with the things that miss it."""
        words = texts(language)
        total = words.gettext(
            "metadata score (MQA, DCAT-AP 3.0.1): {points} of {of} points", points=words.number(self.points), of=self.of
        )
        missed = [
            words.gettext(
                "metadata score: {name}: {points} of {of}; missing from {things}",
                name=metric.name,
                points=words.number(metric.points),
                of=metric.of,
                things=", ".join(metric.missing[:3]) + (", …" if len(metric.missing) > 3 else ""),
            )
            for metric in self.metrics
            if metric.missing
        ]
        return [total, *missed]


@dataclass(frozen=True, kw_only=True)
class Summary:
    """The part of a manifest that outlives its release.

    Attributes:
        digest: SHA-256 of the canonical file, in hexadecimal.
        created: when the release was first made (xsd:dateTime).
        base: of the publication.
        statements: their number; a triple in two graphs counts twice.
        previous: digest of the release that was live before; None for the first.
        changes: counts of the difference to that one; None when it is unknown.
        software: the version that made the release; `version` in JSON.
        format: of the manifest and the layout; absent in JSON for 1.
        others: unknown members.
    """

    digest: str
    created: str
    base: str
    statements: int
    previous: str | None = None
    changes: Mapping[str, int] | None = None
    software: str = ""
    format: int = LAYOUT
    others: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """Read the JSON of this or an earlier version, with defaults for absent members.

        Raises:
            ReleaseError: a later version wrote it.
            ValueError: it is no manifest.
        """
        try:
            members = dict(content)
            format_ = members.get("format", 1)
            if format_ not in range(1, LAYOUT + 1):
                raise ReleaseError(
                    "format {format}, and {latest} is the latest that this version reads; update atmpgraph",
                    format=repr(format_),
                    latest=LAYOUT,
                )
            return cls(**cls._taken(members), others=members)
        except (AttributeError, KeyError, TypeError) as error:
            raise ValueError(f"not a manifest: {error!r}") from None

    @classmethod
    def _taken(cls, members: dict[str, Any]) -> dict[str, Any]:
        """The attributes, from the members of the JSON, which are removed there."""
        return {
            "digest": members.pop("digest"),
            "created": members.pop("created"),
            "base": members.pop("base"),
            "statements": members.pop("statements"),
            "previous": members.pop("previous", None),
            "changes": members.pop("changes", None),
            "software": members.pop("version", ""),
            "format": members.pop("format", 1),
        }

    def as_json(self) -> dict[str, Any]:
        """The summary as JSON."""
        return {
            "digest": self.digest,
            "created": self.created,
            "previous": self.previous,
            "version": self.software,
            **({"format": self.format} if self.format > 1 else {}),
            "base": self.base,
            "statements": self.statements,
            "changes": self.changes,
            **self.others,
        }


# Of releases from before a publication could choose.
_FORMER_LANGUAGES: Final = ("fr", "nl", "de", "en")


@dataclass(frozen=True, kw_only=True)
class Manifest(Summary):
    """The manifest of a release.

    Attributes:
        files_created: when its files were made (xsd:dateTime), later than `created` after a removal; `made` in JSON.
        graphs: the number of statements in each named graph, by its IRI.
        coverage: the counts that its sources declare, and how much of each is described.
        measures: of the quality of its data.
        score: of its metadata; None for releases older than the score.
        files: for download, by path.
        languages: of the publication when it was made.
    """

    files_created: str
    graphs: Mapping[str, int] = field(default_factory=dict)
    coverage: tuple[Coverage, ...] = ()
    measures: tuple[Measure, ...] = ()
    score: Score | None = None
    files: Mapping[str, File] = field(default_factory=dict)
    languages: tuple[str, ...] = _FORMER_LANGUAGES

    @classmethod
    def _taken(cls, members: dict[str, Any]) -> dict[str, Any]:
        files_created, score = members.pop("made", members["created"]), members.pop("score", None)
        return {
            **super()._taken(members),
            "files_created": files_created,
            "graphs": members.pop("graphs", {}),
            "coverage": tuple(_record(Coverage, each) for each in members.pop("coverage", ())),
            "measures": tuple(_record(Measure, each) for each in members.pop("measures", ())),
            "score": Score(tuple(_metric(each) for each in score["metrics"])) if score else None,
            "files": {name: _record(File, each) for name, each in members.pop("files", {}).items()},
            "languages": tuple(members.pop("languages", _FORMER_LANGUAGES)),
        }

    def as_json(self) -> dict[str, Any]:
        """The manifest as JSON."""
        return {
            "digest": self.digest,
            "created": self.created,
            "previous": self.previous,
            "changes": self.changes,
            **({"made": self.files_created} if self.files_created != self.created else {}),
            "version": self.software,
            **({"format": self.format} if self.format > 1 else {}),
            "base": self.base,
            "statements": self.statements,
            "graphs": dict(self.graphs),
            "coverage": [asdict(each) for each in self.coverage],
            "measures": [asdict(each) for each in self.measures],
            "score": self.score.as_json() if self.score else None,
            "files": {name: asdict(file) for name, file in self.files.items()},
            **({"languages": list(self.languages)} if self.languages != _FORMER_LANGUAGES else {}),
            **self.others,
        }

    def summary(self) -> Summary:
        """The part that outlives the release."""
        return Summary(**{each.name: getattr(self, each.name) for each in fields(Summary) if each.name != "others"})


Record = TypeVar("Record", File, Coverage, Measure)


def _record(kind: type[Record], members: Mapping[str, Any]) -> Record:
    """One record, without its unknown members."""
    return kind(**{each.name: members[each.name] for each in fields(kind) if each.name in members})


def _metric(members: Mapping[str, Any]) -> Metric:
    return Metric(members["dimension"], members["name"], members["points"], members["of"], tuple(members["missing"]))


def write_manifest(path: Path, manifest: Summary) -> None:
    """Write a manifest or a summary with its seal, at once or not at all."""
    write_sealed(path, manifest.as_json())


def read_manifest(path: Path) -> Manifest:
    """Read the manifest of a release.

    Raises:
        FileNotFoundError: there is none.
        DamagedError: it is not what was written.
        ReleaseError: a later version wrote it.
    """
    return parse_manifest(path, content_of(path))


def parse_manifest(path: Path, text: bytes) -> Manifest:
    """The manifest in the bytes of a file."""
    return _parsed(path, text, Manifest)


def read_summary(path: Path) -> Summary:
    """Read the summary of a removed release.

    Raises:
        FileNotFoundError, ReleaseError: as above.
    """
    return _parsed(path, content_of(path), Summary)


Kind = TypeVar("Kind", bound=Summary)


def _parsed(path: Path, text: bytes, kind: type[Kind]) -> Kind:
    content = unsealed(path, text, must=_is_sealed)
    try:
        parsed = kind.from_json(content)
    except ReleaseError as error:
        raise ReleaseError("{path}: {reason}", path=str(path), reason=reason_of(error)) from None
    except ValueError as error:
        raise DamagedError(path, str(error)) from None
    return parsed


def _is_sealed(content: Mapping[str, Any]) -> bool:
    written = content.get("format", 1)
    return isinstance(written, int) and SEALED <= written <= LAYOUT  # a later one is refused as such
