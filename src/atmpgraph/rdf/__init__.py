"""RDF text: terms, statements, canonical lines, serialisers; without HTTP and without a store."""
