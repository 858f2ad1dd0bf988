"""What can go wrong, in the words of the person who can mend it."""

from .formats import Format


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


class NotExpressibleError(AtmpgraphError):
    """A format cannot say a statement.

    Attributes:
        sentence: why, in English, with `{names}` for the values.
        format: the one that cannot say it.
        values: of these names.
    """

    def __init__(self, sentence: str, fmt: Format, **values: str) -> None:
        """Raise the sentence with its values."""
        super().__init__(sentence.format(**values))
        self.sentence, self.format, self.values = sentence, fmt, values
