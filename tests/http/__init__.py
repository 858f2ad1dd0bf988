"""The rules of HTTP, as truth tables."""  # noqa: A005 - named as the room it mirrors
