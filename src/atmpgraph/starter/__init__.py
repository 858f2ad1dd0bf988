"""Start a publication: its settings, and tables of a fictional partnership; all else comes with the software."""

import json
import shutil
import tempfile
from pathlib import Path

from ..errors import AtmpgraphError
from ..settings import FILE_NAME, Settings
from ..settings.faults import WrongSettingsError

HERE = Path(__file__).parent


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
        except WrongSettingsError as error:
            raise WrongSettingsError(Path(FILE_NAME), error.faults) from None
    data = folder / "data"
    data.mkdir(parents=True)
    for table in sorted((HERE / "tables").glob("*.csv")):
        shutil.copyfile(table, data / table.name)
    shutil.copyfile(HERE / "catalogue.ttl", data / "catalogue.ttl")
    descriptor = {"name": "example", "title": "Fictional example: the tables"}
    (data / "datapackage.json").write_text(json.dumps(descriptor, indent=2) + "\n", encoding="utf-8")
    (folder / FILE_NAME).write_text(template, encoding="utf-8")
    (folder / ".gitignore").write_text("/releases/\n", encoding="utf-8")
