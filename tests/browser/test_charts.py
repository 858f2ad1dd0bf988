"""Charts in a browser: on another site, in the dark, on a phone, on paper."""

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from .reader import Reader, reading


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def elsewhere(origin: str, narrow: Reader, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A page of another site, with the code that a chart gives for it, and with a page that gives none."""
    folder = tmp_path_factory.mktemp("elsewhere")
    narrow.visit("/charts/claims?lang=fr")
    code = next(str(block.text) for block in narrow.all("pre code") if str(block.text).startswith("<iframe"))
    refused = f'<iframe id="refused" src="{origin}/charts/claims" width="300" height="100"></iframe>'
    (folder / "index.html").write_text(f"<!DOCTYPE html><title>x</title>{code}{refused}", encoding="utf-8")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_another_site_shows_the_frame_and_nothing_else_of_ours(elsewhere: str) -> None:
    with reading(elsewhere) as reader:
        reader.visit("/index.html")
        frame, refused = reader.all("iframe")
        reader.driver.switch_to.frame(frame)
        picture = reader.one("img.chart")
        reader.wait(lambda: reader.script("return arguments[0].complete && arguments[0].naturalWidth > 0", picture))
        assert "plus de 470" in str(picture.get_attribute("alt"))
        assert reader.script("return document.documentElement.scrollHeight <= window.innerHeight")
        reader.driver.switch_to.default_content()
        reader.driver.switch_to.frame(refused)
        assert not reader.all("img.chart")


def test_the_style_sheet_of_a_picture_is_let_through(desk: Reader) -> None:
    """Its policy names it by its hash: a complaint of the browser would fail here, and so would a colour of the light."""
    for scheme, background in (("light", "rgb(255, 255, 255)"), ("dark", "rgb(27, 34, 37)")):
        desk.driver.execute_cdp_cmd(
            "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
        )
        desk.visit("/charts/claims.svg?lang=en")
        assert desk.script("return getComputedStyle(document.querySelector('rect')).fill") == background
    desk.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def test_a_phone_scrolls_the_picture_and_not_the_page(phone: Reader) -> None:
    phone.visit("/charts/claims?lang=fr")
    assert phone.width() == (390, 390)
    assert phone.script("return document.querySelector('img.chart').getBoundingClientRect().width") > 500


def test_it_works_without_script(plain: Reader) -> None:
    plain.visit("/charts/?lang=en")
    assert len(plain.all("img.chart")) == 9
    plain.one("figcaption a").click()
    assert plain.one("h1").text
    assert plain.all("table tbody tr")
