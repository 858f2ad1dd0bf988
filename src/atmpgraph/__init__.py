"""A publisher of linked data for innovation partnerships."""

import logging

__version__ = "0.1.0"

# It logs each literal and IRI that it cannot read, with a trace; what is wrong with a file is told by its findings.
logging.getLogger("rdflib").setLevel(logging.ERROR)
