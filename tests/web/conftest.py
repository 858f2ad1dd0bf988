"""The application over the release of this publication."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from atmpgraph.settings import Settings
from atmpgraph.web import create_app


@pytest.fixture(scope="session")
def app(released: Settings) -> Flask:
    """The application."""
    return create_app(released)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A client without any header of its own."""
    return app.test_client()
