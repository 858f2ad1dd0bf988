"""A DESCRIBE query (SPARQL 1.1 §16.4) in its parts: what a description holds is left to engines, so each differs."""

from dataclasses import dataclass

from .dataset_clause import read_prologue
from .tokenizer import tokens


@dataclass(frozen=True)
class Describe:
    """What a query describes.

    Attributes:
        iris: the things that it names.
        select: a query for those that its pattern binds; empty where it has none, or no variable.
    """

    iris: tuple[str, ...]
    select: str


def read_describe(query: str, base: str) -> Describe:
    """The parts of a query that is SPARQL 1.1 and without FROM (`dataset_clause.without_dataset`).

    Raises:
        SyntaxError: a prefix is not declared.
    """
    every = list(tokens(query))
    at = next(place for place, word in enumerate(every) if word.is_word("DESCRIBE"))
    head = at + 1
    while head < len(every) and (every[head].kind in {"iri", "prefixed", "variable"} or every[head].text == "*"):
        head += 1
    things, rest = every[at + 1 : head], query[every[head].start :] if head < len(every) else ""
    prologue = read_prologue(query[: every[at].start], [], base)
    names = prologue.iris([thing for thing in things if thing.kind in {"iri", "prefixed"}])
    variables = " ".join(thing.text for thing in things if thing.kind == "variable" or thing.text == "*")
    select = f"{prologue.text} SELECT {variables} {rest}" if variables and rest else ""
    return Describe(tuple(names), select)
