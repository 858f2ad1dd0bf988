"""The descriptor of a Data Package in two layers: the supplied one, and what a publication adds to it or changes.

Tables are merged by their name, and so are the fields of each; all else of the publication takes the place of what is
supplied. A supplied table without a file is empty, and so is a supplied column that a table does not have, unless it
is required.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final, TypeAlias

from ..errors import AtmpgraphError
from ..findings import Finding, Place, Severity
from ..i18n import SOURCE, Texts, every_language, message, texts
from ..iris import fault
from ..languages import PLACEHOLDER, tag_of
from ..reasons import reason_of, why_unreadable
from ..settings.groups import Build
from ..settings.layers import Layered
from .canonical import Scratch, Source, read_source
from .declared import about_references, as_list, read_declared

Json: TypeAlias = dict[str, Any]
_BESIDE: Final = message("{name}: tables are files beside the descriptor, and names have no slash")
_RENAME: Final = message("rename the file {path}: its name stands in IRIs and has letters, digits, and - _ . ~ only")
_SCHEMA_ELSEWHERE: Final = message(
    "{name}: the schema is the file or address {schema}, which is not read; write its content into the Data Package"
)
_NOT_JSON: Final = message("not JSON in UTF-8; correct it: {reason}")
_NAME: Final = re.compile(r"[\w.~-]+")
_PROBLEM: Final = message(
    "'resources' is a list; each of it needs a 'name', a 'path' and a 'schema' with 'fields' that have a 'name'"
)
_TWICE: Final = message("{name} is there twice; keep one of them")
_PROBLEM_AT: Final = message(
    "number {n} of 'resources' ({name}) is none; it needs a 'name', a 'path' and a 'schema' with 'fields' that have a"
    " 'name'"
)


class DescriptorError(AtmpgraphError):
    """A descriptor is wrong as a whole, so that no table can be judged by it.

    Attributes:
        findings: all that is wrong.
    """

    def __init__(self, findings: Iterable[Finding]) -> None:
        """Refuse it."""
        super().__init__()
        self.findings = tuple(findings)

    def __str__(self) -> str:
        """The message in English."""
        return self.text(texts(SOURCE))

    def text(self, words: Texts) -> str:
        """A line each."""
        lines = (f"{each.places[0].text(words)}{words.colon}{each.sentence(words.language)}" for each in self.findings)
        return "\n".join(lines)


@dataclass(frozen=True)
class Descriptor:
    """A merged descriptor.

    Attributes:
        content: with the tables that have a file, or that the publication names itself.
        absent: the supplied tables without a file, by path.
        columns: by the path of a table, the supplied columns that it does not have.
        sources: by the path of a table, its file.
        findings: what is wrong with the descriptor.
    """

    content: Json
    absent: dict[str, Json]
    columns: dict[str, frozenset[str]]
    sources: dict[str, Source]
    findings: tuple[Finding, ...] = ()

    @property
    def published(self) -> Json:
        """The content without references to tables that are not there."""
        names = {resource["name"] for resource in self.absent.values()}
        return {**self.content, "resources": [_without(names, resource) for resource in self.content["resources"]]}

    @property
    def checked(self) -> Json:
        """The content and the absent tables, as empty ones within the descriptor, for references to them."""
        empty = [
            {
                "name": resource["name"],
                "data": [[field["name"] for field in _fields(resource)]],
                "schema": resource["schema"],
            }
            for resource in self.absent.values()
        ]
        return {**self.content, "resources": [*self.content["resources"], *empty]}


def read_descriptor(place: Layered, limits: Build) -> Descriptor:
    """Read both layers, and the tables that they describe; what is left describes the canonical ones.

    Raises:
        AtmpgraphError: there is none, or one is not the descriptor of tables beside it.
    """
    supplied, own = (_read(path) for path in (place.supplied, place.own))
    folder = place.own.parent
    try:
        content = _merged(supplied, own)
        comes_with = {each["name"]: _field_names(each) for each in supplied["resources"]}
        names = [name for each in content["resources"] for name in (each["path"], *_field_names(each))]
        paths = {each["name"]: each["path"] for each in supplied["resources"]}
    except (KeyError, TypeError, AttributeError):
        raise DescriptorError([*_without_path(place.own, supplied)] or [_wrong(place.own, _PROBLEM)]) from None
    wrong = [name for name in names if not isinstance(name, str) or "/" in name or "\\" in name]
    if wrong:
        raise DescriptorError([_wrong(place.own, _BESIDE, str(name), name=repr(name)) for name in wrong])
    declared, scratch = read_declared(content["resources"], paths, place.own.name), Scratch()
    all_names = {each["name"]: [field["name"] for field in _fields(each)] for each in content["resources"]}
    findings = (*declared.findings, *about_references(content["resources"], all_names, place.own.name))
    published = (each["path"] for each in content["resources"])  # a supplied table has its own path by now
    if unnamed := [path for path in published if not _is_name(path)]:
        raise DescriptorError([_wrong(place.own, _RENAME, path, path=repr(path)) for path in unnamed])
    files = {each["name"]: declared.origins[each["path"]].file for each in content["resources"]}
    absent = {
        each["path"]: each
        for each in content["resources"]
        if files[each["name"]] == paths.get(each["name"]) and not _is_there(folder / files[each["name"]])
    }
    present = [each for each in content["resources"] if each["path"] not in absent]
    sources, columns = {}, {}
    for each in present:
        path = each["path"]
        sources[path] = read_source(folder, path, declared.origins[path], scratch, limits)
        columns[path] = _drop_absent(each, sources[path].header(), comes_with.get(each["name"], set()))
    return Descriptor({**content, "resources": present}, absent, columns, sources, findings)


def _is_there(path: Path) -> bool:
    """Whether there is a file, or a link, which may lead nowhere or in a circle: the check says it."""
    return path.is_symlink() or path.exists()


def _is_name(path: object) -> bool:
    """Whether the name of a file can stand in the IRI of its table, as it is."""
    name = PurePosixPath(str(path)).name
    return bool(_NAME.fullmatch(name)) and not fault(f"urn:{name}")


def _wrong(file: Path, sentence: str, near: str = "", **values: object) -> Finding:
    """What is wrong with a descriptor, at the line of a text that stands in it."""
    text = file.read_text(encoding="utf-8-sig", errors="replace") if near and file.is_file() else ""
    place = text.find(json.dumps(near, ensure_ascii=False)) if near else -1
    row = text.count("\n", 0, place) + 1 if place >= 0 else None
    return Finding("table", Severity.VIOLATION, every_language(sentence, **values), (Place(file.name, row),))


def _without_path(file: Path, supplied: Json) -> Iterator[Finding]:
    """Each resource of a descriptor that has no file, and is not a supplied one."""
    names = {each["name"] for each in supplied["resources"]}
    for number, each in enumerate(_read(file)["resources"], start=1):
        if not isinstance(each.get("path"), str) and each["name"] not in names:
            yield _wrong(file, _PROBLEM_AT, each["name"], n=number, name=each["name"])


def whole_descriptor(place: Layered) -> Json:
    """Both layers as one, with the tables and columns that a publication does not have.

    Raises:
        AtmpgraphError: one is not the descriptor of tables.
    """
    supplied, own = (_read(path) for path in (place.supplied, place.own))
    try:
        return _merged(supplied, own)
    except (KeyError, TypeError, AttributeError):
        raise DescriptorError([_wrong(place.own, _PROBLEM)]) from None


def _read(path: Path) -> Json:
    is_named = path != Path()  # else nothing is supplied
    if is_named and (why := why_unreadable(path)):
        raise DescriptorError([_wrong(path, why.text, "", **why.values)])
    if not is_named or not path.exists():
        return {"resources": []}
    try:
        twice = list[str]()
        content = json.loads(
            path.read_text(encoding="utf-8-sig"), object_pairs_hook=lambda pairs: _object(pairs, twice)
        )
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        sentences = every_language(_NOT_JSON, reason=reason_of(error))
        place = Place(path.name, getattr(error, "lineno", None))
        raise DescriptorError([Finding("table", Severity.VIOLATION, sentences, (place,))]) from None
    if not isinstance(content, dict) or not isinstance(content.setdefault("resources", []), list):
        raise DescriptorError([_wrong(path, _PROBLEM)])
    names = [each["name"] for each in content["resources"] if isinstance(each, dict) and "name" in each]
    twice += [name for name, times in Counter(map(str, names)).items() if times > 1]
    if wrong := [
        *(_wrong(path, _TWICE, name, name=name) for name in twice),
        *_of_wrong_form(path, content["resources"]),
    ]:
        raise DescriptorError(wrong)
    return content


def _object(pairs: list[tuple[str, Any]], twice: list[str]) -> Json:
    """An object of JSON; of a name that it has twice, one value would be lost."""
    twice += [name for name, times in Counter(name for name, _ in pairs).items() if times > 1]
    return dict(pairs)


def _of_wrong_form(file: Path, resources: list[Any]) -> Iterator[Finding]:
    """Each resource that is no object with a name, or has fields that are none."""
    for number, each in enumerate(resources, start=1):
        name = each.get("name") if isinstance(each, dict) else None
        schema = each.get("schema", {}) if isinstance(name, str) else None
        if isinstance(schema, str):
            yield _wrong(file, _SCHEMA_ELSEWHERE, schema, name=name, schema=schema)
        elif not isinstance(schema, dict) or not _all_named(schema.get("fields", [])):
            near = name if isinstance(name, str) else ""
            yield _wrong(file, _PROBLEM_AT, near, n=number, name=near or "?")


def _all_named(listed: object) -> bool:
    return isinstance(listed, list) and all(
        isinstance(each, dict) and isinstance(each.get("name"), str) for each in listed
    )


def _merged(supplied: Json, own: Json) -> Json:
    """The supplied descriptor with what another one adds or changes."""
    resources = _by_name(supplied["resources"], own["resources"], _merged_resource)
    return {**supplied, **own, "resources": resources}


def _merged_resource(supplied: Json, own: Json) -> Json:
    before, after = supplied.get("schema", {}), own.get("schema", {})
    declared = [field["name"] for field in before.get("fields", [])]
    added = [field for field in after.get("fields", []) if not any(tag_of(field["name"], name) for name in declared)]
    fields = _by_name(before.get("fields", []), added, lambda old, new: {**old, **new})
    return {**supplied, **own, "schema": {**before, **after, "fields": fields}}


def _by_name(supplied: Iterable[Json], own: Iterable[Json], merge: Any) -> list[Json]:  # noqa: ANN401
    """Both lists in their order; what is in both, by its name, is merged."""
    merged = {each["name"]: each for each in supplied}
    for each in own:
        merged[each["name"]] = merge(merged[each["name"]], each) if each["name"] in merged else each
    return list(merged.values())


def _drop_absent(resource: Json, header: Sequence[str], supplied: set[str]) -> frozenset[str]:
    """Take the supplied columns that a table does not have, and need not have, from its fields; returns their names."""
    schema = resource.get("schema", {})
    needed = {*header, *map(str, as_list(schema.get("primaryKey", [])))}
    dropped = {
        field["name"]
        for field in _fields(resource)
        if header
        and field["name"] in supplied - needed
        and PLACEHOLDER not in field["name"]
        and not field.get("constraints", {}).get("required")
    }
    if dropped:
        fields = [field for field in _fields(resource) if field["name"] not in dropped]
        keys = [key for key in schema.get("foreignKeys", []) if not set(_names(key["fields"])) & dropped]
        resource["schema"] = {**schema, "fields": fields, **({"foreignKeys": keys} if keys else {})}
        if not keys:
            resource["schema"].pop("foreignKeys", None)
    return frozenset(dropped)


def _without(names: set[str], resource: Json) -> Json:
    """A resource without its references to other ones."""
    schema = resource.get("schema", {})
    keys = [key for key in schema.get("foreignKeys", []) if key["reference"]["resource"] not in names]
    if len(keys) == len(schema.get("foreignKeys", [])):
        return resource
    rest = {name: value for name, value in schema.items() if name != "foreignKeys"}
    return {**resource, "schema": {**rest, **({"foreignKeys": keys} if keys else {})}}


def _fields(resource: Json) -> list[Json]:
    fields: list[Json] = resource.get("schema", {}).get("fields", [])
    return fields


def _field_names(resource: Json) -> set[str]:
    return {field["name"] for field in _fields(resource)}


def _names(fields: str | list[str]) -> list[str]:
    return [fields] if isinstance(fields, str) else fields
