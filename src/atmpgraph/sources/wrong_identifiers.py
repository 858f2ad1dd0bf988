"""Identifiers in the tables: a wrong digit, or two that changed places, is told before anyone follows it.

The code lists of registries say which check an identifier has (`atmpgraph:checkDigits`), how it is written
(`schema:valuePattern`) and in which addresses it stands (`schema:urlTemplate`). A field of the Data Package says
`"identifier"`: the IRI of a registry, or in braces the column that names it. Addresses are looked at in every column of
them, and so are the records of a source whose pages have such addresses.
"""

import csv
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Final
from urllib.parse import urljoin

from ..check_digits import Check, check_named
from ..findings import Finding, Place, Severity
from ..i18n import every_language, message
from . import DESCRIPTOR
from .code_lists import CodeLists, Registry
from .package import Package, Table

_COLUMN: Final = re.compile(r"\{(.+)\}")
_VALUE: Final = "{value}"
_RECORD: Final = "{record}"
_WRONG: Final = message(
    "the check digits of this identifier ({registry}) do not fit the others: compare it with the registry, digit by"
    " digit"
)
_NO_CHECK: Final = message(
    "the code list names the check digits “{check}” of {registry}, which nobody computes: correct atmpgraph:checkDigits"
)
_NO_REGISTRY: Final = message(
    "{table}, {column}: “identifier” is the IRI of a registry of the code lists, or a column with codes in braces;"
    " {value} is neither"
)


def wrong_identifiers(package: Package, codes: CodeLists) -> Iterator[Finding]:
    """The cells with an identifier whose check digits do not fit.

    Args:
        package: of the tables.
        codes: with the registries.
    """
    for iri, registry in codes.registries.items():
        if not check_named(registry.check):
            problem = every_language(_NO_CHECK, check=registry.check, registry=f"<{iri}>")
            yield Finding("table", Severity.VIOLATION, problem)
    checks = _checks(codes)
    addresses = _Addresses(checks)
    pages = dict(_pages(package, addresses))
    for path, table in package.tables.items():
        with suppress(OSError, UnicodeDecodeError, csv.Error):  # the check of the table says it
            yield from _Columns(package, path, codes, addresses, pages).findings(table, checks)


def _checks(codes: CodeLists) -> Mapping[str, tuple[Registry, Check]]:
    """The registries whose check digits can be computed, by their IRI."""
    return {
        iri: (registry, lru_cache(check))
        for iri, registry in codes.registries.items()
        if (check := check_named(registry.check))
    }


class IdentifierCheck:
    """What is wrong with identifiers that stand by themselves, as in Turtle."""

    def __init__(self, codes: CodeLists) -> None:
        """Take the registries from the code lists."""
        self._checks = _checks(codes)
        self._addresses = _Addresses(self._checks)
        self._codes = {registry.code: iri for iri, (registry, _) in self._checks.items()}

    def address(self, iri: str) -> Finding | None:
        """A finding without a place if the identifier at the end of an address is wrong."""
        if not iri.startswith(self._addresses.prefixes):
            return None
        registry, identifier = self._addresses.identifier(iri)
        return self._finding(registry, identifier, iri)

    def identifier(self, code: str, value: str) -> Finding | None:
        """The same of an identifier of the registry that has a code."""
        registry = self._codes.get(code, "")
        fits = registry and self._checks[registry][0].has_form(value)
        return self._finding(registry, value, value) if fits else None

    def _finding(self, iri: str, identifier: str, value: str) -> Finding | None:
        registry, check = self._checks[iri]
        if check(identifier):
            return None
        return Finding("files", registry.severity, every_language(_WRONG, registry=registry.code), value=value)


class _Addresses:
    """The beginnings of addresses that end with an identifier."""

    def __init__(self, checks: Mapping[str, tuple[Registry, Check]]) -> None:
        self._registries = {
            template.removesuffix(_VALUE): iri
            for iri, (registry, _) in checks.items()
            for template in registry.templates
            if template.endswith(_VALUE)
        }
        self.prefixes = tuple(self._registries)

    def identifier(self, address: str) -> tuple[str, str]:
        """The registry and the identifier of an address that has one of the prefixes."""
        prefix = max(filter(address.startswith, self.prefixes), key=len)
        return self._registries[prefix], address.removeprefix(prefix).rstrip("/")


def _pages(package: Package, addresses: _Addresses) -> Iterator[tuple[str, str]]:
    """The sources whose records are identifiers, each with the beginning of the address of a record."""
    for table in package.tables.values():
        columns = table.header()
        if table.name == "sources" and {"slug", "record_page"} <= set(columns):
            with suppress(OSError, UnicodeDecodeError, csv.Error):
                for _, cells in table.rows():
                    row = dict(zip(columns, cells, strict=False))
                    if row["record_page"].removesuffix(_RECORD) in addresses.prefixes:
                        yield row["slug"], row["record_page"].removesuffix(_RECORD)


class _Columns:
    """The columns of a table that may hold an identifier."""

    def __init__(
        self, package: Package, path: str, codes: CodeLists, addresses: _Addresses, pages: Mapping[str, str]
    ) -> None:
        self._addresses, self._pages = addresses, pages
        self.wrong: list[Finding] = []
        names = package.tables[path].header()
        fields = {field["name"]: field for field in package.fields(path) if field["name"] in names}
        places = {name: names.index(name) for name in fields}
        self._names = names
        self._uris = [place for name, place in places.items() if fields[name].get("format") == "uri"]
        self._record = (places["source"], places["record"]) if pages and {"source", "record"} <= set(places) else None
        self._declared: list[tuple[int, int | None, Mapping[str, str] | str]] = []
        for name, place in places.items():
            if "identifier" not in fields[name]:
                continue
            declared = str(fields[name]["identifier"])
            column = _COLUMN.fullmatch(declared)
            if column and "codes" in fields.get(column[1], {}):
                registries = codes.codes.get(urljoin(codes.base, fields[column[1]]["codes"]), {})
                self._declared.append((place, places[column[1]], registries))
            elif not column and (iri := urljoin(codes.base, declared)) in codes.iris:
                self._declared.append((place, None, iri))
            else:
                table = package.tables[path].name
                problem = every_language(_NO_REGISTRY, table=table, column=name, value=f"“{declared}”")
                self.wrong.append(Finding("table", Severity.VIOLATION, problem, (Place(DESCRIPTOR),)))

    def findings(self, table: Table, checks: Mapping[str, tuple[Registry, Check]]) -> Iterator[Finding]:
        """What is wrong with the declarations, and the wrong cells."""
        yield from self.wrong
        if not (self._declared or self._uris or self._record):
            return
        for row, cells in table.rows():
            for place, iri, identifier in self._identifiers(cells, checks):
                if iri in checks and not checks[iri][1](identifier):
                    registry = checks[iri][0]
                    problem = every_language(_WRONG, registry=registry.code)
                    where = Place(table.file, row, self._names[place])
                    yield Finding("table", registry.severity, problem, (where,), cells[place])

    def _identifiers(
        self, cells: list[str], checks: Mapping[str, tuple[Registry, Check]]
    ) -> Iterator[tuple[int, str, str]]:
        """Place, registry and identifier of each cell with one."""
        for place, column, registries in self._declared:
            iri = registries if isinstance(registries, str) else registries.get(cells[column or 0], "")
            # Whatever has another form, the shape of identifiers tells.
            if cells[place] and iri in checks and checks[iri][0].has_form(cells[place]):
                yield place, iri, cells[place]
        for place in self._uris:
            if cells[place].startswith(self._addresses.prefixes):
                yield place, *self._addresses.identifier(cells[place])
        if self._record:
            source, record = self._record
            if cells[record] and (prefix := self._pages.get(cells[source])):
                yield record, *self._addresses.identifier(prefix + cells[record])
