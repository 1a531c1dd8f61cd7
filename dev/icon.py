"""The bundle's icon, a receipt and a parcel: `python -m dev.icon` draws it, with the standard library only."""

import struct
import zlib
from collections.abc import Callable

from .manifest import ICON

SIZE = 512
Colour = tuple[int, int, int]
# How far a point is outside a shape, in pixels; less than nothing inside.
Distance = Callable[[float, float], float]

NIGHT, PAPER, INK, PALE = (31, 58, 95), (250, 250, 247), (31, 58, 95), (176, 190, 208)
CARDBOARD, TAPE, LABEL = (224, 150, 72), (246, 205, 150), (250, 250, 247)
TEETH, TOOTH = 388.0, 36.0
"""Where the torn edge of the receipt begins, and the width of one of its teeth."""


def box(left: float, top: float, right: float, bottom: float, *, radius: float = 0.0) -> Distance:
    """A rectangle with round corners."""
    middle_x, middle_y = (left + right) / 2, (top + bottom) / 2
    half_width, half_height = (right - left) / 2 - radius, (bottom - top) / 2 - radius

    def distance(x: float, y: float) -> float:
        beside, above = abs(x - middle_x) - half_width, abs(y - middle_y) - half_height
        corner = (max(beside, 0.0) ** 2 + max(above, 0.0) ** 2) ** 0.5
        return float(corner + min(max(beside, above), 0.0) - radius)

    return distance


def receipt(x: float, y: float) -> float:
    """A sheet with a torn lower edge."""
    torn = TEETH + abs((x - 110) % TOOTH - TOOTH / 2)
    return max(SHEET(x, y), (y - torn) * 0.7)


SHEET = box(110, 76, 362, 430, radius=14)
# From the back to the front.
LAYERS: tuple[tuple[Colour, Distance], ...] = (
    (NIGHT, box(0, 0, SIZE, SIZE, radius=112)),
    (PAPER, receipt),
    (INK, box(146, 120, 258, 140, radius=10)),
    (PALE, box(146, 172, 326, 188, radius=8)),
    (PALE, box(146, 212, 326, 228, radius=8)),
    (PALE, box(146, 252, 230, 268, radius=8)),
    (NIGHT, box(234, 252, 446, 452, radius=30)),
    (CARDBOARD, box(248, 266, 432, 438, radius=18)),
    (TAPE, box(322, 266, 358, 340)),
    (LABEL, box(270, 384, 344, 416, radius=6)),
)


def pixels() -> bytes:
    """The picture: four bytes a pixel, red, green, blue and how solid it is, row by row from the top."""
    return b"".join(map(row, range(SIZE)))


def row(number: int) -> bytes:
    """One row of it."""
    return b"".join(_pixel(x + 0.5, number + 0.5) for x in range(SIZE))


def _pixel(x: float, y: float) -> bytes:
    solid = min(max(0.5 - LAYERS[0][1](x, y), 0.0), 1.0)
    seen = [float(part) for part in LAYERS[0][0]]
    for colour, distance in LAYERS[1:]:
        cover = min(max(0.5 - distance(x, y), 0.0), 1.0)
        seen = [below + (part - below) * cover for below, part in zip(seen, colour, strict=True)]
    return bytes([*map(round, seen), round(solid * 255)])


def png(picture: bytes) -> bytes:
    """The picture as a PNG file."""
    width = SIZE * 4
    # Each row says first how it was filtered: not at all.
    rows = b"".join(b"\0" + picture[start : start + width] for start in range(0, len(picture), width))
    header = struct.pack(">IIBBBBB", SIZE, SIZE, 8, 6, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


if __name__ == "__main__":
    ICON.write_bytes(png(pixels()))
