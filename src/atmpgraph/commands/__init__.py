"""The commands, a module for what they do; `cli.py` puts them together."""
