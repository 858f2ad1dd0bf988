"""The credentials of the store: read from the environment where they are needed, and shown nowhere."""

import os
from dataclasses import dataclass, field
from typing import Final

from .errors import SettingsError

_USER: Final = "ATMPGRAPH_STORE_USER"
_PASSWORD: Final = "ATMPGRAPH_STORE_PASSWORD"  # noqa: S105 - the name of a variable
_TOKEN: Final = "ATMPGRAPH_STORE_TOKEN"  # noqa: S105
SECRETS: Final = frozenset({_USER, _PASSWORD, _TOKEN})


@dataclass(frozen=True)
class StoreCredentials:
    """What the store asks of its clients; all are empty where it asks nothing.

    Attributes:
        user, password: for HTTP authentication (RFC 7617, RFC 7616).
        token: for a bearer (RFC 6750); instead of those.
    """

    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)


def store_credentials() -> StoreCredentials:
    """The credentials in the environment.

    Raises:
        SettingsError: they contradict each other, or hold what no header field may.
    """
    credentials = StoreCredentials(*(os.environ.get(name, "") for name in (_USER, _PASSWORD, _TOKEN)))
    if credentials.token and credentials.user:
        raise SettingsError("{first} and {second} in the environment: set one of the two", first=_TOKEN, second=_USER)
    if bool(credentials.user) != bool(credentials.password):
        raise SettingsError("{first} and {second} in the environment: one is missing", first=_USER, second=_PASSWORD)
    if not all(text.isprintable() for text in (credentials.user, credentials.password, credentials.token)):
        raise SettingsError(
            "{names} in the environment: one holds a line end or a control; correct it",
            names=f"{_USER}, {_PASSWORD}, {_TOKEN}",
        )
    return credentials
