"""Start a publication: its settings, and tables of a fictional partnership; all else comes with the software."""

import json
import shutil
import tempfile
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from ..i18n import TranslatedError, message
from ..settings import FILE_NAME, Settings
from ..settings.faults import WrongSettingsError

HERE = Path(__file__).parent
LANGUAGES: Final = ("fr", "nl", "de", "en")  # of the example
_NOT_EMPTY: Final = message("{folder}: not an empty folder; name a new one, since nothing is overwritten")


def example_settings(base: str, languages: Sequence[str] = ()) -> str:
    """The settings of the example.

    Args:
        base: of its IRIs.
        languages: some of its own, where it is not in all of them.
    """
    text = (HERE / FILE_NAME).read_text(encoding="utf-8").replace("{base}", base)
    return _in_languages(text, languages) if languages else text


def _in_languages(text: str, languages: Sequence[str]) -> str:
    """The same settings in some of their languages."""
    own = tomllib.loads(text)
    head = text[: text.index("languages = ")]
    lines = [f"languages = {json.dumps(list(languages))}"]
    for name in ("title", "description"):
        texts = [f"{tag} = {json.dumps(own[name][tag], ensure_ascii=False)}" for tag in languages]
        lines += ["", f"[{name}]", *texts]
    return head + "\n".join([*lines, ""])


def start(folder: Path, base: str, languages: Sequence[str] = ()) -> None:
    """Write a new publication into `folder`, which must be empty or not there.

    Raises:
        SettingsError: `base` is not one; nothing is written.
        TranslatedError: the folder is not empty; nothing in it changes.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise TranslatedError(_NOT_EMPTY, folder=str(folder))
    template = example_settings(base, languages)
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
