"""WSGI entry point: `granian --interface wsgi app:app`, or any other WSGI server."""

from atmpgraph.web import create_app

app = create_app()
