"""What can go wrong, in the words of the person who can mend it."""


class AtmpgraphError(Exception):
    """An error whose message names the place and the remedy; shown to people without a traceback."""


class SettingsError(AtmpgraphError):
    """A setting is missing, unknown or has a wrong value."""


class MappingError(AtmpgraphError):
    """A mapping document lies outside the subset of RML that is compiled, or yields no valid term."""


class ReleaseError(AtmpgraphError):
    """A release cannot be made, found or opened."""


class QueryError(AtmpgraphError):
    """A query cannot be parsed or is refused."""
