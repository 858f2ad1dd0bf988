"""The settings of a publication: one typed place, read from `atmpgraph.toml` and the environment.

Each field is documented here and in `docs/settings.md`; a test keeps the two equal. The environment variable
`ATMPGRAPH_<GROUP>_<NAME>` overrides the file.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from copy import deepcopy
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Final, Self

from pydantic import AfterValidator, Field, PrivateAttr, ValidationError, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from ..credentials import SECRETS
from ..i18n import SOURCE, Sentence, message
from .faults import (
    Fault,
    Place,
    WrongSettingsError,
    WrongValueError,
    faults_of,
    moved,
    place_of,
    shown,
    unknown,
    written,
)
from .file import read_settings
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

FILE_NAME: Final = "atmpgraph.toml"
_PREFIX: Final = "ATMPGRAPH_"
_OF_CALL: Final = frozenset({"ATMPGRAPH_SETTINGS", "ATMPGRAPH_LANGUAGE"})  # which stand for options of the call
_PRESENT_BASE: Final = message("it has the present base, and lists only former ones; take it away")
_STRANGE: Final = message(
    "it is in {strange}, but `languages` are {languages}: add the language there, or take the text away"
)


def _valid_base(base: str) -> str:
    """A base IRI: http(s), no query, no fragment, and a final slash (RFC 3986 §5.1)."""
    if not base.startswith(("https://", "http://")) or not base.endswith("/") or set(base) & set('?#<>"{}|^`\\ '):
        raise WrongValueError(message("must be an http(s) IRI that ends with '/' and has no query or fragment"))
    return valid_iri(base)


def _valid_languages(tags: tuple[str, ...]) -> tuple[str, ...]:
    """Languages, each once."""
    if not tags:
        raise WrongValueError(message("must name a language at least"))
    if len(set(tags)) < len(tags):
        raise WrongValueError(message("must name each language once"))
    return tags


class Settings(BaseSettings):
    """Where the publication stands and how it is served."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX, env_nested_delimiter="_", env_nested_max_split=1, extra="forbid", frozen=True
    )
    _root: Path = PrivateAttr(default=Path())
    _stand_ins: frozenset[str] = PrivateAttr(default=frozenset())

    base: Annotated[str, AfterValidator(_valid_base)] = Field(
        examples=["https://example.org/partnership/"],
        description="Base of every IRI of the publication; ends with '/'. The request's Host never gets into data.",
    )
    previous_bases: tuple[Annotated[str, AfterValidator(_valid_base)], ...] = Field(
        (),
        description="Bases that the publication had before: their IRIs lead to those of today (308), and are linked.",
    )
    partnership: str = Field(
        examples=["our-project"], description="Slug of the partnership that the home page is about."
    )
    licence: Annotated[str, AfterValidator(valid_iri)] = Field(
        examples=["http://publications.europa.eu/resource/authority/licence/CC_BY_4_0"],
        description="IRI of the licence of the published data.",
    )
    languages: Annotated[tuple[Tag, ...], AfterValidator(_valid_languages)] = Field(
        ("fr", "nl", "de", "en"),
        description="Languages of the publication (tags of BCP 47): pages are in each, and the check asks for names in"
        " each. A page is in the one that `?lang=` or `Accept-Language` names, else in the first.",
    )
    title: Text = Field(examples=[{SOURCE: "Our project"}], description="Title of the publication, by language.")
    description: Text = Field(
        examples=[{SOURCE: "Who takes part in our project, and what it does."}],
        description="What the publication is, by language.",
    )
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
        settings_cls: type[BaseSettings],  # noqa: ARG003
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is pydantic's
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Nothing but what is given: `load` puts file and environment together."""
        return (init_settings,)

    @model_validator(mode="after")
    def _in_its_languages(self) -> Self:
        """Require that title and description are in languages of the publication."""
        for name, text in (("title", self.title), ("description", self.description)):
            if strange := [tag for tag in text.root if tag not in self.languages]:
                listed = ", ".join(self.languages)
                raise WrongValueError(_STRANGE, (name,), strange=", ".join(strange), languages=listed)
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
            WrongSettingsError: the file is missing or not TOML, or a setting is unknown or wrong; every wrong one is
                named, and the rest is there.
        """
        values, faults, left = read_settings(file)
        former = [name for name, value in values.items() if _is_moved(name, value)]
        faults += [Fault(moved(written(RENAMED[name])), (name,)) for name in former]
        faults += _wrong_variables()
        right = _over({name: value for name, value in values.items() if name not in former}, _Environment(cls)())
        settings, wrong = cls._read_all(right)
        faults += [fault for fault in wrong if not (fault.is_missing and fault.place[0] in left)]
        settings._root = file.parent
        if settings.base in settings.previous_bases:
            faults.append(Fault(Sentence(_PRESENT_BASE), ("previous_bases",)))
        if faults:
            raise WrongSettingsError(file, tuple(faults), settings)
        return settings

    @classmethod
    def _read_all(cls, values: dict[str, Any]) -> tuple[Self, list[Fault]]:
        """The settings, and what is wrong with them; an example stands in for a wrong one that is needed."""
        faults, absent = list[Fault](), set[str]()
        while True:
            try:
                settings = cls(**values)
            except ValidationError as error:
                errors = error.errors()
                faults += faults_of(errors, list(cls.places()), cls._example, _variable_set)
                values = _without(values, map(place_of, errors))
                needed = {name for name, field in cls.model_fields.items() if field.is_required()} - values.keys()
                absent |= needed
                values |= {name: _example_value(cls.model_fields[name], values) for name in needed}
            else:
                settings._stand_ins = frozenset(absent)
                return settings, faults

    @classmethod
    def _example(cls, place: Place) -> str:
        """A line with a setting that is needed; empty for another one."""
        field = cls.model_fields.get(place[0])
        if len(place) > 1 or not field or not field.examples:
            return ""
        example = field.examples[0]
        name, value = (f"{place[0]}.{SOURCE}", example[SOURCE]) if isinstance(example, dict) else (place[0], example)
        return f"{name} = {shown(value)}"

    @property
    def stand_ins(self) -> frozenset[str]:
        """The needed settings that are missing or wrong; an example stands in for each, to judge everything else."""
        return self._stand_ins

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


def _over(values: dict[str, Any], environment: dict[str, Any]) -> dict[str, Any]:
    """The values of the file, under those of the environment; in a group, setting by setting."""
    both = {
        name for name, value in environment.items() if isinstance(value, dict) and isinstance(values.get(name), dict)
    }
    return {**values, **environment, **{name: {**values[name], **environment[name]} for name in both}}


def _without(values: dict[str, Any], places: Iterable[Place]) -> dict[str, Any]:
    """The values of a file but for those at some places, and for whole lists with a wrong member."""
    right = deepcopy(values)
    for place in places:
        within: Any = right
        for step, name in enumerate(place, start=1):
            if isinstance(within.get(name), dict) and step < len(place):
                within = within[name]
            else:
                within.pop(name, None)
                break
    return right


def _example_value(field: FieldInfo, values: dict[str, Any]) -> Any:  # noqa: ANN401
    """What stands in for a needed setting; a text is in all languages of the publication that it has."""
    example = (field.examples or [""])[0]
    tags = values.get("languages", Settings.model_fields["languages"].default)
    return dict.fromkeys(tags, example[SOURCE]) if isinstance(example, dict) else example


def _is_moved(name: str, value: object) -> bool:
    """Whether the file has a setting under its former name, which may be that of a group today."""
    return name in RENAMED and not (name in Settings.model_fields and isinstance(value, dict))


def _variables() -> set[str]:
    """The environment variables that name settings."""
    return {_variable(place) for place in Settings.places()}


def _wrong_variables() -> Iterator[Fault]:
    """What is wrong with the names of environment variables."""
    names = {name.upper() for name in os.environ} - _variables() - _OF_CALL - SECRETS
    for name in sorted(name for name in names if name.startswith(_PREFIX)):
        setting = name.removeprefix(_PREFIX).lower()
        today = RENAMED.get(setting)
        close = get_close_matches(name, _variables(), 1, 0.85)
        yield Fault(moved(_variable(today)) if today else unknown(close), variable=name)


def _variable(place: Place) -> str:
    """The environment variable of a setting."""
    return _PREFIX + "_".join(place).upper()


def _variable_set(place: Place) -> str:
    """The environment variable that sets a setting; empty if none does."""
    return next((name for name in (_variable(place[:n]) for n in (2, 1)) if name in os.environ), "")
