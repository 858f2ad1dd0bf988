"""HTTP as pure functions on strings and bytes, without a web framework and without RDF syntax."""
