"""How the file of a table is to be read, as its resource declares it in the words of the standard (Data Package v2).

Read are `format`, `encoding`, `dialect` (Table Dialect), `missingValues` and, of a field, `decimalChar`, `groupChar`,
`bareNumber`, `format`, `trueValues`, `falseValues` (Table Schema). What of the standard is not read is refused by name.
"""

import codecs
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, Final, TypeAlias

from rapidfuzz import fuzz, process

from ..findings import Finding, Place, Severity
from ..i18n import every_language, message

Json: TypeAlias = dict[str, Any]
FORMATS: Final = ("csv", "tsv", "xlsx", "ods")
_PLAIN_ENDINGS: Final = frozenset({"", "txt", "dat"})  # which leave open what a file is
_MEDIA_TYPE: Final = "text/csv"
_TAB: Final = "\t"
# What each part may say: what is read, what is for people, and words of ours (`docs/pipeline.md`).
_FOR_PEOPLE: Final = frozenset(
    {"$schema", "profile", "title", "description", "licenses", "sources", "contributors", "homepage", "example"}
)
RESOURCE: Final = frozenset({"name", "path", "format", "mediatype", "encoding", "dialect", "schema"})
DIALECT: Final = frozenset(
    {
        *("header", "headerRows", "headerJoin", "commentRows", "commentChar", "delimiter", "lineTerminator"),
        *("quoteChar", "doubleQuote", "escapeChar", "nullSequence", "skipInitialSpace", "sheetNumber", "sheetName"),
        *("caseSensitiveHeader", "csvddfVersion"),
    }
)
SCHEMA: Final = frozenset({"fields", "primaryKey", "foreignKeys", "missingValues"})
FIELD: Final = frozenset(
    {
        *("name", "type", "format", "constraints", "missingValues", "decimalChar", "groupChar", "bareNumber"),
        *(
            "trueValues",
            "falseValues",
            "delimiter",
            "itemType",
            "examples",
            "rdfType",
            "codes",
            "unmapped",
            "publishes",
            "evidence",
            "identifier",
        ),
    }
)
# Words of the standard that would change how a table is read, and that are not obeyed.
_REFUSED: Final = {
    "resource": frozenset({"data", "bytes", "hash", "compression", "innerpath", "control", "layout", "extrapaths"}),
    "dialect": frozenset({"property", "itemType", "itemKeys", "table", "csv", "excel", "ods", "json", "sql"}),
    "schema": frozenset({"uniqueKeys", "fieldsMatch"}),
    "field": frozenset({"categories", "categoriesOrdered", "array_item", "arrayItem", "floatNumber"}),
}
_MEMBERS: Final = {"resource": RESOURCE, "dialect": DIALECT, "schema": SCHEMA, "field": FIELD}
TYPES: Final = frozenset(
    {
        *("string", "number", "integer", "boolean", "date", "time", "datetime", "year", "yearmonth", "duration", "any"),
        *("list", "array", "object", "geopoint", "geojson"),
    }
)
_DEFAULT: Final = frozenset({"default"})
_FORMS: Final = {"string": _DEFAULT | {"email", "uri", "uuid"}}
_NOT_READ_TYPES: Final = frozenset({"array", "object", "geojson", "geopoint"})
ITEM_TYPES: Final = frozenset({"string", "integer", "boolean", "number", "datetime", "date", "time"})
_CONSTRAINTS: Final = frozenset(
    {
        *("required", "unique", "pattern", "enum", "minLength", "maxLength", "minimum", "maximum"),
        *("exclusiveMinimum", "exclusiveMaximum", "jsonSchema"),
    }
)
_DATES: Final = frozenset({"date", "time", "datetime"})
_CLOSE: Final = 80  # of 100: as close as a slip of the pen
# The reading of a field, which its canonical text does without.
_READING: Final = ("decimalChar", "groupChar", "bareNumber", "trueValues", "falseValues", "missingValues")


@dataclass(frozen=True)
class Dialect:
    """How cells stand in a file (Table Dialect).

    Attributes:
        delimiter, quote, double_quote, escape, skip_space: of a CSV file.
        header_rows: the rows of the header, from 1.
        header_join: what parts the texts of a header of several rows.
        comment_rows: rows that are no data, from 1.
        comment: what begins a row that is no data.
        null: the text of a cell that is empty.
        sheet: of a workbook: its name, or its number from 1; None where nothing is said.
    """

    delimiter: str = ","
    quote: str = '"'
    double_quote: bool = True
    escape: str | None = None
    skip_space: bool = False
    header_rows: tuple[int, ...] = (1,)
    header_join: str = " "
    comment_rows: frozenset[int] = frozenset()
    comment: str | None = None
    null: str | None = None
    sheet: str | int | None = None

    @property
    def first(self) -> int:
        """The row of the header in the canonical table."""
        return self.header_rows[-1]


@dataclass(frozen=True)
class Origin:
    """The file of a table.

    Attributes:
        file: its name, beside the descriptor.
        format: one of `FORMATS`, in small letters.
        encoding: of a CSV file.
        dialect: of its cells.
        fields: as they are declared.
        missing: the texts of cells that are empty.
        is_usable: whether it can be read: not where a declaration is wrong.
    """

    file: str
    format: str = "csv"
    encoding: str = "utf-8"
    dialect: Dialect = Dialect()
    fields: tuple[Mapping[str, Any], ...] = ()
    missing: frozenset[str] = frozenset({""})
    is_usable: bool = True

    @property
    def is_workbook(self) -> bool:
        """Whether it has sheets."""
        return self.format in {"xlsx", "ods"}

    @property
    def is_plain(self) -> bool:
        """Whether a file with the right header is the canonical table as it stands."""
        plain = Dialect()
        return (
            self.format == "csv"
            and codecs.lookup(self.encoding).name == "utf-8"
            and self.dialect == plain
            and self.missing == frozenset({""})
            and not any(needs_reading(each) for each in self.fields)
        )


@dataclass
class Declared:
    """What the resources declare, and what is wrong with it.

    Attributes:
        origins: of each table, by the path of the canonical one.
        findings: about the descriptor.
    """

    origins: dict[str, Origin] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def needs_reading(declared: Mapping[str, Any]) -> bool:
    """Whether the cells of a field are not canonical as they stand."""
    own = {name for name in _READING if name in declared}
    own -= {"decimalChar"} if declared.get("decimalChar") == "." else set()
    own -= {"groupChar"} if not declared.get("groupChar") else set()
    own -= {"bareNumber"} if declared.get("bareNumber") is True else set()
    own -= {"missingValues"} if declared.get("missingValues") == [""] else set()
    if declared.get("type") == "boolean":
        # The texts that the standard takes for true and false are read by the mapping as they are.
        own -= {"trueValues"} if set(declared.get("trueValues", ())) <= {"true", "1"} else set()
        own -= {"falseValues"} if set(declared.get("falseValues", ())) <= {"false", "0"} else set()
    else:
        own -= {"trueValues", "falseValues"}
    return bool(own) or (declared.get("type") in _DATES and declared.get("format", "default") != "default")


def canonical(declared: Mapping[str, Any]) -> Json:
    """A field of the canonical table: without what is only about the reading of its cells."""
    if not needs_reading(declared):
        return dict(declared)
    left = {name: value for name, value in declared.items() if name not in _READING}
    if declared.get("type") in _DATES:
        left.pop("format", None)
    if declared.get("type") == "boolean":
        left |= {"trueValues": ["true"], "falseValues": ["false"]}
    return left


def read_declared(resources: list[Json], supplied: Mapping[str, str], descriptor: str) -> Declared:
    """Read how each table is read, and make each resource one of the canonical table.

    Args:
        resources: of the merged descriptor; they are changed.
        supplied: the paths of the tables that come with the software, by name.
        descriptor: its file.
    """
    declared = Declared()
    for resource in resources:
        reader = _Reader(resource, descriptor)
        origin = reader.origin()
        path = supplied.get(resource["name"], origin.file)
        if not path.endswith(".csv") or path in declared.origins:
            path = f"{resource['name']}.csv"
        declared.origins[path] = origin
        declared.findings += reader.findings
        if not origin.is_usable or origin.is_plain:
            resource["path"] = path
            continue
        _make_canonical(resource, origin, path)
    return declared


def _make_canonical(resource: Json, origin: Origin, path: str) -> None:
    schema = resource["schema"]
    resource |= {"path": path, "format": "csv", "mediatype": _MEDIA_TYPE, "encoding": "utf-8"}
    resource.pop("dialect", None)
    if origin.dialect.first > 1:
        resource["dialect"] = {"headerRows": [origin.dialect.first]}
    resource["schema"] = {**schema, "fields": [canonical(each) for each in schema["fields"]]}
    if "missingValues" in schema:
        resource["schema"]["missingValues"] = [""]


class _Reader:
    """Reads one resource."""

    def __init__(self, resource: Json, descriptor: str) -> None:
        self._resource, self._descriptor = resource, descriptor
        self.findings: list[Finding] = []

    def _fail(self, place: str, sentence: str, **values: object) -> None:
        texts = every_language(sentence, **values)
        self.findings.append(
            Finding("table", Severity.VIOLATION, texts, (Place(self._descriptor, column=f"{self._name}{place}"),))
        )

    @property
    def _name(self) -> str:
        return str(self._resource.get("name", ""))

    def origin(self) -> Origin:
        """How its table is read."""
        resource = self._resource
        self._members("resource", "", resource)
        schema = resource.setdefault("schema", {})
        if not isinstance(schema, dict):
            self._fail(", schema", _WITHIN)
            schema = resource["schema"] = {}
        self._members("schema", ", schema", schema)
        fields = [each for each in schema.setdefault("fields", []) if isinstance(each, dict)]
        for each in fields:
            self._field(each)
        file, fmt = str(resource["path"]), self._format()
        origin = Origin(
            file,
            fmt,
            self._encoding(),
            self._dialect(fmt),
            tuple(fields),
            self._missing(schema.get("missingValues", [""]), ", schema"),
        )
        self._keys(schema, [str(each.get("name")) for each in fields])
        return Origin(file, fmt, is_usable=False) if self.findings else origin

    def _members(self, part: str, place: str, content: Mapping[str, Any]) -> None:
        """Refuse words of the standard that are not read, and words that look like misspelled ones."""
        members = _MEMBERS[part] | _FOR_PEOPLE
        for name in content:
            if name in members or ":" in name:
                continue
            if name in _REFUSED[part]:
                self._fail(place, _NOT_READ, name=name)
            elif (close := closest(name, _MEMBERS[part])) is not None:
                self._fail(place, _MISSPELLED, name=name, close=close)
            elif part == "dialect":  # it would be read otherwise than it says
                self._fail(place, _NO_MEMBER, name=name, names=", ".join(sorted(DIALECT)))

    def _format(self) -> str:
        """By the ending of the file: a layer may give a supplied table another one."""
        ending = PurePosixPath(str(self._resource["path"])).suffix.removeprefix(".").lower()
        if ending in FORMATS:
            return ending
        given = str(self._resource.get("format", "csv")).lower() if ending in _PLAIN_ENDINGS else ending
        if given not in FORMATS:
            self._fail(", format", _FORMAT, format=given, formats=", ".join(FORMATS))
            return "csv"
        return given

    def _encoding(self) -> str:
        given = self._resource.get("encoding", "utf-8")
        try:
            "a".encode(str(given)).decode(str(given))  # which codecs of bytes refuse, and `codecs.lookup` does not
        except (LookupError, UnicodeError):
            self._fail(", encoding", _ENCODING, encoding=given)
            return "utf-8"
        return str(given)

    def _dialect(self, fmt: str) -> Dialect:
        given = self._resource.get("dialect", {})
        if not isinstance(given, dict):
            self._fail(", dialect", _WITHIN)
            return Dialect()
        self._members("dialect", ", dialect", given)
        if given.get("header", True) is not True:
            self._fail(", dialect", _HEADER)
        texts = {
            name: self._character(given, name)
            for name in ("delimiter", "quoteChar", "escapeChar")
            if given.get(name) is not None
        }
        if texts.get("quoteChar", '"') == texts.get("delimiter", ","):
            self._fail(", dialect", _CHARACTER, name="delimiter")
        rows = self._numbers(given, "headerRows", [1]) or (1,)
        comments = self._numbers(given, "commentRows", [])
        sheet = given.get("sheetName", given.get("sheetNumber"))
        if sheet is not None and (isinstance(sheet, bool) or not isinstance(sheet, str | int) or sheet in (0, "")):
            self._fail(", dialect", _SHEET)
            sheet = None
        if sheet is not None and fmt not in {"xlsx", "ods"}:
            self._fail(", dialect", _NO_SHEETS)
        return Dialect(
            texts.get("delimiter", _TAB if fmt == "tsv" else ","),
            texts.get("quoteChar", '"'),
            given.get("doubleQuote", True) is True,
            texts.get("escapeChar"),
            given.get("skipInitialSpace", False) is True,
            rows,
            str(given.get("headerJoin", " ")),
            frozenset(comments),
            str(given["commentChar"]) if given.get("commentChar") else None,
            str(given["nullSequence"]) if given.get("nullSequence") is not None else None,
            sheet,
        )

    def _character(self, given: Json, name: str) -> str:
        value = given[name]
        if not isinstance(value, str) or len(value) != 1 or value in "\r\n":
            self._fail(", dialect", _CHARACTER, name=name)
            return ","
        return value

    def _numbers(self, given: Json, name: str, default: list[int]) -> tuple[int, ...]:
        value = given.get(name, default)
        if (
            not isinstance(value, list)
            or not all(isinstance(n, int) and not isinstance(n, bool) and n > 0 for n in value)
            or (name == "headerRows" and not value)
        ):
            self._fail(", dialect", _ROWS, name=name)
            return tuple(default)
        return tuple(sorted(set(value)))

    def _missing(self, given: Any, place: str) -> frozenset[str]:  # noqa: ANN401 - as it stands in JSON
        """The texts of empty cells (Table Schema: a text, or an object with `value` and `label`)."""
        if not isinstance(given, list):
            self._fail(place, _LIST, name="missingValues")
            return frozenset({""})
        values = [one.get("value") if isinstance(one, dict) else one for one in given]
        if not all(isinstance(one, str) for one in values):
            self._fail(place, _LIST, name="missingValues")
            return frozenset({""})
        return frozenset({"", *map(str, values)})  # a cell without a text is no statement

    def _field(self, declared: Json) -> None:
        place = f", {declared.get('name', '')}"
        self._members("field", place, declared)
        for name in ("type", "title", "description", "format", "itemType"):
            if not isinstance(declared.get(name, ""), str):
                self._fail(place, _TEXT, name=name)
                del declared[name]
        kind = declared.get("type", "string")
        self._type(kind, TYPES, place)
        if kind in _NOT_READ_TYPES:
            self._fail(place, _TYPE_NOT_READ, type=kind)
        self._marks(declared, place)
        self._missing(declared.get("missingValues", []), place)
        self._constraints(declared.get("constraints", {}), place)
        if "codes" in declared and not isinstance(declared["codes"], str):
            self._fail(place, _NOT_READ, name="codes")
        form = declared.get("format", "default")
        if kind in _DATES and form != "default":
            self._pattern(form, place)
        elif kind not in _DATES and form not in _FORMS.get(str(kind), _DEFAULT):
            self._fail(place, _FORM, format=form, type=kind)
        if kind == "list":
            self._list(declared, place)

    def _type(self, kind: object, types: frozenset[str], place: str) -> None:
        if kind not in types:
            if close := closest(str(kind), types):
                self._fail(place, _NO_TYPE_CLOSE, type=kind, close=close)
            else:
                self._fail(place, _NO_TYPE, type=kind, types=", ".join(sorted(types)))

    def _marks(self, declared: Json, place: str) -> None:
        """Refuse marks of numbers, and words for true and false, that are none."""
        for name in ("decimalChar", "groupChar"):
            value = declared.get(name)
            one = isinstance(value, str) and (len(value) == 1 or (value == "" and name == "groupChar"))
            if value is not None and (not one or value.isdigit()):
                self._fail(place, _CHARACTER, name=name)
        if declared.get("groupChar") and declared.get("groupChar") == declared.get("decimalChar", "."):
            self._fail(place, _SAME_MARK)
        if not isinstance(declared.get("bareNumber", True), bool):
            self._fail(place, _TRUE_OR_FALSE, name="bareNumber")
        for name in ("trueValues", "falseValues"):
            value = declared.get(name, [])
            if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
                self._fail(place, _LIST, name=name)

    def _list(self, declared: Json, place: str) -> None:
        delimiter = declared.get("delimiter", ",")
        if not isinstance(delimiter, str) or not delimiter.strip(" "):
            self._fail(place, _CHARACTER, name="delimiter")
        self._type(declared.get("itemType", "string"), ITEM_TYPES, place)

    def _pattern(self, pattern: object, place: str) -> None:
        """Refuse a format of dates that leaves day and month to guess, or that is none."""
        if pattern == "any":
            self._fail(place, _ANY_DATE)
        elif not isinstance(pattern, str) or not (marks := re.findall(r"%(.)", pattern)) or set(marks) - _MARKS:
            self._fail(place, _DATE_PATTERN, format=pattern)

    def _constraints(self, given: object, place: str) -> None:
        if not isinstance(given, dict):
            self._fail(place, _OBJECT, name="constraints")
            return
        if not isinstance(given.get("enum", []), list):
            self._fail(place, _LIST, name="enum")
        for name in ("required", "unique"):
            if not isinstance(given.get(name, False), bool):
                self._fail(place, _TRUE_OR_FALSE, name=name)
        for name in given:
            if name not in _CONSTRAINTS:
                close = closest(name, _CONSTRAINTS)
                if close:
                    self._fail(place, _MISSPELLED, name=name, close=close)
                else:
                    self._fail(place, _NO_CONSTRAINT, name=name, names=", ".join(sorted(_CONSTRAINTS)))

    def _keys(self, schema: Json, names: list[str]) -> None:
        """Refuse keys of columns that are not declared."""
        primary = schema.get("primaryKey", [])
        for name in [primary] if isinstance(primary, str) else primary if isinstance(primary, list) else [primary]:
            if name not in names:
                self._fail(", primaryKey", _NO_COLUMN, name=name)
        keys = schema.get("foreignKeys", [])
        for key in keys if isinstance(keys, list) else [keys]:
            reference = key.get("reference") if isinstance(key, dict) else None
            if not isinstance(reference, dict) or "fields" not in key or "fields" not in reference:
                self._fail(", foreignKeys", _NO_KEY)
                continue
            own = as_list(key["fields"])
            for name in own:
                if name not in names:
                    self._fail(", foreignKeys", _NO_COLUMN, name=name)
            if len(own) != len(as_list(reference["fields"])):
                self._fail(", foreignKeys", _KEY_LENGTHS)


def items_of(cell: str, delimiter: str) -> list[str]:
    """The values of a cell of a list; gaps around them are no part of them."""
    return [item for part in cell.split(delimiter) if (item := part.strip())]


def as_list(fields: object) -> list[Any]:
    """The columns of a key: one stands as it is, or several in a list."""
    return fields if isinstance(fields, list) else [fields]


def closest(word: str, words: frozenset[str] | list[str], cutoff: float = _CLOSE) -> str | None:
    """The word that a misspelled one comes closest to."""
    match = process.extractOne(
        word, sorted(words), scorer=fuzz.ratio, processor=lambda text: text.casefold(), score_cutoff=cutoff
    )
    return str(match[0]) if match else None


def about_references(resources: list[Json], all_names: Mapping[str, list[str]], descriptor: str) -> Iterator[Finding]:
    """Foreign keys to tables and columns that there are none of.

    Args:
        resources: of the descriptor.
        all_names: the columns of each table, by its name.
        descriptor: its file.
    """
    for resource in resources:
        keys = resource.get("schema", {}).get("foreignKeys", [])
        for key in keys if isinstance(keys, list) else []:
            reference = key.get("reference") if isinstance(key, dict) else None
            if not isinstance(reference, dict):
                continue
            place = (Place(descriptor, column=f"{resource['name']}, foreignKeys"),)
            name = reference.get("resource") or resource["name"]
            if name not in all_names:
                texts = every_language(_NO_TABLE, name=name, names=", ".join(sorted(all_names)))
                yield Finding("table", Severity.VIOLATION, texts, place)
                continue
            for column in as_list(reference.get("fields", [])):
                if column not in all_names[name]:
                    yield Finding("table", Severity.VIOLATION, every_language(_NO_COLUMN, name=column), place)


_TRUE_OR_FALSE: Final = message("{name} is true or false; correct it")
_FORM: Final = message("the format {format} of a column of the type {type} is not read here; remove it")
_NOT_READ: Final = message("{name} is not read here; remove it, and write the table without it")
_MISSPELLED: Final = message("{name} means nothing here; did you mean {close}?")
_WITHIN: Final = message("a file or an address is not read here; write its content into the Data Package itself")
_FORMAT: Final = message("files of the format {format} are not read; save the table in one of {formats}")
_ENCODING: Final = message(
    "{encoding} is no encoding of texts; give the one that the file has, such as utf-8, windows-1252 or utf-16"
)
_HEADER: Final = message("a table needs a header; add a row with the names of the columns, and remove “header”")
_MARKS: Final = frozenset("aAbBcdfGHIjmMpSuUVwWxXyYzZ%")  # of `strptime`
_NO_MEMBER: Final = message(
    "{name} means nothing here, so that the table would be read otherwise; a dialect has {names}"
)
_SHEET: Final = message("sheetName is the name of a sheet, and sheetNumber its number from 1; correct it")
_NO_SHEETS: Final = message("only a workbook has sheets; remove sheetName and sheetNumber, or give a file xlsx or ods")
_CHARACTER: Final = message("{name} is one character, and no digit; correct it")
_ROWS: Final = message("{name} is a list of numbers of rows, from 1; correct it")
_LIST: Final = message("{name} is a list of texts; correct it")
_TEXT: Final = message("{name} is a text in quotation marks; correct it")
_OBJECT: Final = message("{name} is an object of JSON, in braces; correct it")
_NO_TYPE: Final = message("{type} is no type of a column; the types are {types}")
_NO_TYPE_CLOSE: Final = message("{type} is no type of a column; did you mean {close}?")
_TYPE_NOT_READ: Final = message("columns of the type {type} are not read; use string, or list for several values")
_NO_CONSTRAINT: Final = message("{name} is no constraint; the constraints are {names}")
_SAME_MARK: Final = message("groupChar and decimalChar are the same, so that no number can be read; correct one")
_ANY_DATE: Final = message(
    "the format “any” leaves day and month to be guessed; write how the dates stand, such as %d/%m/%Y"
)
_DATE_PATTERN: Final = message("{format} is no format of dates; write how they stand, such as %d/%m/%Y")
_NO_COLUMN: Final = message("the key names a column {name}, which is not declared; declare it, or correct the key")
_NO_TABLE: Final = message("the foreign key leads to a table {name}, which there is not; the tables are {names}")
_NO_KEY: Final = message("a foreign key needs “fields” and a “reference” with “resource” and “fields”; correct it")
_KEY_LENGTHS: Final = message("both sides of a foreign key need the same number of columns; correct it")
