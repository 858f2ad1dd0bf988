"""Releases made directly, as folders with what serving and comparing them needs: no tables, no checks, no seconds."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from atmpgraph.publish.self_description import list_files
from atmpgraph.release.diff import write_changes
from atmpgraph.release.history import history, record_switch, write_history
from atmpgraph.release.layout import ReleasesFolder
from atmpgraph.release.listing import list_internal
from atmpgraph.release.manifest import Manifest, write_manifest
from atmpgraph.release.thing_state import record_published
from atmpgraph.settings import Settings
from atmpgraph.settings.text import Text
from atmpgraph.store import EMBEDDED
from atmpgraph.stream.pages import seal_stream

BASE: Final = "https://example.org/p/"
LABEL: Final = "<http://www.w3.org/2004/02/skos/core#prefLabel>"
GRAPH: Final = f"{BASE}id/graph/a"
_SAME: Final = Text(fr="Essai", nl="Proef", de="Probe", en="Trial")


def named(slug: str, *names: str) -> set[str]:
    """The statements about a thing with these names."""
    return {f"<{BASE}id/thing/{slug}> {LABEL} {json.dumps(name, ensure_ascii=False)} <{GRAPH}> ." for name in names}


def trial(folder: Path, base: str = BASE, **groups: dict[str, object]) -> Settings:
    """Settings whose folder of releases is `folder`."""
    fixed = {"base": base, "partnership": "trial", "licence": "https://example.org/licence"}
    return Settings.model_validate(
        fixed | {"title": _SAME, "description": _SAME, "folders": {"releases": folder}} | groups
    )


def publish(releases: Path, lines: Iterable[str], date: str, base: str = BASE, *, store: bool = False) -> str:
    """Make a release of N-Quads lines, unless it is there, and have it go live at `date`; returns its digest."""
    canonical = "".join(sorted({f"{line}\n" for line in lines})).encode()
    digest = hashlib.sha256(canonical).hexdigest()
    all_releases, past = ReleasesFolder(releases), history(releases)
    folder, previous = all_releases.release(digest), all_releases.live
    if not folder.path.exists():
        folder.path.mkdir(parents=True)
        folder.canonical.write_bytes(canonical)
        folder.catalogue.touch()
        folder.thing_dates.touch()
        changes = write_changes(folder.path, all_releases.release(previous) if previous else None, base)
        if store:
            EMBEDDED.load(folder.canonical, folder.store, digest)
        manifest = Manifest(
            digest=digest,
            created=date,
            files_created=date,
            base=base,
            statements=canonical.count(b"\n"),
            previous=previous,
            changes=changes,
            files=list_files(folder.downloads()),
        )
        list_internal(folder, manifest)
        write_manifest(folder.manifest, manifest)
    seal_stream(releases, base)
    record_published(releases, [folder.canonical], base)
    write_history(releases, past)
    all_releases.switch(digest)
    record_switch(releases, past, digest, date)
    return digest
