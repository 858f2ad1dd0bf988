"""How the pages of a publication look, and where they lead besides."""

from typing import Annotated, Final

from pydantic import AfterValidator, Field

from ..i18n import message
from .faults import WrongValueError
from .groups import Group, valid_iri
from .text import Text

_SCHEMES: Final = ("https://", "http://", "mailto:")


def _valid_contact(url: str) -> str:
    return _valid_link(url) if url else url


def _valid_link(url: str) -> str:
    if not url.lower().startswith(_SCHEMES):
        raise WrongValueError(message("must begin with one of {schemes}"), schemes=", ".join(_SCHEMES))
    return valid_iri(url)


class SiteLink(Group):
    """A link of every page."""

    url: Annotated[str, AfterValidator(_valid_link)]
    title: Text


class Site(Group):
    """How the pages look, and where they lead besides (docs/look.md)."""

    logo: str = Field("", description="Image before the name of the site: a file in the folder of static files.")
    style: str = Field(
        "",
        description="Style sheet after the supplied one, for colours and fonts: a file in the folder of static files.",
    )
    contact: Annotated[str, AfterValidator(_valid_contact)] = Field(
        "",
        description="Where readers write to about the pages, such as `mailto:us@example.org`: the accessibility"
        " statement names it. Without it, that page leads to the catalogue, which names the contact of the data.",
    )
    header: tuple[SiteLink, ...] = Field(
        (),
        description="Links at the head of each page: `[[site.header]]`, each with a `url` and a `title` by language.",
    )
    footer: tuple[SiteLink, ...] = Field((), description="Links at the foot of each page, in the same way.")
    documentation: bool = Field(
        True, description="Whether `/docs/` has the documentation of the software, where the package brings it."
    )
