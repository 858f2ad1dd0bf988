"""What tests of federation share."""

from collections.abc import Iterator

import pytest

from .remote import Remote


@pytest.fixture
def remote() -> Iterator[Remote]:
    """A SPARQL service elsewhere."""
    found = Remote()
    yield found
    found.end()
