"""How long a response may be kept (RFC 9111 §5.2.2, RFC 8246)."""

from typing import Final

# What is named by its own digest never changes.
IMMUTABLE: Final = "public, max-age=31536000, immutable"
# An error, or the state of the process.
NO_STORE: Final = "no-store"


def current_release(max_age: int) -> str:
    """What belongs to the current release: fresh for some seconds, then asked for again; one short 304 for each use."""
    return f"public, max-age={max_age}" if max_age else "no-cache"
