"""The change stream (LDES): a version of each thing for each release in which it changed."""
