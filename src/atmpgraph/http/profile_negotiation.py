"""Content Negotiation by Profile (W3C dx-connegp): in whose terms a resource is described.

A client names a profile by its IRI in `Accept-Profile`, or by its IRI or token in `?_profile=`. `Content-Profile` says
which one was sent.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from ..addresses import Addresses
from ..formats import Format
from ..vocab import PROF
from .links import Link
from .negotiate import parse_weighted

# The tokens that the standard reserves for the list of all profiles, and the one that we call it by (§7.4.2).
_LIST: Final = {"all": "alt"}


@dataclass(frozen=True)
class Profile:
    """One profile.

    Attributes:
        token: its short name in `?_profile=`.
        iri: its name for everyone; relative to the base of the publication when it is our own.
        formats: what a description in these terms can be sent as.
    """

    token: str
    iri: str
    formats: tuple[Format, ...]

    def __hash__(self) -> int:
        """By its token alone, as quickly as can be."""
        return hash(self.token)

    def resolved(self, base: str) -> "Profile":
        """The same with its IRI in full."""
        return self if "://" in self.iri else Profile(self.token, Addresses(base).page(self.iri), self.formats)


def profile_by_name(name: str, offered: Iterable[Profile]) -> Profile | None:
    """The profile with that token or IRI."""
    wanted = _LIST.get(name, name.strip("<>"))
    return next((profile for profile in offered if wanted in {profile.token, profile.iri}), None)


def choose_profile(accept_profile: str | None, offered: Sequence[Profile]) -> Profile | None:
    """The best profile for an `Accept-Profile` field, or the first when none of the client's exists here.

    The standard lets a server send its default then, as `Content-Profile` says what was sent. None only when the client
    refuses every one of them with `q=0`.
    """
    weights: dict[str, float] = {}
    for name, weight in parse_weighted(accept_profile or ""):
        if name[:1] == "<" and name[-1:] == ">":
            weights.setdefault(name[1:-1], weight)
    best = max((p for p in offered if weights.get(p.iri, 0) > 0), key=lambda p: weights[p.iri], default=None)
    return best or next((p for p in offered if weights.get(p.iri) != 0), None)


def token_links(offered: Iterable[Profile]) -> list[Link]:
    """The links that map each token to its IRI (§7.3.1.3)."""
    return [Link(f"{PROF}Profile", "type", {"token": p.token, "anchor": p.iri}) for p in offered]
