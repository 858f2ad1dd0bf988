"""The SPARQL endpoint without a web framework: protocol, description, query library, graph store."""
