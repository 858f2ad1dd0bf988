r"""Patterns of shapes: XPath's (SHACL §4.4.3, SPARQL 1.1 §17.4.3.14), written as each engine reads them.

`\p{L}`, `\p{IsCyrillic}`, `\i`, `\c` and the subtraction of classes become ranges of characters, `$` the end of the
text and not a line end before it, and the flags `s`, `x` and `q` what they mean. `\s`, `\d` and `\w` stay what they are
in Unicode.
"""

import re
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Final, TypeAlias

from rdflib import Graph, Literal
from rdflib.namespace import SH
from rdflib.term import Node

from ..i18n import message
from ..reasons import reason_of

Ranges: TypeAlias = tuple[tuple[int, int], ...]  # of code points, sorted and apart


class Engine(Enum):
    """How an engine writes the end of a text."""

    REFERENCE = r"\Z"
    QUICK = r"\z"


class PatternError(ValueError):
    """A pattern is not one of XPath.

    Attributes:
        sentence: why, in English, with `{what}` for the part that is wrong.
        what: that part.
    """

    def __init__(self, sentence: str, what: str = "") -> None:
        """Say why."""
        super().__init__(sentence.format(what=what))
        self.sentence, self.what = sentence, what


_FLAG: Final = message("{what} is no flag; flags are i, m, s, x and q")
_ALONE: Final = message("{what} without its counterpart; write \\{what} for the character itself")
_NOTHING_TO_REPEAT: Final = message("{what}: nothing that can be repeated stands before it")
_SWAPPED: Final = message("{what}: the first number is larger than the second one")
_GROUP: Final = message("{what}: XPath has no such groups")
_NO_CATEGORY: Final = message(
    "{what}: the general categories and blocks of Unicode are known, such as L, Lu, Nd or IsCyrillic"
)
_BACK: Final = message("{what}: a reference back to a group, which not every engine can follow")
_MEANINGLESS: Final = message("{what} means nothing in XPath")
_NOT_LAST: Final = message("a subtracted class ends its class: ] is expected")
_RANGE: Final = message("{what}: a range goes from a character to a later one")
_EMPTY: Final = message("a class without characters")


FLAGS: Final = frozenset("smixq")
_ESCAPED: Final = frozenset(r"nrt\|.-^?*+{}()[]$")  # XML Schema Part 2 §F, with `$` of XPath
# General categories of Unicode: a letter for the kind, and perhaps one for the category itself.
_CATEGORY: Final = re.compile(r"L[ultmo]?|M[nce]?|N[dlo]?|P[cdseifo]?|Z[slp]?|S[mcko]?|C[cfon]?")
_PROPERTY: Final = re.compile(r"\{([\w-]+)\}", re.ASCII)
_BLOCKS: Final = Path(__file__).parent / "blocks.txt"
_QUANTIFIER: Final = re.compile(r"(?:[?*+]|\{(?P<least>\d+)(?P<to>,(?P<most>\d*))?\})\??")
_LAST: Final = sys.maxunicode
# XML 1.0 (fifth edition) §2.3: NameStartChar, and what NameChar has besides.
_NAME_START: Final[Ranges] = (
    *((0x3A, 0x3A), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A), (0xC0, 0xD6), (0xD8, 0xF6), (0xF8, 0x2FF)),
    *((0x370, 0x37D), (0x37F, 0x1FFF), (0x200C, 0x200D), (0x2070, 0x218F), (0x2C00, 0x2FEF), (0x3001, 0xD7FF)),
    *((0xF900, 0xFDCF), (0xFDF0, 0xFFFD), (0x10000, 0xEFFFF)),
)
_NAME_MORE: Final[Ranges] = ((0x2D, 0x2E), (0x30, 0x39), (0xB7, 0xB7), (0x300, 0x36F), (0x203F, 0x2040))
_NEEDS_SETS: Final = re.compile(r"\\[pPiIcC]|-\[")


def engine_pattern(pattern: str, flags: str, engine: Engine) -> tuple[str, str]:
    """A pattern and its flags for an engine, which needs no other flags than `i` and `m`.

    Raises:
        PatternError: it is not a pattern of XPath, or has what not every engine can do.
    """
    if strange := set(flags) - FLAGS:
        raise PatternError(_FLAG, "".join(sorted(strange)))
    left = "".join(flag for flag in "im" if flag in flags)
    if "q" in flags:
        return re.escape(pattern), left.replace("m", "")
    written = _Reader(pattern, frozenset(flags), engine).read()
    try:
        re.compile(written.replace(Engine.QUICK.value, Engine.REFERENCE.value))
    except (re.error, OverflowError) as error:
        raise PatternError(reason_of(error).text) from None
    return written, left


def for_engine(shapes: Graph, engine: Engine) -> Graph:
    """Shapes with the patterns, and those in their queries, as an engine reads them; wrong ones stay as they are."""
    graph = Graph() + shapes
    graph.namespace_manager = shapes.namespace_manager
    for shape, pattern in shapes.subject_objects(SH.pattern):
        flags = shapes.value(shape, SH.flags)
        try:
            written, left = engine_pattern(str(pattern), str(flags or ""), engine)
        except PatternError:
            continue
        _replace(graph, shape, pattern, written)
        if flags is not None and str(flags) != left:
            graph.remove((shape, SH.flags, None))
            if left:
                graph.add((shape, SH.flags, Literal(left)))
    for predicate in (SH.select, SH.ask):
        for shape, query in shapes.subject_objects(predicate):
            if (text := _in_query(str(query), engine)) != str(query):
                graph.remove((shape, predicate, query))
                graph.add((shape, predicate, Literal(text)))
    return graph


def _replace(graph: Graph, shape: Node, pattern: Node, written: str) -> None:
    if written != str(pattern):
        graph.remove((shape, SH.pattern, pattern))
        graph.add((shape, SH.pattern, Literal(written)))


_CALL: Final = re.compile(
    r"(?P<string>\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*')(?P<flags>\s*,\s*[\"'][smixq]*[\"'])?(?=\s*[,)])"
)
_FUNCTION: Final = re.compile(r"\b(?:REGEX|REPLACE)\s*\(", re.IGNORECASE)
_STRING_ESCAPE: Final = re.compile(r"\\(.)")
_STRING_ESCAPES: Final = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f", '"': '"', "'": "'", "\\": "\\"}


def patterns_in(query: str) -> Iterator[tuple[re.Match[str], str]]:
    """The constant strings in the calls of REGEX and REPLACE of a query that may be patterns, with their text."""
    begins = [call.end() for call in _FUNCTION.finditer(query)]
    for match in _CALL.finditer(query, begins[0]) if begins else ():
        text = _STRING_ESCAPE.sub(lambda part: _STRING_ESCAPES.get(part[1], part[0]), match["string"][1:-1])
        if _NEEDS_SETS.search(text):
            yield match, text


def _in_query(query: str, engine: Engine) -> str:
    """A query whose patterns have nothing that only XPath knows; the others stay."""
    for match, text in reversed([*patterns_in(query)]):
        try:
            written, _ = engine_pattern(text, "", engine)
        except PatternError:
            continue
        escaped = written.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
        query = f'{query[: match.start("string")]}"{escaped}"{query[match.end("string") :]}'
    return query


@dataclass
class _Class:
    """The characters of a class: as it is written, or a set where it must be computed."""

    text: str
    ranges: Callable[[], Ranges]
    is_plain: bool = True


class _Reader:
    """Reads one pattern (XML Schema Part 2 §F, XQuery and XPath Functions §7.6.1)."""

    def __init__(self, pattern: str, flags: frozenset[str], engine: Engine) -> None:
        self._pattern, self._place, self._flags, self._engine = pattern, 0, flags, engine

    def read(self) -> str:
        """The pattern as the engine reads it."""
        written = self._branches()
        if self._place < len(self._pattern):
            raise PatternError(_ALONE, self._next)
        return written

    @property
    def _next(self) -> str:
        return self._pattern[self._place : self._place + 1]

    def _take(self) -> str:
        character = self._next
        self._place += 1
        return character

    def _branches(self) -> str:
        written = ""
        while True:
            if self._next == "|":
                written += self._take()
            elif self._next in {"", ")"}:
                return written
            elif "x" in self._flags and self._next in " \t\n\r":
                self._take()
            else:
                written += self._piece()

    def _piece(self) -> str:
        anchor = self._next in {"^", "$"}
        atom = self._atom()
        while "x" in self._flags and self._next and self._next in " \t\n\r":
            self._take()
        if quantifier := _QUANTIFIER.match(self._pattern, self._place):
            if anchor:
                raise PatternError(_NOTHING_TO_REPEAT, quantifier[0])
            if quantifier["most"] and int(quantifier["most"]) < int(quantifier["least"]):
                raise PatternError(_SWAPPED, quantifier[0])
            self._place = quantifier.end()
            if self._next and self._next in "?*+":
                raise PatternError(_NOTHING_TO_REPEAT, self._next)
            return atom + quantifier[0]
        return atom

    def _atom(self) -> str:
        match character := self._take():
            case "(":
                return self._group()
            case "[":
                return self._written(self._class())
            case "\\":
                return self._written(self._escape())
            case ".":
                return "(?s:.)" if "s" in self._flags else "."
            case "$":
                return "$" if "m" in self._flags else self._engine.value
            case "^":
                return character
            case "?" | "*" | "+":
                raise PatternError(_NOTHING_TO_REPEAT, character)
            case "]" | "{" | "}":
                raise PatternError(_ALONE, character)
        return character

    def _group(self) -> str:
        opening = "("
        if self._next == "?":
            if not self._pattern.startswith("?:", self._place):
                raise PatternError(_GROUP, self._pattern[self._place - 1 : self._place + 3])
            opening, self._place = "(?:", self._place + 2
        inside = self._branches()
        if self._take() != ")":
            raise PatternError(_ALONE, "(")
        return f"{opening}{inside})"

    def _escape(self) -> _Class:
        character = self._take()
        if character and character in _ESCAPED:
            code = ord({"n": "\n", "r": "\r", "t": "\t"}.get(character, character))
            return _Class("\\" + character, lambda: ((code, code),))
        if character and character in "sSdDwW":
            return _Class("\\" + character, lambda: _of_engine("\\" + character))
        if character and character in "iIcC":
            names = _NAME_START if character in "iI" else _union((*_NAME_START, *_NAME_MORE))
            ranges = _complement(names) if character in "IC" else names
            return _Class("", lambda: ranges, is_plain=False)
        if character and character in "pP":
            match = _PROPERTY.match(self._pattern, self._place)
            inside = _property(match[1]) if match else None
            if not match or inside is None:
                raise PatternError(_NO_CATEGORY, f"\\{character}{self._pattern[self._place : self._place + 12]}")
            self._place = match.end()
            return _Class("", lambda: _complement(inside) if character == "P" else inside, is_plain=False)
        if character.isdigit():
            raise PatternError(_BACK, f"\\{character}")
        raise PatternError(_MEANINGLESS, f"\\{character}")

    def _class(self) -> _Class:
        """What follows `[`, to its `]`."""
        negated = self._next == "^"
        if negated:
            self._take()
        parts, minus = list[_Class](), None
        while (character := self._take()) != "]" or not parts:
            if not character:
                raise PatternError(_ALONE, "[")
            if character == "-" and self._next == "[" and parts:
                self._take()
                minus = self._class()
                if self._take() != "]":
                    raise PatternError(_NOT_LAST)
                break
            if character in "[]":
                raise PatternError(_ALONE, character)
            parts.append(self._part(character))
        is_plain = minus is None and all(part.is_plain for part in parts)

        def ranges() -> Ranges:
            inside = _union(each for part in parts for each in part.ranges())
            inside = _complement(inside) if negated else inside
            return inside if minus is None else _intersection(inside, _complement(minus.ranges()))

        return _Class(f"[{'^' if negated else ''}{''.join(part.text for part in parts)}]", ranges, is_plain)

    def _part(self, character: str) -> _Class:
        """A character, an escape or a range of characters in a class."""
        before, after = self._pattern[self._place - 2 : self._place - 1], self._next
        is_safe = character not in "&~-|" or (character not in {before, after} and (character != "-" or after == "]"))
        first = self._escape() if character == "\\" else _single(character, is_safe=is_safe)
        following = self._pattern[self._place : self._place + 2]
        if not following.startswith("-") or following[1:] in {"", "]", "["}:
            return first
        self._take()
        second = self._take()
        last = self._escape() if second == "\\" else _single(second)
        ends = [
            each.ranges() if each.is_plain and not re.fullmatch(r"\\[sSdDwW]", each.text) else ()
            for each in (first, last)
        ]
        if not all(len(end) == 1 for end in ends) or ends[0][0][0] > ends[1][0][0]:
            raise PatternError(_RANGE, f"{character}-{second}")
        bounds = ((ends[0][0][0], ends[1][0][0]),)
        return _Class(f"{first.text}-{last.text}", lambda: bounds)

    def _written(self, characters: _Class) -> str:
        return characters.text if characters.is_plain else f"[{_ranges_text(characters.ranges())}]"


def _single(character: str, *, is_safe: bool = True) -> _Class:
    """A character of a class; what an engine may misread, as `--`, has a mark before it."""
    code = ord(character)
    return _Class(character if is_safe else _marked(character), lambda: ((code, code),))


def _marked(character: str) -> str:
    """A character that means itself in a class of both engines, wherever it stands."""
    return f"\\{character}" if character in "&~-^[]\\|" else character


def _ranges_text(ranges: Ranges) -> str:
    def one(code: int) -> str:
        return _marked(chr(code)) if code > 0x20 and code != 0x7F else f"\\x{code:02X}"

    text = "".join(one(first) if first == last else f"{one(first)}-{one(last)}" for first, last in _scalar(ranges))
    if not text:
        raise PatternError(_EMPTY)
    return text


def _scalar(ranges: Ranges) -> Ranges:
    """Without surrogates, which no text has."""
    return _intersection(ranges, ((0, 0xD7FF), (0xE000, _LAST)))


def _union(ranges: Iterable[tuple[int, int]]) -> Ranges:
    merged: list[tuple[int, int]] = []
    for first, last in sorted(ranges):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = merged[-1][0], max(last, merged[-1][1])
        else:
            merged.append((first, last))
    return tuple(merged)


def _complement(ranges: Ranges) -> Ranges:
    ends = [-1, *(last for _, last in ranges)]
    begins = [*(first for first, _ in ranges), _LAST + 1]
    return tuple((end + 1, begin - 1) for end, begin in zip(ends, begins, strict=True) if end + 1 < begin)


def _intersection(one: Ranges, other: Ranges) -> Ranges:
    return _complement(_union((*_complement(one), *_complement(other))))


@cache
def _by_category() -> dict[str, Ranges]:
    runs: dict[str, list[tuple[int, int]]] = {}
    for name, codes in groupby(range(_LAST + 1), key=lambda code: unicodedata.category(chr(code))):
        run = list(codes)
        runs.setdefault(name, []).append((run[0], run[-1]))
    return {name: tuple(ranges) for name, ranges in runs.items()}


@cache
def _category(name: str) -> Ranges:
    return _union(each for category, ranges in _by_category().items() if category.startswith(name) for each in ranges)


@cache
def _blocks() -> dict[str, Ranges]:
    lines = (line.split() for line in _BLOCKS.read_text("utf-8").splitlines() if not line.startswith("#"))
    return {f"Is{name}": ((int(first, 16), int(last, 16)),) for first, last, name in lines}


def _property(name: str) -> Ranges | None:
    """The characters of a category or a block; None where Unicode has none of the name."""
    return _category(name) if _CATEGORY.fullmatch(name) else _blocks().get(name)


@cache
def _of_engine(escape: str) -> Ranges:
    """The characters that an escape stands for in both engines."""
    return _union((match.start(), match.start()) for match in re.finditer(escape, "".join(map(chr, range(_LAST + 1)))))
