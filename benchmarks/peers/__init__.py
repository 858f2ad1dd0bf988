"""Programs that the same is asked of: a module each."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final, Protocol

from ..processes import Server
from ..publication import ROOT, Publication

ENVIRONMENT: Final = ROOT / ".venv-peers" / "bin"


class Peer(Protocol):
    """A program that serves a publication.

    Attributes:
        name: of the program.
    """

    name: str

    def missing(self) -> str:
        """Why it cannot run here; empty when it can."""

    def serving(self, publication: Publication, scratch: Path) -> AbstractContextManager[Server]:
        """The program with the publication's statements, as long as the block lasts."""


class QueryPeer(Peer, Protocol):
    """A program that answers queries.

    Attributes:
        slow: kinds of queries that it is asked of a small publication alone.
    """

    slow: frozenset[str]


def installed(program: Path, target: str) -> str:
    """Why a program that `make` installs cannot run; empty when it can."""
    return "" if program.is_file() else f"{program.name} is not installed: make {target}"
