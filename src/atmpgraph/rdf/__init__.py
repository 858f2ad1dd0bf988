"""Terms, canonical lines, serialisers: RDF text, without HTTP and without a store."""
