"""Cells that are IRIs (`"format": "uri"`), as the library for Data Packages is to read them.

It passes many that no store can load (`http://e/[`, a bare `%`, two `#`); the parser of the store judges instead.
"""

from collections.abc import Callable
from typing import Any

from frictionless import Field, Plugin, system
from frictionless.fields import StringField

from ..iris import fault


class IriField(StringField):
    """A column of texts; one of IRIs has those that the store can load."""

    def create_value_reader(self) -> Callable[[Any], Any]:
        """What gives the value of a cell, or None where it has none."""
        if self.format != "uri":
            reader: Callable[[Any], Any] = super().create_value_reader()  # type: ignore[no-untyped-call]
            return reader
        return lambda cell: cell if isinstance(cell, str) and not fault(cell) else None


class _Cells(Plugin):
    def select_field_class(self, type: str | None = None) -> type[Field] | None:  # noqa: A002 - as the library calls it
        return IriField if type == StringField.type else None


def register() -> None:
    """Have the library read IRIs like this."""
    system.register("iri-cells", _Cells())
