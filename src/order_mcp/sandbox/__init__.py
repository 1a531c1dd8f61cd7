"""The provider APIs, emulated from their documents over real HTTP on loopback.

Every file here that declares an `Emulator` is one provider; nothing else has to know about it.
"""

from .app import Exchange, Known, Sandbox, create_sandbox
from .lists import ODDITIES
from .serving import Running, running

__all__ = ["ODDITIES", "Exchange", "Known", "Running", "Sandbox", "create_sandbox", "running"]
