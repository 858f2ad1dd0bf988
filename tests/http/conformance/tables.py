"""Every resource and kind of thing, and what each promises: written by hand, apart from the declarations in the code.

A test compares the two: a declaration that is not described here, or otherwise than it is, fails. Paths are as in a URL,
wherever the publication is mounted; `{digest}` is the release that is served.
"""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Cache: TypeAlias = Literal["current", "immutable", "never"]
Pool: TypeAlias = Literal["pages", "queries", "health", "loop"]

GRAPHS: Final = {
    "ttl": "text/turtle",
    "jsonld": "application/ld+json",
    "rdf": "application/rdf+xml",
    "nt": "application/n-triples",
    "trig": "application/trig",
    "nq": "application/n-quads",
}
HTML: Final = "text/html"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CITATIONS: Final = {
    "bib": "application/x-bibtex",
    "csl.json": "application/vnd.citationstyles.csl+json",
    "cff": "application/yaml",
}
SOLUTIONS: Final = {
    "json": "application/sparql-results+json",
    "xml": "application/sparql-results+xml",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
}
BROWSER: Final = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"


@dataclass(frozen=True)
class Resource:
    """One URL and what it promises.

    Attributes:
        path: where.
        types: the media types it exists in; the first goes to `*/*`. More than one: it is negotiated.
        languages: its page follows Accept-Language.
        cache: `current` may change with the next release, `immutable` never does, `never` is not kept.
        status: of a plain GET.
        methods: beside HEAD and OPTIONS.
        strong: its tag is strong; results of queries have no order, so theirs may be weak.
        inexpressible: types that are negotiated and then refused, for they cannot express this result.
        pool: the threads of the server that answer.
        long: one of its representations is so long that neither server nor proxy holds it in memory.
    """

    path: str
    types: tuple[str, ...]
    languages: bool = False
    cache: Cache = "current"
    status: int = 200
    methods: tuple[str, ...] = ("GET",)
    strong: bool = True
    inexpressible: tuple[str, ...] = ()
    pool: Pool = "pages"
    long: bool = False

    @property
    def negotiated(self) -> bool:
        """Whether Accept decides."""
        return len(self.types) > 1


def _document(path: str, *, long: bool = False) -> Resource:
    return Resource(path, (*GRAPHS.values(), "text/csv", HTML), languages=True, long=long)


def _graph(path: str) -> Resource:
    return Resource(path, (*GRAPHS.values(), HTML), languages=True)


def _list(path: str, *, long: bool = False) -> Resource:
    return Resource(path, (HTML, "text/csv", XLSX, "application/json", *GRAPHS.values()), languages=True, long=long)


def _quality(path: str) -> Resource:
    return Resource(path, (*GRAPHS.values(), HTML, "application/json"), languages=True)


ASK: Final = "/sparql?query=ASK%20%7B%3Fs%20%3Fp%20%3Fo%7D"
SELECT: Final = "/sparql?query=SELECT%20%2A%20%7B%20%3Chttps%3A%2F%2Fw3id.org%2Fatmp-wallonia%2Fid%2Forganisation%2Fulb%3E%20a%20%3Ftype%20%7D%20ORDER%20BY%20%3Ftype"
CONSTRUCT: Final = "/sparql?query=CONSTRUCT%20WHERE%20%7B%3Fs%20a%20%3Fo%7D%20LIMIT%203"
QUERIES: Final = "/reconcile?queries=%7B%22q0%22%3A%7B%22query%22%3A%22ULB%22%7D%7D"
ROR_GRAPH: Final = "/data?graph=https%3A%2F%2Fw3id.org%2Fatmp-wallonia%2Fid%2Fgraph%2Fror"

# One of each kind of thing: the first two segments of its IRI, and where its document is.
KINDS: Final = {
    "auth/activity-type": _document("/auth/activity-type/HES"),
    "auth/confidence": _document("/auth/confidence/high"),
    "auth/funding-origin": _document("/auth/funding-origin/private"),
    "auth/identifier-scheme": _document("/auth/identifier-scheme/cbe"),
    "auth/indicator": _document("/auth/indicator/applicants"),
    "auth/metric": _document("/auth/metric/coverage"),
    "auth/observation-status": _document("/auth/observation-status/A"),
    "auth/organisation-kind": _document("/auth/organisation-kind/advisory-firm"),
    "auth/participation-role": _document("/auth/participation-role"),
    "auth/partnership-role": _document("/auth/partnership-role/coordinator"),
    "auth/project-status": _document("/auth/project-status/CANCEL"),
    "auth/result-kind": _document("/auth/result-kind/book-chapter"),
    "auth/sector": _document("/auth/sector"),
    "auth/source-kind": _document("/auth/source-kind"),
    "auth/therapy": _document("/auth/therapy/cell"),
    "auth/unit": _document("/auth/unit/CCY_EUR"),
    "auth/value-chain-stage": _document("/auth/value-chain-stage"),
    "auth/value-qualifier": _document("/auth/value-qualifier/almost"),
    "id/address": _document("/doc/address/biowin--clustercollaboration-biowin"),
    "id/agent": _document("/doc/agent/publisher"),
    "id/amount": _document("/doc/amount/exofasttrack-grant--EUR"),
    "id/catalogue": _document("/catalogue", long=True),
    "id/checksum": _document("/doc/checksum/figures-ttl"),
    "id/component": _document("/doc/component/indicator"),
    "id/contact": _document("/doc/contact/data"),
    "id/coverage": _document("/doc/coverage/orgenesis-partners"),
    "id/dataset": _document("/doc/dataset/figures"),
    "id/distribution": _document("/doc/distribution/figures-ttl"),
    "id/dsd": _document("/doc/dsd/figures"),
    "id/event": _document("/doc/event/call-to-members"),
    "id/figure": _document("/doc/figure/new-direct-jobs"),
    "id/funding": _document("/doc/funding/exofasttrack-grant"),
    "id/funding-scheme": _document("/doc/funding-scheme/walloon-recovery-plan"),
    "id/gap": _document("/doc/gap/answer-of-the-minister"),
    "id/graph": _document("/doc/graph/press-release-2024-01-17"),
    "id/identifier": _document("/doc/identifier/gouvernement-wallon--crossref-funder"),
    "id/linkset": _document("/doc/linkset/ror"),
    "id/membership": _document("/doc/membership/belgian-federal-government--pit-atmp--supporter"),
    "id/odd": _document("/doc/odd/case"),
    "id/organisation": _document("/doc/organisation/ulb"),
    "id/participation": _document("/doc/participation/cilyx--exofasttrack"),
    "id/partition": _document("/doc/partition/class-Organization-7b08a19c"),
    "id/partnership": _document("/doc/partnership/pit-atmp"),
    "id/period": _document("/doc/period/2024-01-17--P5Y"),
    "id/person": _document("/doc/person/sylvie-ponchaut"),
    "id/place": _document("/doc/place/belgium"),
    "id/provenance": _document("/doc/provenance/editorial"),
    "id/quotation": _document("/doc/quotation/biowin-acronym"),
    "id/record": _document("/doc/record/figures"),
    "id/sector": _document("/doc/sector/atmp"),
    "id/selector": _document("/doc/selector/biowin-acronym"),
    "id/service": _document("/doc/service/sparql"),
    "id/source": _document("/doc/source/press-release-2024-01-17"),
    "id/workpackage": _document("/doc/workpackage/exofasttrack"),
    "ns/atmp": _document("/ns/atmp"),
    "ns/atmpgraph": _document("/ns/atmpgraph"),
}

# A few documents that stand for all: a thing, an ontology, a code list, a code.
SOME: Final = tuple(KINDS[kind] for kind in ("id/organisation", "id/figure", "ns/atmpgraph", "auth/value-chain-stage"))

# Every route of the application, with the resources that stand for it.
ROUTES: Final[dict[str, tuple[Resource, ...]]] = {
    "/": (_document("/", long=True),),
    "/catalogue": (_document("/catalogue", long=True),),
    "/catalogue.<suffix>": (
        *(Resource(f"/catalogue.{suffix}", (media_type,)) for suffix, media_type in CITATIONS.items()),
        *(
            Resource(f"/catalogue.{suffix}", (media_type,), long=suffix in {"nt", "nq"})
            for suffix, media_type in GRAPHS.items()
        ),
        Resource("/catalogue.html", (HTML,), languages=True),
    ),
    "/.well-known/void": (Resource("/.well-known/void", (*GRAPHS.values(), HTML), languages=True),),
    "/.well-known/api-catalog": (
        Resource("/.well-known/api-catalog", ("application/linkset+json", HTML), languages=True),
    ),
    "/robots.txt": (Resource("/robots.txt", ("text/plain",)),),
    "/sitemap.xml": (Resource("/sitemap.xml", ("application/xml",)),),
    "/id/<path:path>": (
        Resource("/id/organisation/ulb", (), status=303),
        Resource("/id/organisation/ulb.ttl", (), status=303),
    ),
    "/doc/<path:path>": (
        KINDS["id/organisation"],
        *(Resource(f"/doc/organisation/ulb.{suffix}", (media_type,)) for suffix, media_type in GRAPHS.items()),
        *(Resource(f"/doc/organisation/ulb.{suffix}", (kind,)) for suffix, kind in CITATIONS.items()),
        Resource("/doc/organisation/ulb.csv", ("text/csv",)),
        Resource("/doc/organisation/ulb.html", (HTML,), languages=True),
        Resource("/doc/organisation/ulb.html?lang=de", (HTML,)),
    ),
    "/ns/<path:path>": (KINDS["ns/atmpgraph"], Resource("/ns/atmpgraph.ttl", ("text/turtle",))),
    "/auth/<path:path>": (
        KINDS["auth/value-chain-stage"],
        Resource("/auth/value-chain-stage.jsonld", ("application/ld+json",)),
    ),
    "/ns/context.jsonld": (Resource("/ns/context.jsonld", ("application/ld+json",)),),
    "/tables": (Resource("/tables", (HTML, "application/json"), languages=True),),
    "/tables.<suffix>": (Resource("/tables.json", ("application/json",)),),
    "/ns/context/<version>.jsonld": (
        Resource("/ns/context/{context}.jsonld", ("application/ld+json",), cache="immutable"),
    ),
    "/doc/table/<name>.csv": (Resource("/doc/table/figures.csv", ("text/csv",)),),
    "/sparql": (
        Resource(
            ASK,
            (*list(SOLUTIONS.values())[:2], HTML),
            languages=True,
            methods=("GET", "POST", "QUERY"),
            strong=False,
            inexpressible=tuple(SOLUTIONS.values())[2:],
            pool="queries",
        ),
        Resource(
            SELECT,
            (*SOLUTIONS.values(), HTML),
            languages=True,
            methods=("GET", "POST", "QUERY"),
            strong=False,
            pool="queries",
        ),
        Resource(
            CONSTRUCT,
            (*GRAPHS.values(), HTML),
            languages=True,
            methods=("GET", "POST", "QUERY"),
            strong=False,
            pool="queries",
        ),
        Resource("/sparql", (*GRAPHS.values(), HTML), languages=True, methods=("GET", "POST", "QUERY"), pool="queries"),
    ),
    "/data": (
        Resource("/data", ("application/trig", "application/n-quads", HTML), languages=True, long=True),
        Resource("/data?default", tuple(GRAPHS.values()), long=True),
        Resource(ROR_GRAPH, tuple(GRAPHS.values())),
    ),
    "/linksets/": (Resource("/linksets/", (*GRAPHS.values(), HTML), languages=True),),
    "/linksets/<registry>": (
        Resource("/linksets/ror", (*GRAPHS.values(), "text/csv", "text/plain", HTML), languages=True),
        Resource("/linksets/ror.ttl", ("text/turtle",)),
        Resource("/linksets/ror.nt", ("application/n-triples",)),
        Resource("/linksets/ror.csv", ("text/csv",)),
        Resource("/linksets/ror.txt", ("text/plain",)),
        Resource("/linksets/isni.txt", ("text/plain",)),
    ),
    "/queries/": (Resource("/queries/", (HTML, "application/json"), languages=True),),
    "/queries/<name>": (
        Resource(
            "/queries/direct-jobs",
            (*SOLUTIONS.values(), HTML, "application/sparql-query"),
            languages=True,
            strong=False,
            pool="queries",
        ),
        Resource("/queries/direct-jobs.csv", ("text/csv",), strong=False, pool="queries"),
        Resource("/queries/direct-jobs.rq", ("application/sparql-query",), pool="queries"),
    ),
    "/charts/": (Resource("/charts/", (HTML, "application/json"), languages=True),),
    "/charts/<name>": (
        Resource(
            "/charts/claims",
            (HTML, "application/json", "text/csv"),
            languages=True,
        ),
        Resource("/charts/claims.json", ("application/json",)),
        Resource("/charts/claims.csv", ("text/csv",)),
        Resource("/charts/claims.svg", ("image/svg+xml",)),
        Resource("/charts/claims.png", ("image/png",)),
    ),
    "/embed/<name>": (Resource("/embed/claims", (HTML,), languages=True),),
    "/id/chart/<name>": (
        Resource("/id/chart/claims", (), status=303),
        Resource("/id/chart/claims.svg", (), status=303),
    ),
    "/health/live": (Resource("/health/live", ("text/plain",), cache="never", pool="loop"),),
    "/health/ready": (Resource("/health/ready", ("text/plain",), cache="never", pool="health"),),
    "/metrics": (Resource("/metrics", ("text/plain",), cache="never", pool="health"),),
    "/static/<path:filename>": (
        Resource("/static/atmpgraph.css", ("text/css",)),
        Resource("/static/icon.svg", ("image/svg+xml",)),
    ),
    "/dumps/<digest>/<path:name>": (
        Resource("/dumps/{digest}/data.nq", ("application/n-quads",), cache="immutable", long=True),
        Resource("/dumps/{digest}/manifest.json", ("application/json",), cache="immutable"),
        Resource("/dumps/{digest}/report.json", ("application/json",), cache="immutable"),
        Resource("/dumps/{digest}/tables/figures.csv", ("text/csv",), cache="immutable"),
    ),
    "/terms/<digest>.json": (Resource("/terms/{digest}.json", ("application/json",), cache="immutable"),),
    "/releases/": (Resource("/releases/", (*GRAPHS.values(), HTML, "application/json"), languages=True),),
    "/releases/<digest>/changes": (
        Resource(
            "/releases/{digest}/changes",
            ("application/json", "text/plain", "application/rdf-patch", HTML),
            languages=True,
            cache="immutable",
            long=True,
        ),
    ),
    "/releases/<digest>/changes.<suffix>": (
        Resource("/releases/{digest}/changes.rdfp", ("application/rdf-patch",), cache="immutable", long=True),
        Resource("/releases/{digest}/changes.txt", ("text/plain",), cache="immutable", long=True),
    ),
    "/quality": (_quality("/quality"),),
    "/quality.<suffix>": (
        *(Resource(f"/quality.{suffix}", (media_type,)) for suffix, media_type in GRAPHS.items()),
        Resource("/quality.json", ("application/json",)),
    ),
    "/releases/<digest>/quality": (_quality("/releases/{digest}/quality"),),
    "/releases/<digest>/quality.<suffix>": (Resource("/releases/{digest}/quality.ttl", ("text/turtle",)),),
    "/ns/shapes": (_document("/ns/shapes", long=True),),
    "/ns/shapes.<suffix>": (
        *(
            Resource(f"/ns/shapes.{suffix}", (media_type,), long=suffix in {"nt", "nq", "jsonld", "rdf"})
            for suffix, media_type in GRAPHS.items()
        ),
        Resource("/ns/shapes.html", (HTML,), languages=True),
    ),
    "/releases/<digest>": (
        Resource(
            "/releases/{digest}",
            (*GRAPHS.values(), HTML, "application/json", *CITATIONS.values()),
            languages=True,
            cache="immutable",
        ),
        Resource("/releases/{digest}.cff", ("application/yaml",), cache="immutable"),
    ),
    "/releases/<digest>/doc/<path:path>": (
        Resource(
            "/releases/{digest}/doc/organisation/ulb",
            (*GRAPHS.values(), "text/csv", HTML, *CITATIONS.values()),
            languages=True,
            cache="immutable",
        ),
        Resource("/releases/{digest}/doc/organisation/ulb.trig", ("application/trig",), cache="immutable"),
    ),
    "/timemap/doc/<path:path>": (
        Resource(
            "/timemap/doc/organisation/ulb", ("application/link-format", "application/json", HTML), languages=True
        ),
    ),
    "/history/<path:path>": (
        Resource("/history/organisation/ulb", (HTML, "application/atom+xml"), languages=True),
        Resource("/history/organisation/ulb.atom", ("application/atom+xml",)),
    ),
    "/stream": (_graph("/stream"),),
    "/stream.<suffix>": (
        Resource("/stream.trig", ("application/trig",)),
        Resource("/stream.html", (HTML,), languages=True),
    ),
    "/stream/<number>": (
        Resource("/stream/1", (*GRAPHS.values(), HTML), languages=True, cache="immutable", long=True),
        *(Resource(f"/stream/1.{suffix}", (kind,), cache="immutable", long=True) for suffix, kind in GRAPHS.items()),
        Resource("/stream/1.html", (HTML,), languages=True),
        Resource("/stream/2", (*GRAPHS.values(), HTML), languages=True),
    ),
    "/releases/current": (Resource("/releases/current", (), status=307),),
    "/releases/current.<suffix>": (Resource("/releases/current.ttl", (), status=307),),
    "/releases/current/<path:rest>": (Resource("/releases/current/changes.txt", (), status=307),),
    "/dumps/current/<path:name>": (
        Resource("/dumps/current/data.nq", ("application/n-quads",), long=True),
        Resource("/dumps/current/graphs/ror.ttl", ("text/turtle",)),
    ),
    "/problems/": (_graph("/problems/"),),
    "/problems/<name>": (_graph("/problems/not-found"), Resource("/problems/not-found.ttl", ("text/turtle",))),
    "/pages/<name>": (Resource("/pages/about", (HTML,), languages=True),),
    "/docs/": (Resource("/docs/", (HTML,), languages=True),),
    "/docs/<path:name>": (Resource("/docs/decisions/shacl", (HTML,), languages=True),),
    "/api": (Resource("/api", (HTML,), languages=True),),
    "/search": (Resource("/search?q=universit%C3%A9", (HTML, "application/json"), languages=True),),
    "/search.<suffix>": (Resource("/search.json?q=universit%C3%A9", ("application/json",)),),
    "/suggest": (Resource("/suggest?q=univ", ("application/x-suggestions+json",)),),
    "/feed.atom": (Resource("/feed.atom", ("application/atom+xml",)),),
    "/opensearch.xml": (Resource("/opensearch.xml", ("application/opensearchdescription+xml",)),),
    "/<lists_list:name>": (
        _list("/partners"),
        _list("/figures?source=press-release-2024-01-17&sort=-value"),
        Resource("/funding.csv?lang=fr", ("text/csv",)),
        Resource("/funding.xlsx?lang=fr", (XLSX,)),
        Resource("/funding.json?lang=fr", ("application/json",)),
        *(Resource(f"/funding.{suffix}", (media_type,)) for suffix, media_type in GRAPHS.items()),
    ),
    "/things/<kind>": (
        _list("/things/Workpackage"),
        Resource("/things/Workpackage.ttl", ("text/turtle",)),
    ),
    "/reconcile": (
        Resource("/reconcile", ("application/json", HTML), languages=True, methods=("GET", "POST"), cache="never"),
        Resource(QUERIES, ("application/json",), methods=("GET", "POST"), cache="never"),
    ),
    "/reconcile/": (
        Resource("/reconcile/", ("application/json", HTML), languages=True, methods=("GET", "POST"), cache="never"),
    ),
    "/reconcile/suggest/entity": (Resource("/reconcile/suggest/entity?prefix=univ", ("application/json",)),),
    "/reconcile/suggest/type": (Resource("/reconcile/suggest/type?prefix=org", ("application/json",)),),
    "/reconcile/suggest/property": (Resource("/reconcile/suggest/property?prefix=ror", ("application/json",)),),
    "/reconcile/properties": (Resource("/reconcile/properties?type=org:Organization", ("application/json",)),),
    "/reconcile/preview": (
        Resource("/reconcile/preview?id=organisation/ulb", (HTML,), languages=True),
        Resource("/reconcile/preview", (), status=303),
    ),
    "/lookup": (
        Resource("/lookup", (HTML, "application/json"), languages=True, methods=("GET", "POST")),
        Resource("/lookup?ror=01r9htc13", (), status=303, methods=("GET", "POST")),
    ),
    "/openapi.json": (Resource("/openapi.json", ("application/json",)),),
}

RESOURCES: Final = tuple({resource.path: resource for found in ROUTES.values() for resource in found}.values())
OF_RELEASE: Final = tuple(resource for resource in RESOURCES if resource.status == 200 and resource.cache != "never")
# The catalogue has its own resource, whose page holds a part of it.
DOCUMENTS: Final = tuple(resource.path for kind, resource in KINDS.items() if kind != "id/catalogue")

# `%2F` is no slash; only a server that tells the raw request target can know it, and granian does not.
RAW: Final = "encoded%2Fslash"

# Things whose names are hard on HTTP, as they stand in the IRI (RFC 3987). Each must lead to its document and back.
ODD: Final = (
    "case",
    "CaSe",
    "a%20b",
    "café",
    "été/à%20Liège",
    "slash/",
    "a.b",
    "turtle.ttl",
    "plus+sign",
    "semi;colon=1,2",
    "colon:at@(x)!$&'*~",
    "question%3Fmark",
    "hash%23mark",
    "percent%25",
    "quote%22",
)
