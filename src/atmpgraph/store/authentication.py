"""How a request shows who sends it: Bearer (RFC 6750), Basic (RFC 7617) or Digest (RFC 7616).

A password is sent in no form before the engine has named one: an engine that wants a digest never gets it.
"""

from base64 import b64encode
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit
from urllib.request import AbstractDigestAuthHandler, HTTPPasswordMgr, Request, parse_http_list, parse_keqv_list

from ..credentials import StoreCredentials
from ..errors import SettingsError
from ..i18n import message

VARIABLES: Final = "ATMPGRAPH_STORE_USER and ATMPGRAPH_STORE_PASSWORD, or ATMPGRAPH_STORE_TOKEN"


class Authentication:
    """The credentials for one address, in the form that it wants. Not safe to share between threads."""

    def __init__(self, credentials: StoreCredentials, address: str) -> None:
        """Take credentials; nothing is sent."""
        parts = urlsplit(address)
        self._credentials, self._origin = credentials, f"{parts.scheme}://{parts.netloc}"
        self._digests = AbstractDigestAuthHandler(_OneUser(credentials))
        self._challenge: dict[str, str] | None = None
        self._scheme = "bearer" if credentials.token else ""

    def __bool__(self) -> bool:
        """Whether there are credentials."""
        return bool(self._credentials.user or self._credentials.token)

    def field(self, method: str, target: str) -> str:
        """The value of `Authorization` for a request; empty as long as nothing is to be sent.

        Raises:
            SettingsError: the credentials cannot be sent in this form.
        """
        user, password = self._credentials.user, self._credentials.password
        if self._scheme == "bearer":
            return f"Bearer {self._credentials.token}"
        if self._scheme == "basic":
            return f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}"
        if self._scheme == "digest" and self._challenge is not None:
            request = Request(self._origin + target, method=method)  # noqa: S310 - it is not opened
            try:
                return f"Digest {self._digests.get_authorization(request, self._challenge)}"
            except (ValueError, OSError) as error:
                wanted = message("{names}: the store wants a digest that cannot be made: {error}")
                raise SettingsError(wanted, names=VARIABLES, error=str(error)) from None
        return ""

    def challenged(self, values: Iterable[str]) -> bool:
        """Take the form that the fields `WWW-Authenticate` name; whether the request is to be sent once more."""
        if not self._credentials.user:
            return False
        wanted = {text.strip().partition(" ")[0].lower(): text.strip().partition(" ")[2] for text in values}
        if "digest" in wanted:
            try:
                challenge = parse_keqv_list(parse_http_list(wanted["digest"]))
            except ValueError:  # it is none
                return False
            is_news = challenge.get("nonce") != (self._challenge or {}).get("nonce")
            self._scheme, self._challenge = "digest", challenge
            return is_news
        is_news, self._scheme = "basic" in wanted and self._scheme != "basic", "basic" if "basic" in wanted else ""
        return is_news


class _OneUser(HTTPPasswordMgr):
    """A user with a password, whatever the realm."""

    def __init__(self, credentials: StoreCredentials) -> None:
        super().__init__()
        self._credentials = credentials

    def find_user_password(self, realm: str, authuri: str) -> tuple[str | None, str | None]:  # noqa: ARG002
        return self._credentials.user, self._credentials.password
