"""The line of a request under any WSGI server, whatever the server lets through."""

import json
import os
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from werkzeug.test import EnvironBuilder, run_wsgi_app

from atmpgraph.observability import metrics
from atmpgraph.observability.access import AccessLog, shown_client
from atmpgraph.observability.log import LOGS, Options
from atmpgraph.settings import Settings
from atmpgraph.web import create_app

from ..conftest import changed

Read = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> Iterator[Read]:
    """The lines of requests since the last call."""
    reading, writing = os.pipe()
    before = LOGS.requests, LOGS.events, LOGS.owned, LOGS.options
    LOGS.use(writing, os.open(os.devnull, os.O_WRONLY))
    LOGS.options = Options("json")

    def read() -> list[dict[str, Any]]:
        os.write(writing, b"\n")
        return [json.loads(line) for line in os.read(reading, 1 << 20).splitlines() if line]

    yield read
    LOGS.requests, LOGS.events, LOGS.owned, LOGS.options = before
    os.close(reading)
    os.close(writing)


def environ(path: str = "/", **others: Any) -> dict[str, Any]:
    return {
        **EnvironBuilder().get_environ(),
        "RAW_URI": "",
        "REQUEST_URI": "",
        "PATH_INFO": path,
        "REMOTE_ADDR": "192.0.2.1",
    } | others


def test_a_path_is_as_it_was_sent_or_encoded_anew(released: Settings, requests: Read) -> None:
    app = create_app(changed(released, log={"format": "json"}))
    for given, logged in (
        ({"RAW_URI": "/a%2fb%0A?x"}, "/a%2fb%0A"),
        ({"REQUEST_URI": "/a%2fb%0A?x"}, "/a%2fb%0A"),
        ({"RAW_URI": "", "REQUEST_URI": ""}, "/a/b%0A%1B%C3%A9"),
    ):
        run_wsgi_app(app, environ("/a/b\n\x1b\xc3\xa9", **given), buffered=True)
        assert [line["path"] for line in requests()] == [logged]


def test_fields_are_those_of_the_client_and_bounded(released: Settings, requests: Read) -> None:
    app = create_app(changed(released, log={"format": "json"}))
    fields = {"HTTP_REFERER": "\x1b\x85\u2028", "HTTP_USER_AGENT": "x" * 5_000, "REQUEST_METHOD": "Y" * 50}
    run_wsgi_app(app, environ("/", QUERY_STRING="q" * 5_000, **fields), buffered=True)
    (line,) = requests()
    assert line["referer"] == "\x1b\x85\u2028"
    assert line["agent"] == "x" * 200 + "..."
    assert line["query"] == "q" * 200 + "..."
    assert line["method"] == "Y" * 20 + "..."
    assert line["status"] == 405


def test_a_response_that_breaks_off_is_logged_once_with_what_was_sent(released: Settings, requests: Read) -> None:
    def app(_: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [])
        yield b"abc"
        raise OSError("gone")

    response = AccessLog(app, changed(released, log={"format": "json"}))(environ(), lambda *_: bool)
    assert next(iter(response)) == b"abc"
    with pytest.raises(OSError, match="gone"):
        next(iter(response))
    for _ in range(2):
        response.close()  # type: ignore[attr-defined]
    (line,) = requests()
    assert (line["status"], line["bytes"]) == (200, 3)


def test_an_application_that_raises_is_logged_unless_it_is_called_once_more(released: Settings, requests: Read) -> None:
    class OnceMoreError(BaseException):
        pass

    def app(raised: dict[str, Any], _: Any) -> Iterable[bytes]:
        raise raised["error"]

    observed = AccessLog(app, changed(released, log={"format": "json"}))
    in_flight = metrics.metrics().in_flight._value.get()
    for error, logged in ((OnceMoreError(), []), (KeyError(), [500])):
        with pytest.raises(type(error)):
            observed(environ(error=error), lambda *_: bool)
        assert [line["status"] for line in requests()] == logged
    assert metrics.metrics().in_flight._value.get() == in_flight


@pytest.mark.parametrize(
    ("address", "whole", "network"),
    [
        ("192.0.2.77", "192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1:2::3", "2001:db8:1::/48"),
        ("unix:\n", "unix:\n", None),
        ("", None, None),
    ],
)
def test_how_much_of_a_client_is_shown(address: str, whole: str | None, network: str | None) -> None:
    assert shown_client(address, "whole") == whole
    assert shown_client(address, "network") == network
    assert shown_client(address, "none") is None


def test_nothing_is_logged_where_the_setting_says_so(released: Settings, requests: Read) -> None:
    run_wsgi_app(create_app(changed(released, log={"access": False})), environ(), buffered=True)
    assert not requests()
