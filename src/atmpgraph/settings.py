"""The settings of a publication: one typed place, read from `atmpgraph.toml` and the environment.

Each field is documented here and in `docs/settings.md`; a test keeps the two equal. The environment variable
`ATMPGRAPH_<FIELD>` overrides the file.
"""

import os
import tomllib
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PrivateAttr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from .errors import SettingsError

FILE_NAME = "atmpgraph.toml"
LANGUAGES = ("fr", "nl", "de", "en")


def _valid_base(base: str) -> str:
    """A base IRI: http(s), no query, no fragment, and a final slash (RFC 3986 §5.1)."""
    if not base.startswith(("https://", "http://")) or not base.endswith("/") or set(base) & set('?#<>"{}|^`\\ '):
        raise ValueError("must be an http(s) IRI that ends with '/' and has no query or fragment")
    return base


def _valid_network(address: str) -> str:
    """An address or a network (`10.0.0.0/8`)."""
    ip_network(address)
    return address


class Text(BaseModel):
    """One text in the four languages of the site."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    fr: str
    nl: str
    de: str
    en: str


class Settings(BaseSettings):
    """Where the publication stands and how it is served."""

    model_config = SettingsConfigDict(env_prefix="ATMPGRAPH_", extra="forbid", frozen=True, toml_file=None)
    _root: Path = PrivateAttr(default=Path())

    base: Annotated[str, AfterValidator(_valid_base)] = Field(
        description="Base of every IRI of the publication; ends with '/'. The request's Host never gets into data."
    )
    partnership: str = Field(description="Slug of the partnership that the home page is about.")
    licence: str = Field(description="IRI of the licence of the published data.")
    title: Text = Field(description="Title of the publication, in four languages.")
    description: Text = Field(description="What the publication is, in four languages.")
    data: Path = Field(Path("data"), description="Folder of the tables, their Data Package and `mapping/`.")
    ontology: Path = Field(Path("ontology"), description="Folder of the ontology and, in `auth/`, the code lists.")
    shapes: Path = Field(Path("shapes"), description="Folder of the SHACL shapes.")
    queries: Path = Field(Path("queries"), description="Folder of the published queries.")
    stream_page_size: int = Field(250, ge=1, description="Members of a page of the change stream before it is closed.")
    stream_versions: Literal["all", "latest"] = Field(
        "all",
        description="Which versions of things the change stream keeps: all, or at least the latest; then a build"
        " removes the closed pages (410) on which each version has a newer one.",
    )
    texts: list[Path] = Field(
        [Path("data/texts")],
        description="Folders searched for the texts of sources (column `text`): checked against, never published.",
    )
    releases: Path = Field(Path("releases"), description="Folder of the releases.")
    keep_releases: int = Field(
        0,
        ge=0,
        description="Releases that are kept, those that were live last; 0: all. A build removes the others (410).",
    )
    host: str = Field("127.0.0.1", description="Address the server listens on.")
    port: int = Field(8000, ge=1, le=65535, description="Port the server listens on.")
    workers: int = Field(2, ge=1, le=256, description="Processes that serve.")
    max_query_length: int = Field(
        100_000,
        ge=1,
        description="Longest SPARQL query accepted, in characters; a URL has 65,534 bytes at most (414).",
    )
    max_query_nesting: int = Field(64, ge=1, le=200, description="Deepest nesting of brackets in a SPARQL query.")
    max_graph_statements: int = Field(
        100_000, ge=0, description="Most statements that `/data` gives in a format other than N-Triples and N-Quads."
    )
    query_workers: int = Field(
        4,
        ge=2,
        le=256,
        description="Processes that run SPARQL queries: as many run at the same time, at low priority; four more only"
        " try queries.",
    )
    query_seconds: float = Field(
        30, gt=0, le=3_600, description="Longest time a query runs, in seconds; then it is killed (504)."
    )
    query_memory: int = Field(
        1_073_741_824,
        ge=268_435_456,
        description="Memory that one query may use beyond a worker at rest, in bytes (503).",
    )
    max_result_rows: int = Field(
        100_000, ge=0, description="Rows, or triples, of one answer; it is cut there and says so. 0: no limit."
    )
    max_result_bytes: int = Field(
        67_108_864,
        ge=0,
        description="Bytes of one answer; it is cut there and says so. 0: no limit. Without this limit and the one of"
        " rows, answers are sent while they are computed.",
    )
    max_waiting_queries: int = Field(
        32, ge=0, le=1_000, description="Queries that may wait for their turn; more are turned away (503)."
    )
    max_waiting_seconds: float = Field(
        30,
        gt=0,
        le=3_600,
        description="Longest time a query waits for its turn, in seconds; then it is turned away (503).",
    )
    max_queries_per_client: int = Field(
        2, ge=1, description="Queries of one client that run at the same time; one worker is always left to others."
    )
    query_budget: float = Field(
        60, gt=0, description="Seconds of running time that the queries of one client may use a minute (429)."
    )
    max_kept_results: int = Field(
        67_108_864, ge=0, description="Bytes of answers that the query service keeps to give them again."
    )
    max_spooled_bytes: int = Field(
        536_870_912,
        ge=0,
        description="Bytes of large answers that a process puts on disk until their clients have taken them; further"
        " ones are turned away (503).",
    )
    federation: list[str] = Field(
        [], description="IRIs of the SPARQL services that SERVICE may name, on public addresses; none by default."
    )
    max_service_clauses: int = Field(4, ge=1, description="SERVICE clauses of one query.")
    service_seconds: float = Field(
        10, gt=0, le=600, description="Longest time that another service may take, in seconds."
    )
    max_service_bytes: int = Field(1_048_576, ge=1, description="Longest answer of another service, in bytes.")
    query_service: Path | None = Field(
        None,
        description="Unix socket of a running query service. `atmpgraph serve` sets it for its processes; under another"
        " server each process starts a service of its own.",
    )
    max_incoming_links: int = Field(
        100, ge=0, description="How many links to a thing its page lists; the page says when there are more."
    )
    max_changes_shown: int = Field(
        200,
        ge=0,
        description="How many things of a kind the page of a release's changes lists; its data have them all.",
    )
    max_findings_shown: int = Field(
        200, ge=0, description="How many findings, and links, the page `/quality` lists; its data have them all."
    )
    max_links_checked: int = Field(
        1_000, ge=0, description="Addresses that `atmpgraph links` asks; it tells of those that it did not."
    )
    link_hosts: int = Field(
        4, ge=1, le=64, description="Hosts that are asked at the same time; each one question at a time."
    )
    link_pause: float = Field(1, ge=0, le=60, description="Seconds between two questions to one host.")
    link_seconds: float = Field(10, gt=0, le=600, description="Longest time that the answer to one question may take.")
    link_redirects: int = Field(5, ge=0, le=20, description="Redirections of one address that are followed.")
    max_link_field: int = Field(
        2_500, ge=500, description="Longest `Link` field sent, in characters; a document's link set has all its links."
    )
    max_age: int = Field(
        60, ge=0, description="Seconds that a cache may keep what belongs to the current release; 0: ask each time."
    )
    max_kept_bytes: int = Field(
        16_777_216, ge=0, description="Bytes of responses that a process keeps, to send them again without making them."
    )
    catalogue_page_size: int = Field(
        0, ge=0, description="Datasets on a page of `/catalogue`, with Hydra links to the others; 0: one document."
    )
    max_body_seconds: float = Field(
        30,
        gt=0,
        le=3_600,
        description="Longest time that the body of a request may take to come (408), or that a client may take nothing"
        " of a large answer, in seconds.",
    )
    max_path_length: int = Field(2_000, ge=100, description="Longest path of a URL accepted, in characters (414).")
    max_header_length: int = Field(
        32_768, ge=1_024, description="Longest header section of a request accepted, in characters (431)."
    )
    trusted_proxies: list[Annotated[str, AfterValidator(_valid_network)]] = Field(
        [], description="Addresses or networks of the reverse proxies that are believed; none by default."
    )
    proxy_headers: Literal["x-forwarded", "forwarded"] = Field(
        "x-forwarded",
        description="Which header fields those proxies set: X-Forwarded-For, -Proto and -Host, or Forwarded (RFC 7239)."
        " X-Forwarded-Prefix names the sub-path with both.",
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is pydantic's
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over the file."""
        return (env_settings, init_settings, TomlConfigSettingsSource(settings_cls))

    @classmethod
    def load(cls, file: Path) -> Self:
        """Read the settings from `file`; folders in them are relative to the file's own.

        Raises:
            SettingsError: the file is missing or not TOML, or a setting is unknown or wrong; every wrong one is named.
        """
        try:
            values = tomllib.loads(file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            remedy = "start a publication with 'atmpgraph init DIR', or name its file with --settings"
            raise SettingsError(f"{file}: no such file; {remedy}") from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingsError(f"{file}: not a TOML file: {error}") from None
        known = {f"ATMPGRAPH_{name.upper()}" for name in (*cls.model_fields, "settings")}
        if unknown := sorted(name for name in os.environ if name.startswith("ATMPGRAPH_") and name not in known):
            raise SettingsError(f"{', '.join(unknown)} in the environment: no such setting; see docs/settings.md")
        try:
            settings = cls(**values)
        except ValidationError as error:
            lines = [
                f"{file}: {'.'.join(map(str, e['loc']))}: {e['msg']} (or ATMPGRAPH_{str(e['loc'][0]).upper()} in the "
                f"environment); it is {e['input']!r:.80}"
                for e in error.errors()
            ]
            raise SettingsError("\n".join(lines)) from None
        settings._root = file.parent
        return settings

    def path(self, folder: Path) -> Path:
        """A folder of the publication, made absolute from the place of the settings file."""
        return (self._root / folder).resolve()
