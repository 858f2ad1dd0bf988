"""How long a cache may reuse a response (RFC 9111 §5.2.2, RFC 8246)."""

from typing import Final

# For a resource whose URL names its digest, which never changes.
IMMUTABLE: Final = "public, max-age=31536000, immutable"
# For an error, or the state of the process.
NO_STORE: Final = "no-store"


def current_release(max_age: int) -> str:
    """For a resource of the current release: fresh for `max_age` seconds, then revalidated, with 0 at each use."""
    return f"public, max-age={max_age}" if max_age else "no-cache"
