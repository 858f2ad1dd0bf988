"""How deep a query nests and how much it joins and computes, counted in its words before the engine reads it.

The engine recurses over what is nested and over chains of operators, and its planner takes time that grows with the
square of the operators and the fourth power of the patterns that are joined (`docs/decisions/queries.md`). Data in a
query (VALUES, IN, the arguments of a function, the template of CONSTRUCT) cost as much as they are long, and have no
limit.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from ...errors import ComplexityError, NestingError
from .error_position import line_and_column
from .tokenizer import OPAQUE, Token, words

_OPENING: Final = frozenset("{([")
_CLOSING: Final = frozenset("})]")
_PREFIXES: Final = frozenset("!^")
_OPERATORS: Final = frozenset("|&=<>+-*/^!")
_OPERATOR_WORDS: Final = frozenset({"OPTIONAL", "UNION", "MINUS", "FILTER", "AS", "EXISTS", "LATERAL"})
_CLAUSES: Final = frozenset({"SELECT", "GROUP", "ORDER", "HAVING", "DESCRIBE"})
_ORDERING: Final = frozenset({"ORDER", "LIMIT", "OFFSET", "VALUES"})  # the first begins conditions, the others end them
_APART: Final = frozenset({"OPTIONAL", "MINUS", "EXISTS", "UNION", "LATERAL"})  # what follows joins nothing around it
_JOINING: Final = frozenset(".;,/~")
_TERMS: Final = frozenset({"iri", "prefixed", "blank", "variable", "string", "word"})
_ANNOTATION: Final = 3  # patterns that one of them stands for
_BRACKET: Final = re.compile(r"[{(\[]")
_WORD: Final = re.compile(r"[^\W\d_]+|[\d_]|[^\w \t\r\n]")  # as many as there are words, or more
_START: Final = Token("other", "", -1, -1)


@dataclass(frozen=True)
class MaxComplexity:
    """The largest query that is planned.

    Attributes:
        nesting: how deep brackets, and operators before an operand, nest.
        patterns: triple patterns, steps of paths and groups that are joined with each other.
        operators: operators, and keywords that work like one, in the whole query.
    """

    nesting: int
    patterns: int
    operators: int


# On a stack of 8 MB, where queries of users have more, the engine ends the process from 400 nested IF on, 800 nested
# EXISTS, 2,500 described things or BIND, and 6,000 additions; 1,000 steps of a path take it minutes.
_DEEPEST: Final = MaxComplexity(nesting=200, patterns=200, operators=2_000)


@dataclass
class _Bracket:
    """An open bracket.

    Attributes:
        opening: the bracket; `<` for a triple term.
        apart: its patterns are joined with each other, but with none outside it.
        branch: it is one more branch of a UNION.
        data: nothing in it is planned.
        expression: it holds operands, not patterns.
        clause: it has had SELECT or a solution modifier, so that what follows is no pattern.
        patterns: that are joined in it.
        orders: each variable in it is a condition of ORDER BY.
    """

    opening: str
    apart: bool = False
    branch: bool = False
    data: bool = False
    expression: bool = False
    clause: bool = False
    patterns: int = 0
    orders: bool = False


@dataclass
class _Counter:
    """Counts while it goes through the words of a query."""

    text: str
    most: MaxComplexity
    brackets: list[_Bracket] = field(default_factory=lambda: [_Bracket("", clause=True)])
    operators: int = 0
    prefixes: int = 0  # operators before an operand, without anything between them
    values: bool = False  # the next group holds data
    describes: bool = False  # each resource that a query describes is a query of its own
    before: Token = _START

    def count(self, tokens: Sequence[Token]) -> None:
        """Count all words."""
        for word, following in zip(tokens, [*tokens, _START][1:], strict=True):
            self._count(word, following)
            self.before = word

    def _count(self, word: Token, following: Token) -> None:
        if word.kind == "other":
            self._sign(word, following)
        elif word.kind == "word":
            self._keyword(word)
        elif word.kind == "iri" and _BRACKET.search(word.text):  # after a comparison they may be brackets to the engine
            depth = 0
            for character in word.text:
                depth += (character in _OPENING) - (character in _CLOSING)
                self._check_nesting(word, depth)
        if self._is_item(word):
            self._join(word, 1)
        described = self.describes and len(self.brackets) == 1 and word.kind in _TERMS
        if described or (self.brackets[-1].orders and word.kind == "variable"):
            self._operate(word)
        self.prefixes = self.prefixes if word.text in _PREFIXES else 0

    def _sign(self, word: Token, following: Token) -> None:
        sign = word.text
        if sign in _PREFIXES:
            self.prefixes += 1
            self._check_nesting(word, 0)
        if sign in _OPENING:
            self._open(word, following)
        elif sign in _CLOSING:
            self._close(word, following)
        elif sign in "<>" and self._continues(word) and self.before.text == sign:
            self._triple_term(word)
        elif sign in _OPERATORS and not self._continues(word) and not self._is_number(word):
            self._operate(word)
        if sign in _JOINING and not (sign == "." and self._within_number(word, following)):
            self._join(word, 1)

    def _keyword(self, word: Token) -> None:
        keyword = word.text.upper()
        if keyword == "VALUES":
            self.values = True
        elif keyword in _CLAUSES:
            self.brackets[-1].clause = True
            self.describes |= keyword == "DESCRIBE"
        elif keyword in _OPERATOR_WORDS:
            self._operate(word)
        if keyword in _ORDERING:
            self.brackets[-1].orders = keyword == "ORDER"

    def _open(self, word: Token, following: Token) -> None:
        around, keyword = self.brackets[-1], self.before.text.upper() if self.before.kind == "word" else ""
        bracket = _Bracket(word.text, data=around.data)
        if word.text == "{":
            bracket.branch = keyword == "UNION"
            bracket.apart = keyword in _APART or around.clause or around.expression
            bracket.data |= self.values or keyword == "CONSTRUCT"
            self.values = False
            if following.text == "|":
                self._join(word, _ANNOTATION - 1)
        elif word.text == "(":
            called = keyword not in {"", "A"}
            bracket.expression = around.expression or around.clause or called
            bracket.data |= self.values
            self._operate(word)
        else:
            self._join(word, 1)
        self.brackets.append(bracket)
        self._check_nesting(word, 0)

    def _close(self, word: Token, following: Token) -> None:
        if len(self.brackets) == 1:  # the engine will say so
            return
        closed = self.brackets.pop()
        apart = closed.apart or closed.clause or following.is_word("UNION")
        if not closed.expression and not closed.branch:
            self._join(word, 1 if apart else closed.patterns + (closed.opening == "{"))

    def _triple_term(self, word: Token) -> None:
        if word.text == "<":
            self.brackets.append(_Bracket("<"))
            self._check_nesting(word, 0)
        elif self.brackets[-1].opening == "<":
            self._close(word, _START)

    def _continues(self, word: Token) -> bool:
        """Whether it is the second character of a sign."""
        return self.before.end == word.start and self.before.kind == "other" and self.before.text in _OPERATORS

    def _is_number(self, word: Token) -> bool:
        """Whether it is the sign of a number in a list."""
        return word.text in "+-" and self.before.text in {",", "("}

    def _within_number(self, word: Token, following: Token) -> bool:
        return self.before.end == word.start and self.before.text.isdigit() and following.text.isdigit()

    def _is_item(self, word: Token) -> bool:
        """Whether it is a term of a collection, or of a path in brackets."""
        bracket = self.brackets[-1]
        if bracket.opening != "(" or bracket.expression or bracket.data:
            return False
        if word.kind == "other":
            return word.text.isdigit() and not (self.before.end == word.start and self.before.text.isdigit())
        return word.kind in _TERMS

    def _join(self, word: Token, patterns: int) -> None:
        bracket = self.brackets[-1]
        if bracket.data or bracket.expression or bracket.clause:
            return
        bracket.patterns += patterns
        if bracket.patterns >= self.most.patterns:
            raise ComplexityError("patterns", self.most.patterns, *line_and_column(self.text, word.start))

    def _operate(self, word: Token) -> None:
        self.operators += not self.brackets[-1].data
        if self.operators > self.most.operators:
            raise ComplexityError("operators", self.most.operators, *line_and_column(self.text, word.start))

    def _check_nesting(self, word: Token, further: int) -> None:
        if len(self.brackets) - 1 + self.prefixes + further > self.most.nesting:
            raise NestingError(self.most.nesting, *line_and_column(self.text, word.start))


def check_complexity(text: str, most: MaxComplexity) -> None:
    """Pass a query that the engine can plan in a moment, on the stack that it has.

    Raises:
        NestingError: it nests too deep.
        ComplexityError: it joins too many patterns, or applies too many operators.
    """
    if not _is_small(text, most):
        _Counter(text, most).count(words(text))


def expect_shallow(text: str) -> None:
    """Pass a query of a file that the engine reads on a stack of 8 MB: others would end the process.

    Raises:
        NestingError, ComplexityError: it is another one.
    """
    if len(text) > _DEEPEST.nesting:
        check_complexity(text, _DEEPEST)


def _is_small(text: str, most: MaxComplexity) -> bool:
    """Whether a query is within the limits whatever its words mean: each bound counts characters that only may count.

    Most queries are: this takes a tenth of the time of a count.
    """
    if "\\" in text or sum(map(text.count, "{([!^<")) > most.nesting:
        return False
    rest = OPAQUE.sub(" x ", text)
    items = len(_WORD.findall(rest)) if "(" in rest else 0
    joined = sum(map(rest.count, ".;,/~[])}>")) + 3 * rest.count("{") + items
    return len(rest) <= most.operators and joined < most.patterns
