"""Texts between quotation marks, as TOML and Turtle have them."""

import json


def quoted(text: str) -> str:
    """A basic string of TOML 1.0, or a literal of Turtle 1.1: both have the escapes of JSON, and TOML no bare DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
