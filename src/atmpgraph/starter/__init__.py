"""Start a publication: the supplied mapping, shapes, ontology and queries, and tables of a fictional partnership."""

import json
import shutil
import tempfile
from pathlib import Path

from ..errors import AtmpgraphError, SettingsError
from ..mapping.document import rebased
from ..settings import FILE_NAME, Settings

HERE = Path(__file__).parent
# The supplied code lists are those that any partnership needs.
CODE_LISTS = (
    "confidence",
    "funding-origin",
    "indicator",
    "metric",
    "organisation-kind",
    "participation-role",
    "partnership-role",
    "sector",
    "value-qualifier",
)
SHARED = (
    "ontology/atmpgraph.ttl",
    "ontology/figures.ttl",
    *(f"ontology/auth/{name}.ttl" for name in CODE_LISTS),
    "data/coverage.rq",
    "data/datasets",
    "data/mapping",
    "shapes",
    "queries",
)


def start(folder: Path, base: str) -> None:
    """Write a new publication into `folder`, which must be empty or not there.

    Raises:
        SettingsError: `base` is not one; nothing is written.
        AtmpgraphError: the folder is not empty; nothing in it changes.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise AtmpgraphError(f"{folder}: not an empty folder; name a new one, since nothing is overwritten")
    template = (HERE / FILE_NAME).read_text(encoding="utf-8").replace("{base}", base)
    with tempfile.TemporaryDirectory() as scratch:  # a wrong base is an error before anything is written
        (Path(scratch) / FILE_NAME).write_text(template, encoding="utf-8")
        try:
            Settings.load(Path(scratch) / FILE_NAME)
        except SettingsError as error:
            raise SettingsError(str(error).replace(f"{scratch}/", "")) from None
    # A wheel has the shared files beside this module; a checkout has them where they are edited.
    origin = HERE if (HERE / "shapes").is_dir() else HERE.parents[2]
    for name in SHARED:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (origin / name).is_dir():
            shutil.copytree(origin / name, target)
        else:
            shutil.copyfile(origin / name, target)
    for document in (folder / "data" / "mapping").glob("*.rml.ttl"):
        document.write_text(rebased(document.read_text(encoding="utf-8"), base), encoding="utf-8")
    for table in sorted((HERE / "tables").glob("*.csv")):
        shutil.copyfile(table, folder / "data" / table.name)
    shutil.copyfile(HERE / "catalogue.ttl", folder / "data" / "catalogue.ttl")
    descriptor = json.loads((origin / "data" / "datapackage.json").read_text(encoding="utf-8"))
    descriptor |= {"name": "example", "title": "Fictional example: the tables"}
    text = json.dumps(descriptor, ensure_ascii=False, indent=2)
    (folder / "data" / "datapackage.json").write_text(text + "\n", encoding="utf-8")
    (folder / FILE_NAME).write_text(template, encoding="utf-8")
    (folder / ".gitignore").write_text("/releases/\n", encoding="utf-8")
