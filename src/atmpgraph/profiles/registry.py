"""Content Negotiation by Profile (W3C dx-connegp): in whose terms a thing is described.

A profile is named by its IRI in `Accept-Profile`, by its IRI or token in `?_profile=`. `Content-Profile` says which one
was sent.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from ..formats import DATACITE, DOCUMENTS, GRAPHS, HTML, JSON_LD, STATEMENTS, Format
from ..http.negotiate import parse_weighted

ALTR: Final = "http://www.w3.org/ns/dx/connegp/altr#"
_PROFILE_CLASS: Final = "http://www.w3.org/ns/dx/prof/Profile"


@dataclass(frozen=True)
class Profile:
    """One profile.

    Attributes:
        token: its short name in `?_profile=` and the name of its folder of queries.
        iri: its name for everyone; relative to the base of the publication when it is our own.
        formats: what a description in these terms can be sent as.
    """

    token: str
    iri: str
    formats: tuple[Format, ...]

    def named(self, base: str) -> "Profile":
        """The same with its IRI in full."""
        return self if "://" in self.iri else Profile(self.token, base + self.iri, self.formats)


# The first is what a client gets that does not ask. The last lists the others and describes no thing itself.
MODEL: Final = Profile("model", "ns/atmp", (*DOCUMENTS[:-1], STATEMENTS, HTML))
SCHEMA: Final = Profile("schema", "https://schema.org/", GRAPHS)
EURIO: Final = Profile("eurio", "http://data.europa.eu/s66#", GRAPHS)
ALTERNATES: Final = Profile("alt", "http://www.w3.org/ns/dx/connegp/altr", (*GRAPHS, HTML))
TRANSLATED: Final = (SCHEMA, EURIO)
# Of datasets only; JSON of a fixed shape, not any RDF.
CROISSANT: Final = Profile("croissant", "http://mlcommons.org/croissant/1.0", (JSON_LD,))
CITED: Final = Profile("datacite", "http://datacite.org/schema/kernel-4", (DATACITE,))
SHAPED: Final = (CROISSANT, CITED)


def by_name(name: str, offered: Iterable[Profile]) -> Profile | None:
    """The profile with that token or IRI; `all` is the standard's own token for the list (§7.4.2)."""
    wanted = ALTERNATES.token if name == "all" else name.strip("<>")
    return next((p for p in offered if wanted in {p.token, p.iri}), None)


def choose_profile(accept_profile: str | None, offered: Sequence[Profile]) -> Profile | None:
    """The best profile for an `Accept-Profile` field; the first one when none of those asked for exists here.

    The standard leaves a server free to send its default then, as `Content-Profile` says what was sent. None only when
    the client refuses every one of them with `q=0`.
    """
    weights: dict[str, float] = {}
    for name, weight in parse_weighted(accept_profile or ""):
        if name[:1] == "<" and name[-1:] == ">":
            weights.setdefault(name[1:-1], weight)
    best = max((p for p in offered if weights.get(p.iri, 0) > 0), key=lambda p: weights[p.iri], default=None)
    return best or next((p for p in offered if weights.get(p.iri) != 0), None)


def token_links(offered: Iterable[Profile]) -> list[tuple[str, dict[str, str]]]:
    """The link that maps each token to its IRI (§7.3.1.3): target and attributes."""
    return [(_PROFILE_CLASS, {"rel": "type", "token": p.token, "anchor": p.iri}) for p in offered]
