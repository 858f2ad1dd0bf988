"""What is wrong with a mapping."""

from typing import Final

from ..i18n import Sentence, TranslatedError, message

_AT: Final = message("{place}: {reason}")


class MappingError(TranslatedError):
    """A mapping document lies outside the subset of RML that is compiled, or yields no valid term.

    Attributes:
        file: that is wrong.
        within: what is wrong, and where in the file.
    """

    def __init__(self, file: str, part: str, reason: Sentence) -> None:
        """Say what is wrong.

        Args:
            file: its name.
            part: of the file, such as the name of a triples map; empty for all of it.
            reason: why, and the remedy.
        """
        self.file = file
        self.within = Sentence(_AT, {"place": part, "reason": reason}) if part else reason
        super().__init__(_AT, place=f"{file}: {part}" if part else file, reason=reason)
