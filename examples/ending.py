"""How the examples end when nobody wants more of them: at once and without a word, with the exit code a shell knows.

The server needs no goodbye: it ends when its input does.
"""

import os
import signal
import sys
from typing import TextIO

STOPPED, READER_LEFT = 130, 141


def stop_at_ctrl_c() -> None:
    signal.signal(signal.SIGINT, lambda *_: os._exit(STOPPED))


def say(line: str, file: TextIO | None = None) -> None:
    """Print a line at once. With `| head` nobody may be there to read it."""
    try:
        print(line, file=file or sys.stdout, flush=True)
    except BrokenPipeError:
        os._exit(READER_LEFT)
