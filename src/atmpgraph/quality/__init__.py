"""Checks and measurements of a graph before it goes live, and their report: SHACL, coverage, links.

The checks need the packages of `atmpgraph[build]`, which serving does not need; so import each module by its own name.
"""
