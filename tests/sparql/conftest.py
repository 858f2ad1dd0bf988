"""What tests of federation share."""

from collections.abc import Iterator

import pytest

from .remote import Remote


@pytest.fixture
def remote() -> Iterator[Remote]:
    """A SPARQL service elsewhere."""
    service = Remote()
    yield service
    service.end()
