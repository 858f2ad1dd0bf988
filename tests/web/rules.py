"""What holds for every response, checked wherever a test gets one."""

from html.parser import HTMLParser

from werkzeug.test import TestResponse

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


class Page(HTMLParser):
    """A parsed page: its elements, links, ids and words.

    Attributes:
        links: the name of each link with its target, as it is read out (its words, `aria-label`, `alt` of a picture).
    """

    def __init__(self, response: TestResponse) -> None:
        super().__init__()
        assert response.content_type == "text/html; charset=utf-8", response.content_type
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.links: list[tuple[str, str]] = []
        self._open = False
        self.feed(response.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.elements.append((tag, attributes))
        if tag == "a":
            self.links.append((attributes.get("aria-label") or "", attributes.get("href") or ""))
        self._open = tag == "a" or self._open
        self._name(attributes.get("alt") or "")

    def handle_endtag(self, tag: str) -> None:
        self._open = tag != "a" and self._open

    def handle_data(self, data: str) -> None:
        self.words += data
        self._name(data)

    def _name(self, words: str) -> None:
        if self._open:
            name, target = self.links[-1]
            self.links[-1] = name + words, target

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of all elements of a kind."""
        return [attributes for name, attributes in self.elements if name == tag]


def check_page(response: TestResponse, language: str) -> Page:
    """A page as it must be: its language, its landmarks, nothing inline, nothing from elsewhere."""
    page = Page(response)
    assert page.all("html") == [{"lang": language}]
    assert response.headers["Content-Language"] == language
    for script in page.all("script"):  # data blocks, or our own files; never code in the page
        assert script.get("type") in {"application/ld+json", "application/json"} or (
            script["type"] == "module" and str(script["src"]).startswith("/")
        )
    assert not page.all("style")
    assert not page.all("iframe")
    for tag, attributes in page.elements:
        assert not [a for a in attributes if a == "style" or a.startswith("on")], (tag, attributes)
        if tag in {"link", "img"} and attributes.get("rel") not in {"alternate", "canonical"}:
            assert str(attributes.get("href") or attributes.get("src")).startswith("/"), attributes
        assert not str(attributes.get("href", "")).startswith(("javascript:", "data:", "//")), attributes
    assert len(page.all("main")) == len(page.all("h1")) == 1
    assert page.elements.index(("main", {"id": "main"}))
    assert page.all("a")[0]["href"] == "#main"
    assert [target for name, target in page.links if not name.strip()] == [], "links without a name"
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    for table_header in page.all("th"):
        assert table_header.get("scope") in {"col", "row"}
    return page


def check_headers(response: TestResponse) -> None:
    """The header fields that no response may lack."""
    headers = response.headers
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["Referrer-Policy"]
