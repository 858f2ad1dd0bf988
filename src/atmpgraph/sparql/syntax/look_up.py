"""A look-up: a query that names something and reads what is stated of it, as most queries of programs do.

Read here are SELECT, ASK, CONSTRUCT and DESCRIBE with triple patterns, OPTIONAL and comparisons of LANG, where each
pattern is connected with something that the query names. Whatever else there is, and whatever is wrong, makes a query
none: the engine reads it. So what is read here must be a part of SPARQL 1.1, with the meaning that it has there.

Queries of programs differ in their constants alone, so a query is read once for all that have its other words.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, zip_longest
from typing import Final, TypeAlias

from ...vocab import RDF
from .tokenizer import Token, tokens

Place: TypeAlias = int
Pattern: TypeAlias = tuple[Place, Place, Place]

_TEXT: Final = r"""(?:"[^"\\\r\n]*+"|'[^'\\\r\n]*+')"""
_CONSTANT: Final = re.compile(
    r"""(<[A-Za-z][^<>"{}|^`\\\x00-\x20]*+>"""
    rf"|{_TEXT}(?:@[A-Za-z]{{2,3}}(?:-[A-Za-z0-9]{{1,8}})*+)?+(?![\w-])"
    r"|(?<![\w.:%?$@+\xb7-])[0-9]{1,9}+(?![\w.:%\xb7-]))"
)
_MARKS: Final = {"<": "<", '"': '"', "'": '"'}
_OF_A_KIND: Final = {"<": "<a:>", '"': '""', "0": "0"}
# A comment starts outside of IRIs and texts (SPARQL 1.1 §19.4).
_COMMENT: Final = re.compile(rf"""(<[^<>"{{}}|^`\\\x00-\x20]*+>|{_TEXT})|#[^\r\n]*+""")
_UNREAD: Final = re.compile(r"""[\\#"'\[\]|^/*+!&]|_:|<<""")  # of no look-up; a star may stand for all variables
_LONGEST: Final = 2_000  # characters beside the constants
_LONGEST_TEXT: Final = 10_000  # with them
_MOST: Final = 12  # patterns
_REMEMBERED: Final = 512


@dataclass(frozen=True, slots=True)
class Constant:
    """A term that a query names.

    Attributes:
        number: of the constant, in the order of the text; None for `a`.
        local: what a prefixed name adds to the IRI of its prefix.
    """

    number: int | None
    local: str = ""


@dataclass(frozen=True, slots=True)
class Language:
    """A comparison of the language of a text.

    Attributes:
        text: where that is.
        number: of the constant that it is compared with.
        ranges: whether that is a range (LANGMATCHES).
    """

    text: Place
    number: int
    ranges: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Patterns in the order in which they are read, and what their solutions must fulfil."""

    patterns: tuple[Pattern, ...]
    languages: tuple[Language, ...]


@dataclass(frozen=True, slots=True)
class LookUp:
    """A look-up without its constants.

    A solution has a place for each variable, and after them one for each term that the query names.

    Attributes:
        form: of the query.
        variables: how many there are.
        columns: the names of the variables of the result, with their places.
        distinct: whether each solution counts once.
        terms: that the query names.
        group: what must be there.
        optional: what may be there.
        template: of CONSTRUCT. The thing of DESCRIBE is the first of `terms`.
        limit: the number of the constant of LIMIT.
        text: the query with other constants of their kinds; it is as complex, but for brackets in an IRI.
    """

    form: str
    variables: int
    columns: tuple[tuple[str, Place], ...]
    distinct: bool
    terms: tuple[Constant, ...]
    group: Group
    optional: tuple[Group, ...]
    template: tuple[Pattern, ...]
    limit: int | None
    text: str


def read_look_up(text: str) -> tuple[LookUp, list[str]] | None:
    """A query as a look-up, and its constants as they stand in it; None if it is none."""
    if len(text) > _LONGEST_TEXT:
        return None
    rest, constants = _split(text)
    if "#" in rest:
        rest, constants = _split(_COMMENT.sub(lambda match: match[1] or " ", text))
    if len(rest) > _LONGEST or not constants:
        return None
    look_up = _read(rest, "".join([_MARKS.get(each[0], "0") for each in constants]))
    return (look_up, constants) if look_up else None


def _split(text: str) -> tuple[str, list[str]]:
    """The words between the constants, and these."""
    pieces = _CONSTANT.split(text)
    constants = pieces[1::2]
    del pieces[1::2]
    return "\0".join(pieces), constants


@lru_cache(_REMEMBERED)
def _read(rest: str, kinds: str) -> LookUp | None:
    """Read the words between constants of these kinds."""
    if _UNREAD.search(rest.replace("*", "", 1)):
        return None
    try:
        return _Reader(rest.split("\0"), kinds).query()
    except (_UnreadError, IndexError):
        return None


class _UnreadError(Exception):
    """It is no look-up."""


@dataclass
class _Block:
    """Triples and comparisons as they stand in a group."""

    triples: list[Pattern] = field(default_factory=list)
    languages: list[Language] = field(default_factory=list)


@dataclass
class _Draft:
    """A query as it stands: its columns, template and groups."""

    block: _Block = field(default_factory=_Block)
    optional: list[_Block] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    distinct: bool = False
    template: list[Pattern] = field(default_factory=list)


class _Reader:
    """Reads one query."""

    def __init__(self, pieces: Sequence[str], kinds: str) -> None:
        """Read what stands between constants of some kinds."""
        self._words = [*_words(pieces, kinds), Token("end", "", 0, 0)]
        constants = map(_OF_A_KIND.__getitem__, kinds)
        self._text = "".join(chain.from_iterable(zip_longest(pieces, constants, fillvalue="")))
        self._at = 0
        self._prefixes = dict[str, int]()
        self._variables = dict[str, int]()
        self._terms = dict[Constant, int]()

    def query(self) -> LookUp:
        """The query (SPARQL 1.1 §19.8, production 2)."""
        while self._take("PREFIX"):
            prefix = self._next("prefixed")
            if not prefix.endswith(":"):
                raise _UnreadError
            self._prefixes[prefix] = self._constant("<")
        forms = {"SELECT": self._select, "ASK": self._ask, "CONSTRUCT": self._construct, "DESCRIBE": self._describe}
        form = next((name for name in forms if self._take(name)), "")
        if not form:
            raise _UnreadError
        draft = forms[form]()
        limit = self._constant("0") if self._take("LIMIT") else None
        if self._word.kind != "end":
            raise _UnreadError
        return self._planned(form, draft, limit)

    def _select(self) -> _Draft:
        distinct, every, columns = self._take("DISTINCT"), self._sign("*"), list[str]()
        while not every and self._word.kind == "variable":
            columns.append(self._variable())
        draft = self._ask()
        if every:
            columns = sorted(self._variables)  # as the engine has them
        if not columns or len(set(columns)) < len(columns):
            raise _UnreadError
        draft.distinct, draft.columns = distinct, columns
        return draft

    def _ask(self) -> _Draft:
        self._take("WHERE")
        block, optional = self._group()
        return _Draft(block, optional)

    def _construct(self) -> _Draft:
        short = self._take("WHERE")
        self._expect("{")
        template = self._triples()
        self._expect("}")
        draft = _Draft(_Block(list(template))) if short else self._ask()
        draft.template = template
        return draft

    def _describe(self) -> _Draft:
        if self._term(subject=True) >= 0:
            raise _UnreadError
        return _Draft()

    def _planned(self, form: str, draft: _Draft, limit: int | None) -> LookUp:
        blocks = [draft.block, *draft.optional]
        if form != "DESCRIBE" and not draft.block.triples:
            raise _UnreadError
        if sum(len(each.triples) for each in blocks) > _MOST:
            raise _UnreadError
        for name in draft.columns:
            self._variables.setdefault(name, len(self._variables))
        bound = set[Place]()
        ordered = [_ordered(each, bound) for each in blocks]
        count = len(self._variables)

        def at(place: Place) -> Place:
            return place if place >= 0 else count + ~place

        def placed(patterns: Sequence[Pattern]) -> tuple[Pattern, ...]:
            return tuple((at(subject), at(predicate), at(value)) for subject, predicate, value in patterns)

        group, *optional = (
            Group(placed(patterns), tuple(each.languages)) for patterns, each in zip(ordered, blocks, strict=True)
        )
        return LookUp(
            form,
            count,
            tuple((name, self._variables[name]) for name in draft.columns),
            draft.distinct,
            tuple(self._terms),
            group,
            tuple(optional),
            placed(draft.template),
            limit,
            self._text,
        )

    @property
    def _word(self) -> Token:
        return self._words[self._at]

    def _take(self, word: str) -> bool:
        """Whether the next word is this keyword, which is then read."""
        taken = self._word.is_word(word)
        self._at += taken
        return taken

    def _sign(self, text: str) -> bool:
        """Whether the next word is this sign, which is then read."""
        taken = self._word.is_sign(text)
        self._at += taken
        return taken

    def _expect(self, text: str) -> None:
        if not self._sign(text):
            raise _UnreadError

    def _next(self, kind: str) -> str:
        word = self._word
        if word.kind != kind:
            raise _UnreadError
        self._at += 1
        return word.text

    def _constant(self, kind: str) -> int:
        """The number of the next word, a constant of a kind."""
        word = self._word
        if word.kind != "constant" or word.text != kind:
            raise _UnreadError
        self._at += 1
        return word.start

    def _variable(self) -> str:
        return self._next("variable")[1:]

    def _term(self, *, subject: bool = False) -> Place:
        """The place of a term: below 0 for one that the query names."""
        word = self._word
        match word.kind:
            case "variable":
                return self._variables.setdefault(self._variable(), len(self._variables))
            case "constant" if word.text == "<" or (word.text == '"' and not subject):
                return self._named(Constant(self._constant(word.text)))
            case "prefixed":
                prefix, _, local = self._next("prefixed").partition(":")
                if (number := self._prefixes.get(f"{prefix}:")) is None:
                    raise _UnreadError
                return self._named(Constant(number, local))
        raise _UnreadError

    def _named(self, constant: Constant) -> Place:
        return ~self._terms.setdefault(constant, len(self._terms))

    def _predicate(self) -> Place:
        if self._word.kind == "word" and self._word.text == "a":
            self._at += 1
            return self._named(Constant(None, RDF + "type"))
        return self._term(subject=True)

    def _triples(self) -> list[Pattern]:
        """Triples that share subjects and predicates (production 52), up to what is no start of one."""
        triples = list[Pattern]()
        while self._word.kind in {"variable", "constant", "prefixed"}:
            subject = self._term(subject=True)
            while True:
                predicate = self._predicate()
                triples.append((subject, predicate, self._term()))
                while self._sign(","):
                    triples.append((subject, predicate, self._term()))
                semicolon = False
                while self._sign(";"):
                    semicolon = True
                if not semicolon or self._word.is_sign(".") or self._word.is_sign("}"):
                    break
            if not self._sign("."):
                break
        return triples

    def _group(self) -> tuple[_Block, list[_Block]]:
        """A group with triples and comparisons, then OPTIONAL."""
        self._expect("{")
        block, optional = self._block(), list[_Block]()
        while self._take("OPTIONAL"):
            self._expect("{")
            optional.append(inner := self._block())
            self._expect("}")
            if not inner.triples:
                raise _UnreadError
            self._sign(".")
        while self._word.is_word("FILTER"):
            block.languages.append(self._language())
            self._sign(".")
        self._expect("}")
        return block, optional

    def _block(self) -> _Block:
        block = _Block(self._triples())
        while self._word.is_word("FILTER"):
            block.languages.append(self._language())
            self._sign(".")
            block.triples += self._triples()
        return block

    def _language(self) -> Language:
        """`FILTER(LANG(?text) = "en")`, or the same with LANGMATCHES."""
        self._take("FILTER")
        within = self._sign("(")
        ranges = self._take("LANGMATCHES")
        if ranges:
            self._expect("(")
        elif not within:
            raise _UnreadError
        if not self._take("LANG"):
            raise _UnreadError
        self._expect("(")
        text = self._variables.setdefault(self._variable(), len(self._variables))
        self._expect(")")
        self._expect("," if ranges else "=")
        number = self._constant('"')
        for _ in range(within + ranges):
            self._expect(")")
        return Language(text, number, ranges)


def _words(pieces: Sequence[str], kinds: str) -> Iterator[Token]:
    """The words; a constant has its number as `start`."""
    for number, piece in enumerate(pieces):
        yield from tokens(piece)
        if number < len(kinds):
            yield Token("constant", kinds[number], number, number)


def _ordered(block: _Block, bound: set[Place]) -> list[Pattern]:
    """Patterns so that each starts from what is there already, and reads least; their variables are bound afterwards.

    Raises:
        _UnreadError: one is not connected, or what is compared is bound later, or never.
    """
    waiting, ordered = list(block.triples), list[Pattern]()
    while waiting:
        best = min(waiting, key=lambda each: _breadth(each, bound))
        if _breadth(best, bound) >= _SCAN or len(set(best)) < len(best):
            raise _UnreadError
        waiting.remove(best)
        ordered.append(best)
        bound.update(place for place in best if place >= 0)
    if any(each.text not in bound for each in block.languages):
        raise _UnreadError
    return ordered


_SCAN: Final = 6  # what has neither subject nor object is read to the end


def _breadth(pattern: Pattern, bound: set[Place]) -> int:
    """How much a pattern reads, about, in an order: all of it, of a property of a thing, of a thing, into a thing."""
    subject, predicate, value = (place < 0 or place in bound for place in pattern)
    if subject:
        return 0 if predicate and value else 1 if predicate else 2 if value else 3
    if value:
        return 4 if predicate else 5
    return _SCAN
