"""How much memory a process has, from Linux's own account of it. Elsewhere there is none to read."""

import re
from pathlib import Path

MIB = 1024 * 1024
_ROW = re.compile(r"^(Rss|Pss|Private_Clean|Private_Dirty): +(\d+) kB", re.MULTILINE)


def memory_of(process: int) -> dict[str, float] | None:
    """RSS, PSS and USS in MiB; None where the system does not tell.

    RSS is all that is in memory, PSS has each shared page divided by those who share it, USS is what nobody shares.
    """
    try:
        text = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return None
    rows = {name: int(kilobytes) * 1024 / MIB for name, kilobytes in _ROW.findall(text)}
    return {"RSS": rows["Rss"], "PSS": rows["Pss"], "USS": rows["Private_Clean"] + rows["Private_Dirty"]}
