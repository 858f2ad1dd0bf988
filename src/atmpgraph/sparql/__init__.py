"""The SPARQL 1.1 Protocol for queries: parse the request, refuse what reaches out, run, and send. No web framework."""
