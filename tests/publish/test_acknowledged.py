"""A warning that the editor stands by is a remark with the reason; a violation stays one; a row that answers nothing is told."""

import csv
from pathlib import Path

from atmpgraph.findings import Finding, Listed, Severity
from atmpgraph.publish.acknowledged import acknowledged

from ..conftest import copy_publication, tables_of

NODE = "https://w3id.org/atmp-wallonia/id/organisation/ulb"
SHAPES = "https://w3id.org/atmp-wallonia/ns/shapes#"


def finding(severity: Severity, rule: str, node: str = NODE) -> Finding:
    return Finding("shape", severity, {"en": "Twice.", "fr": "Deux fois."}, node=node, constraint=SHAPES + rule)


def test_a_warning_is_answered_and_nothing_else(tmp_path: Path) -> None:
    publication = copy_publication(tmp_path)
    with (publication.parent / "data" / "acknowledgements.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(
            [
                ["rule", "type", "slug", "reason_fr", "reason_nl", "reason_de", "reason_en"],
                ["twice", "organisation", "ulb", "Deux.", "Twee.", "Zwei.", "Two."],
                ["wrong", "organisation", "ulb", "Non.", "Nee.", "Nein.", "No."],
            ]
        )
    other = NODE.replace("ulb", "my-ulb")
    told = acknowledged(
        Listed(
            (
                finding(Severity.WARNING, "twice"),
                finding(Severity.VIOLATION, "wrong"),
                finding(Severity.WARNING, "twice", other),
            )
        ),
        tables_of(publication),
    ).findings
    assert [each.severity for each in told] == [
        Severity.INFO,
        Severity.VIOLATION,
        Severity.WARNING,
        Severity.WARNING,
    ]
    assert told[0].message == {"en": "Twice. – Two.", "fr": "Deux fois. – Deux."}
    assert (told[3].places[0].file, told[3].places[0].row) == ("acknowledgements.csv", 3)
