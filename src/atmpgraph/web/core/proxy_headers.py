"""Before any route: the host of a request, its origin as a trusted proxy states it, the path as the client sent it."""

from collections.abc import Iterable
from ipaddress import ip_network
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from werkzeug.datastructures import EnvironHeaders

from ...addresses import raw_path
from ...http.authority import authority_of, is_authority
from ...http.forwarded import forwarded
from ...settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

RAW_PATH: Final = "atmpgraph.raw_path"
TARGET_AUTHORITY: Final = "atmpgraph.target_authority"  # of an absolute target, from a server that passes it on
UNKNOWN_ORIGIN: Final = "atmpgraph.unknown_origin"  # whether a proxy that nobody trusts forwards the request
REFUSED_HOST: Final = "atmpgraph.refused_host"
_FORWARDING: Final = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_VIA")
_NEUTRAL_HOST: Final = "localhost"  # in place of a refused one, for the page of the error


class ProxyHeaders:
    """WSGI middleware: sets client, scheme, host and mount point of the request from its trusted proxies."""

    def __init__(self, app: "WSGIApplication", settings: Settings) -> None:
        """Wrap `app`."""
        self._app = app
        self._trusted = [ip_network(address) for address in settings.proxy.trusted]
        self._family = settings.proxy.headers

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Pass the request on."""
        path, mount = environ.get("PATH_INFO", ""), environ.get("SCRIPT_NAME", "")
        target = environ.get("RAW_URI") or environ.get("REQUEST_URI") or ""
        raw = raw_path(target, path, mount + path)
        root = quote(mount, encoding="latin-1", safe="/!$&'()*+,;=:@~")
        environ[RAW_PATH] = raw.removeprefix(root) if mount and raw.startswith(f"{root}/") else raw
        query = environ.get("QUERY_STRING", "")
        if not query.isascii():  # bytes that no URL may have unencoded; the framework would fail on them
            environ["QUERY_STRING"] = "".join(c if c.isascii() else f"%{ord(c):02X}" for c in query)
        hosts = _hosts(environ, target)
        peer = environ.get("REMOTE_ADDR", "")
        origin = forwarded(peer, EnvironHeaders(environ), self._trusted, self._family) if self._trusted else None
        environ[UNKNOWN_ORIGIN] = origin is None and any(name in environ for name in _FORWARDING)
        if origin:
            original = {
                "REMOTE_ADDR": origin.client,
                "wsgi.url_scheme": origin.scheme,
                "HTTP_HOST": origin.host,
                "SCRIPT_NAME": origin.prefix + mount if origin.prefix else "",
            }
            environ.update({key: value for key, value in original.items() if value})
            hosts += [origin.host] if origin.host else []
        environ[REFUSED_HOST] = not all(map(is_authority, hosts))
        if environ[REFUSED_HOST]:
            environ["HTTP_HOST"] = _NEUTRAL_HOST
        return self._app(environ, start_response)


def _hosts(environ: "WSGIEnvironment", target: str) -> list[str]:
    """The hosts that a request names, each of which must be one; of two Host fields the server makes one that is none.

    An absolute target precedes the field (RFC 9112 §3.2.2); without either, HTTP/1.1 requires the field (§3.2).
    """
    hosts = [environ["HTTP_HOST"]] if "HTTP_HOST" in environ else []
    if not hosts and environ.get("SERVER_PROTOCOL") != "HTTP/1.0":
        hosts.append("")
    authority = environ.get(TARGET_AUTHORITY) or authority_of(target)
    if authority is not None:
        hosts.append(authority)
        environ["HTTP_HOST"] = authority
    return hosts
