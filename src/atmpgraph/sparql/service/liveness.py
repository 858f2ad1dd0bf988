"""Whether the query service is alive: its one thread accepts a connection and answers, whatever its queries do."""

import socket
import time
from pathlib import Path
from typing import Final

from . import messages

_PAUSE_SECONDS: Final = 0.05  # before it is tried again, where nothing listens or too many wait


def answers(address: Path, seconds: float) -> bool:
    """Whether the service at a Unix socket answers within a time."""
    end, sign = time.monotonic() + seconds, messages.frame(messages.ALIVE, b"")
    while (left := end - time.monotonic()) > 0:
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(left)
                connection.connect(str(address))
                connection.sendall(sign)
                return next(messages.frames(connection), None) is not None
        except TimeoutError:
            return False
        except OSError:
            time.sleep(min(_PAUSE_SECONDS, max(0.0, left)))
    return False
