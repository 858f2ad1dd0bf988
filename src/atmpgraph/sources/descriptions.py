"""What each table and column is, for people: the title and description that the Data Package states, by language.

The texts are English in the descriptor (Table Schema: `title`, `description`, `example`); they are sentences of the
interface, so that the catalogues translate them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

from ..i18n import Texts
from .pattern_example import fitting_example

_SENTENCES = ("title", "description")


@dataclass(frozen=True)
class ColumnDescription:
    """One column.

    Attributes:
        name: `title_{language}` where there is a column for each language.
        title, description: in English.
        type: of the Table Schema.
        format: of the type; `default` where nothing is said.
        example: a cell as it could be; of a column of codes, the first one; of a pattern, one that it fits.
        codes: those that a cell may have, if they are listed.
        code_list: the IRI of their list, if they are of one.
        refers_to: the table whose key a cell names, if it names one.
        is_required: whether no row may lack it.
        is_key: whether it is in the key of the table.
        is_unique: whether it alone tells rows apart.
    """

    name: str
    title: str
    description: str
    type: str
    format: str
    example: str
    codes: tuple[str, ...] = ()
    code_list: str = ""
    refers_to: str = ""
    is_required: bool = False
    is_key: bool = False
    is_unique: bool = False

    def notes(self, words: Texts) -> list[str]:
        """What else a person who fills it in wants to know, in a language."""
        notes = [words.gettext("required")] if self.is_required else []
        if self.refers_to:
            notes.append(words.gettext("key of a row of {table}", table=self.refers_to))
        if self.type != "string":
            notes.append(words.gettext("type: {type}", type=self.type))
        if self.codes:
            notes.append(words.gettext("one of: {codes}", codes=", ".join(self.codes)))
        if self.example:
            notes.append(words.gettext("example: {example}", example=self.example))
        return notes


@dataclass(frozen=True)
class TableDescription:
    """One table.

    Attributes:
        name: of the table, and of its file before the ending.
        path: of its file.
        title, description: in English.
        columns: in their order.
        key: the columns that together tell its rows apart.
    """

    name: str
    path: str
    title: str
    description: str
    columns: tuple[ColumnDescription, ...]
    key: tuple[str, ...]

    @classmethod
    def of(cls, resource: Mapping[str, Any]) -> Self:
        """The description of a resource of a Data Package."""
        schema = resource.get("schema", {})
        key = _names(schema.get("primaryKey", ()))
        references = {
            name: each["reference"]["resource"] or resource["name"]
            for each in schema.get("foreignKeys", ())
            for name in _names(each["fields"])
        }
        columns = tuple(_column(field, key, references) for field in schema.get("fields", ()))
        title, description = str(resource.get("title", "")), str(resource.get("description", ""))
        return cls(resource["name"], resource["path"], title, description, columns, key)


def described(descriptor: Mapping[str, Any]) -> list[TableDescription]:
    """The tables of a Data Package, in its order."""
    return [TableDescription.of(resource) for resource in descriptor["resources"]]


def texts_of(descriptor: Mapping[str, Any]) -> Iterator[str]:
    """The sentences of a descriptor that are translated."""
    for resource in descriptor["resources"]:
        for each in (resource, *resource.get("schema", {}).get("fields", ())):
            yield from (each[name] for name in _SENTENCES if each.get(name))


def _column(field: Mapping[str, Any], key: tuple[str, ...], references: Mapping[str, str]) -> ColumnDescription:
    constraints = field.get("constraints", {})
    codes = tuple(map(str, constraints.get("enum", ())))
    example = str(field.get("example", next(iter(codes), "")))
    name, kind = field["name"], field.get("type", "string")
    return ColumnDescription(
        name,
        title=str(field.get("title", "")),
        description=str(field.get("description", "")),
        type=kind,
        format=field.get("format", "default"),
        example=fitting_example(str(constraints["pattern"]), example) if "pattern" in constraints else example,
        codes=codes,
        code_list=str(field.get("codes", "")),
        refers_to=references.get(name, ""),
        is_required=bool(constraints.get("required")) or name in key,
        is_key=name in key,
        is_unique=bool(constraints.get("unique")) or key == (name,),
    )


def _names(value: str | list[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)
