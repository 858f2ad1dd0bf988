"""The settings of a publication: one typed place, read from `atmpgraph.toml` and the environment.

Each field is documented here and in `docs/settings.md`; a test keeps the two equal. The environment variable
`ATMPGRAPH_<GROUP>_<NAME>` overrides the file.
"""

import os
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from copy import deepcopy
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Self, TypeAlias

from pydantic import AfterValidator, Field, PrivateAttr, ValidationError, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from ..credentials import SECRETS
from ..errors import SettingsError
from .groups import (
    Build,
    Cache,
    Catalogue,
    Federation,
    Folders,
    Group,
    History,
    Imports,
    Linking,
    Links,
    Log,
    Metrics,
    Proxy,
    Queries,
    RemoteStore,
    Server,
    SizeLimits,
    valid_iri,
)
from .layers import Kind, Layered, supplied
from .renamed import RENAMED
from .site import Site
from .text import Tag, Text

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

FILE_NAME: Final = "atmpgraph.toml"
Place: TypeAlias = tuple[str, ...]  # the group of a setting, if it has one, and its name
_PREFIX: Final = "ATMPGRAPH_"
_FILE_VARIABLE: Final = "ATMPGRAPH_SETTINGS"
_UNKNOWN: Final = "no such setting; see docs/settings.md"


def _valid_base(base: str) -> str:
    """A base IRI: http(s), no query, no fragment, and a final slash (RFC 3986 §5.1)."""
    if not base.startswith(("https://", "http://")) or not base.endswith("/") or set(base) & set('?#<>"{}|^`\\ '):
        raise ValueError("must be an http(s) IRI that ends with '/' and has no query or fragment")
    return valid_iri(base)


def _valid_languages(tags: tuple[str, ...]) -> tuple[str, ...]:
    """Languages, each once."""
    if not tags:
        raise ValueError("must name a language at least")
    if len(set(tags)) < len(tags):
        raise ValueError("must name each language once")
    return tags


class Settings(BaseSettings):
    """Where the publication stands and how it is served."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX, env_nested_delimiter="_", env_nested_max_split=1, extra="forbid", frozen=True
    )
    _root: Path = PrivateAttr(default=Path())

    base: Annotated[str, AfterValidator(_valid_base)] = Field(
        description="Base of every IRI of the publication; ends with '/'. The request's Host never gets into data."
    )
    previous_bases: tuple[Annotated[str, AfterValidator(_valid_base)], ...] = Field(
        (),
        description="Bases that the publication had before: their IRIs lead to those of today (308), and are linked.",
    )
    partnership: str = Field(description="Slug of the partnership that the home page is about.")
    licence: Annotated[str, AfterValidator(valid_iri)] = Field(description="IRI of the licence of the published data.")
    languages: Annotated[tuple[Tag, ...], AfterValidator(_valid_languages)] = Field(
        ("fr", "nl", "de", "en"),
        description="Languages of the publication (tags of BCP 47): pages are in each, and the check asks for names in"
        " each. A page is in the one that `?lang=` or `Accept-Language` names, else in the first.",
    )
    title: Text = Field(description="Title of the publication, by language.")
    description: Text = Field(description="What the publication is, by language.")
    site: Site = Site()
    folders: Folders = Folders()
    build: Build = Build()
    imports: Imports = Imports()
    history: History = History()
    store: RemoteStore = RemoteStore()
    server: Server = Server()
    queries: Queries = Queries()
    federation: Federation = Federation()
    limits: SizeLimits = SizeLimits()
    links: Links = Links()
    linking: Linking = Linking()
    cache: Cache = Cache()
    catalogue: Catalogue = Catalogue()
    proxy: Proxy = Proxy()
    log: Log = Log()
    metrics: Metrics = Metrics()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is pydantic's
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over the file, setting by setting."""
        return (_Environment(settings_cls), init_settings)

    @model_validator(mode="after")
    def _in_its_languages(self) -> Self:
        """Require that title and description are in languages of the publication."""
        for name, text in (("title", self.title), ("description", self.description)):
            if not text.root:
                raise ValueError(
                    f"`{name}` has no text; write it in a language at least, as in {name}.{self.languages[0]}"
                )
            if strange := [tag for tag in text.root if tag not in self.languages]:
                listed = ", ".join(self.languages)
                raise ValueError(
                    f"`{name}` is in {', '.join(strange)}, but `languages` are {listed}: add the language there, or"
                    " take the text away"
                )
        return self

    @classmethod
    def places(cls) -> Iterator[Place]:
        """Where each setting stands."""
        for name, field in cls.model_fields.items():
            kind = field.annotation
            if isinstance(kind, type) and issubclass(kind, Group):
                yield from ((name, inner) for inner in kind.model_fields)
            else:
                yield (name,)

    @classmethod
    def load(cls, file: Path) -> Self:
        """Read the settings from `file`; folders in them are relative to the file's own.

        Raises:
            SettingsError: the file is missing or not TOML, or a setting is unknown or wrong; every wrong one is named.
        """
        values = _read(file)
        moved = [name for name, value in values.items() if _is_moved(name, value)]
        wrong = [f"{file}: `{name}` is now `{_written(RENAMED[name])}`" for name in moved]
        wrong += _wrong_variables()
        right = {name: value for name, value in values.items() if name not in moved}
        settings = None
        try:
            settings = cls(**right)
        except ValidationError as error:
            wrong += [_explained(file, one) for one in error.errors()]
            with suppress(ValidationError):  # one that is needed is wrong
                settings = cls(**_without(right, [one["loc"] for one in error.errors()]))
        if settings:
            settings._root = file.parent
            if settings.base in settings.previous_bases:
                wrong.append(f"{file}: `previous_bases` has the present base; it lists the former ones")
        if wrong or not settings:
            raise SettingsError("\n".join(wrong), settings)
        return settings

    def with_jobs(self, jobs: int) -> Self:
        """The same, with another number of processes of a check or a build."""
        return self.model_copy(update={"build": self.build.model_copy(update={"jobs": jobs})})

    def layered(self, kind: Kind) -> Layered:
        """The files of a kind: the publication's, and those that come with the software."""
        data, names = self.folders.data, {"descriptor": "datapackage.json", "coverage": "coverage.rq"}
        inside = data / names.get(kind, kind) if kind in {"datasets", "rules", *names} else getattr(self.folders, kind)
        return Layered(self.path(inside), supplied(kind))

    def path(self, folder: Path) -> Path:
        """A folder of the publication, made absolute from the place of the settings file."""
        return (self._root / folder).resolve()


class _Environment(EnvSettingsSource):
    """The environment variables that name settings; `load` refuses the others."""

    def __init__(self, settings_cls: type[BaseSettings]) -> None:
        """Read the environment."""
        super().__init__(settings_cls)
        names = _variables()
        self.env_vars = {name: value for name, value in self.env_vars.items() if name.upper() in names}

    def decode_complex_value(self, field_name: str, field: FieldInfo, value: Any) -> Any:  # noqa: ANN401
        """A list or table from JSON; the validation refuses what is neither, and names the setting."""
        with suppress(ValueError):
            return super().decode_complex_value(field_name, field, value)
        return value


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        remedy = "start a publication with 'atmpgraph init DIR', or name its file with --settings"
        raise SettingsError(f"{file}: no such file; {remedy}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file}: not a TOML file: {error}") from None


def _without(values: dict[str, Any], places: Iterable[tuple[int | str, ...]]) -> dict[str, Any]:
    """The values of a file but for those at some places, and for whole lists with a wrong member."""
    right = deepcopy(values)
    for place in places:
        *groups, name = [str(step) for step in takewhile(lambda step: isinstance(step, str), place)] or [""]
        within: Any = right
        for group in groups:
            within = within.get(group) if isinstance(within, dict) else None
        if isinstance(within, dict):
            within.pop(name, None)
    return right


def _is_moved(name: str, value: object) -> bool:
    """Whether the file has a setting under its former name, which may be that of a group today."""
    return name in RENAMED and not (name in Settings.model_fields and isinstance(value, dict))


def _variables() -> set[str]:
    """The environment variables that name settings."""
    return {_variable(place) for place in Settings.places()}


def _wrong_variables() -> list[str]:
    """What is wrong with the names of environment variables."""
    names = {name.upper() for name in os.environ} - _variables() - {_FILE_VARIABLE} - SECRETS
    unknown = sorted(name for name in names if name.startswith(_PREFIX))
    moved = {name: RENAMED.get(name.removeprefix(_PREFIX).lower()) for name in unknown}
    return [
        f"{name} is now {_variable(place)}" if place else f"{name} in the environment: {_UNKNOWN}"
        for name, place in moved.items()
    ]


def _variable(place: Place) -> str:
    """The environment variable of a setting."""
    return _PREFIX + "_".join(place).upper()


def _written(place: Place) -> str:
    """A setting as people write it: `[server] port`."""
    *groups, name = place
    return "".join(f"[{group}] " for group in groups) + name


def _explained(file: Path, error: "ErrorDetails") -> str:
    """What is wrong with a setting, and where."""
    place = tuple(step for step in error["loc"] if isinstance(step, str))
    problem = error["msg"].removeprefix("Value error, ")
    if not place:  # several settings together
        return f"{file}: {problem}"
    if error["type"] == "extra_forbidden":
        return f"{file}: `{_written(place)}`: {_UNKNOWN}"
    if error["type"] == "missing":
        return f"{file}: `{_written(place)}` is missing"
    variable = next((name for name in (_variable(place), _variable(place[:1])) if name in os.environ), None)
    source = f"{variable} in the environment" if variable else f"{file}: `{_written(place)}`"
    return f"{source}: {problem}; it is {error['input']!r:.80}"
