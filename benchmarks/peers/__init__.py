"""Programs that the same is asked of: a module each."""

from collections.abc import Sequence
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


def installed(program: Path, target: str) -> str:
    """Why a program that `make` installs cannot run; empty when it can."""
    return "" if program.is_file() else f"{program.name} is not installed: make {target}"


def present(peers: Sequence[Peer], say: object = print) -> list[Peer]:
    """Those that can run; the others are said."""
    for peer in peers:
        if reason := peer.missing():
            print(f"without {peer.name}: {reason}")
    return [peer for peer in peers if not peer.missing()]
