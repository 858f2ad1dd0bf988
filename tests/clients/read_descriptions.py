"""Run by the Python of the FAIR clients: what each reads of the datasets of a publication, as JSON.

The arguments are the base of the publication and the names of its datasets; each is asked as its reader asks.
"""

import json
import sys
import tempfile
import warnings
from pathlib import Path
from urllib.request import Request, urlopen

import datacite.schema45  # type: ignore[import-not-found]
import mlcroissant  # type: ignore[import-not-found]
from signposting import find_signposting_http, find_signposting_linkset  # type: ignore[import-not-found]

warnings.filterwarnings("error", module="signposting")  # a signpost that its client passes over is one


def fetched(url: str, accept: str) -> bytes:
    """The body that a media type gets."""
    with urlopen(Request(url, headers={"Accept": accept}), timeout=300) as response:
        return bytes(response.read())


def croissant(url: str) -> dict[str, object]:
    """What mlcroissant finds wrong, and the rows that it reads of one table."""
    file = Path(tempfile.mkdtemp()) / "croissant.json"
    file.write_bytes(fetched(f"{url}?_profile=croissant", "application/ld+json"))
    dataset = mlcroissant.Dataset(file)
    issues = dataset.metadata.ctx.issues
    rows = {records.id: len(list(dataset.records(records.id))) for records in dataset.metadata.record_sets}
    return {"errors": sorted(issues.errors), "warnings": sorted(issues.warnings), "rows": rows}


def cited(url: str) -> list[str]:
    """What the schema of DataCite 4.5 refuses."""
    document = json.loads(fetched(url, "application/vnd.datacite.datacite+json"))
    return [error.message for error in datacite.schema45.validator.iter_errors(document)]


def signposts(url: str) -> dict[str, list[list[str]]]:
    """The signposts of the fields of a page, and of its link set, by relation: where they lead, and to which type."""
    found = find_signposting_http(url)
    (linkset,) = [post for post in found.linksets if str(post.type) == "application/linkset+json"]
    levels = {"header": found, "linkset": find_signposting_linkset(str(linkset.target), str(linkset.type))}
    return {
        name: sorted([str(post.rel), str(post.target), str(post.type or "")] for post in level.signposts)
        for name, level in levels.items()
    }


base, *names = sys.argv[1:]
read = {
    name: {
        "croissant": croissant(f"{base}doc/dataset/{name}"),
        "datacite": cited(f"{base}doc/dataset/{name}"),
        "signposts": signposts(f"{base}id/dataset/{name}"),
    }
    for name in names
}
print(json.dumps(read))
