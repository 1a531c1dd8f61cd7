"""A support chat that answers "where is my order?" without any model: it finds the id and reads the summary out.

Run: .venv/bin/python examples/support_chat.py, then type; or pipe a conversation in. The server runs for the audience
`customer`, so that what it says may be shown as it is. It does not check who is asking; ORDER_MCP_VERIFY would.
"""

import argparse
import json
import math
import sys
import time
from enum import Enum, auto

from ending import say, stop_at_ctrl_c

try:
    stop_at_ctrl_c()
    from anyio.from_thread import start_blocking_portal
    from mcp import MCPError
    from mcp.client import Client
    from mcp.client.stdio import StdioServerParameters

    from ids_from_people import answered_id, named_id, says_thanks, wants_it_again
except ImportError as missing:
    sys.exit(f"The package {missing.name} is missing: run this with the Python that has order-mcp installed.")

SERVER = StdioServerParameters(
    command=sys.executable, args=["-m", "order_mcp", "--sandbox"], env={"ORDER_MCP_AUDIENCE": "customer"}
)
# A customer may not search: the colleague who takes over may.
COLLEAGUE = StdioServerParameters(command=sys.executable, args=["-m", "order_mcp", "--sandbox"])
WHICH = "Which order is it? Please send me its id; an order or contract number is another one."
AGAIN = "To have me look once more, write “again”; I remember which order it is."
ANOTHER = f"{AGAIN} For another one, write “order” and its id."
TRIES = 3  # Somebody without an id is better off with a person then,
LOOK_UPS = 5  # and nobody tries out many ids.
LONGEST_WAIT, USUAL_WAIT = 300, 30  # seconds


class Asked(Enum):
    """What the customer was asked last: it decides how the next message is read."""

    NOTHING = auto()
    ID = auto()
    DETAILS = auto()
    PATIENCE = auto()


class SupportChat:
    """One conversation with one customer."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.asked, self.times_asked = Asked.NOTHING, 0  # how often in a row
        self.order_id, self.again_at = "", 0.0
        self.no_id = ""  # the last thing that the customer called an id, and that was none
        self.look_ups, self.handed_over = 0, False

    async def reply(self, message: str) -> str:
        """What to answer to one message."""
        if self.handed_over:
            self.tell_team(f"customer: {message.strip()!r}")
            return "Thank you. My colleague is going to answer you."
        if order_id := answered_id(message) if self.asked is Asked.ID else named_id(message):
            return await self.look_up(order_id)
        match self.asked:
            case Asked.DETAILS:  # "2026" is an answer now, and no id
                several = f"several orders have the id {self.order_id}"
                return self.hand_over("Thank you.", f"{several}; customer: {message.strip()!r}")
            case Asked.PATIENCE if wants_it_again(message):
                return await self.look_again()
            case Asked.PATIENCE:
                return await self.ask(Asked.PATIENCE, ANOTHER)
            case Asked.NOTHING if self.order_id and wants_it_again(message):
                return await self.look_up(self.order_id)
            case Asked.NOTHING if self.order_id and says_thanks(message):
                return "You are welcome."
            case _:
                return await self.ask(Asked.ID, WHICH)

    async def look_again(self) -> str:
        """Repeat the look-up that has to wait, unless it is too early."""
        if (seconds := math.ceil(self.again_at - time.monotonic())) > 0:
            return f"That is a little early: please write “again” in {seconds} second{'s' * (seconds > 1)}."
        return await self.look_up(self.order_id)

    async def look_up(self, order_id: str) -> str:
        """Read the summary out, or do what an error's next step says. Both are written to the customer."""
        if self.look_ups == LOOK_UPS:
            return self.hand_over("I cannot look up more orders in one conversation.", f"the next one is {order_id}")
        self.look_ups += 1
        result = await self.client.call_tool("get_order", {"order_id": order_id, "detail": "summary"})
        sentence, _, data = result.content[0].text.partition("\n")
        self.asked, self.order_id = Asked.NOTHING, order_id
        if not result.is_error:
            self.times_asked = 0
            return sentence
        error = json.loads(data)["error"]
        wait = error.get("retry_after_seconds", USUAL_WAIT)
        match error["next_step"]:
            case "fix_arguments" | "check_id":
                self.no_id = order_id
                return await self.ask(Asked.ID, sentence)
            case "ask_user":
                self.asked = Asked.DETAILS
                return sentence
            case "retry_later" if wait <= LONGEST_WAIT:
                self.asked, self.again_at = Asked.PATIENCE, time.monotonic() + wait
                return f"{sentence} {AGAIN}"
            case "tell_user":
                return sentence
            case _:  # tell_operator, a long wait, or a step that is newer than this chat
                return self.hand_over(sentence, f"{error['code']} at order {order_id}")

    async def ask(self, what: Asked, sentence: str) -> str:
        self.asked, self.times_asked = what, self.times_asked + 1
        if self.times_asked < TRIES:
            return sentence
        if self.no_id:
            self.tell_team(await searched(self.no_id))
        return self.hand_over("I cannot find your order this way.", f"asked {TRIES} times, and no id led to an order")

    def hand_over(self, sentence: str, reason: str) -> str:
        """From here on a person answers, and nothing more is looked up."""
        self.handed_over = True
        self.tell_team(reason)
        return f"{sentence} I am passing you on to a colleague."

    def tell_team(self, what: str) -> None:
        """A shop would put this into a colleague's queue."""
        say(f"(to the team: {what})", sys.stderr)


async def searched(held: str) -> str:
    """What a colleague would find by a number or an address. It is not for the customer: nobody knows who that is."""
    async with Client(COLLEAGUE) as client:
        result = await client.call_tool("find_orders", {"email" if "@" in held else "order_number": held})
    return result.content[0].text.partition("\n")[0]


def main() -> None:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter).parse_args()
    for stream in filter(None, (sys.stdin, sys.stdout)):  # A closed one is None.
        stream.reconfigure(errors="replace")
    # The client works in a thread of its own. So Ctrl-C is heard while this one waits for the keyboard.
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(Client(SERVER)) as client:
        chat = SupportChat(client)
        for line in filter(str.strip, sys.stdin or ()):
            if not sys.stdin.isatty():
                say(f"customer: {line.strip()}")
            say(f"support:  {portal.call(chat.reply, line)}")


if __name__ == "__main__":
    end = None
    try:
        main()
    except* (MCPError, OSError):
        end = "The chat has ended, because its server does not answer; the lines above may say why."
    sys.exit(end)
