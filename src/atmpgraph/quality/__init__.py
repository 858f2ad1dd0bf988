"""Check a graph before it goes live, and tell what was found and measured: SHACL, coverage, links.

The checks need what `atmpgraph[build]` installs, and serving does not; so each module is imported by its own name.
"""
