"""Masks in the two run-length encodings: from COCO's, which the API writes, to that of Label Studio's brushes (thi.ng/rle-pack)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from florence_edge._models import CocoRle

SIZES = (3, 4, 8, 16)
"""The numbers of bits that the length of a run may have, chosen by two bits before it. Label Studio's own encoder uses the same."""

CHANNELS = 4
"""A brush is the data of a canvas: red, green, blue and alpha, all 0 or all 255."""

LONGEST_RUN = 2 ** SIZES[-1]


def coco_runs(counts: str) -> list[int]:
    """Decode COCO's compressed counts: alternating lengths of background and object, column by column."""
    runs: list[int] = []
    value = shift = 0
    for character in counts:
        bits = ord(character) - 48
        value |= (bits & 0x1F) << shift
        shift += 5
        if not bits & 0x20:
            if bits & 0x10:
                value -= 1 << shift
            # From the third on, counts are differences to the last but one.
            runs.append(value + (runs[-2] if len(runs) > 2 else 0))  # noqa: PLR2004
            value = shift = 0
    return runs


def coco_mask(mask: CocoRle) -> bytearray:
    """Return a mask as one byte for each pixel, row by row: 1 inside, 0 outside."""
    height, width = mask.size
    pixels = bytearray(height * width)
    at = 0
    for index, run in enumerate(coco_runs(mask.counts)):
        while index % 2 == 1 and run > 0:
            column, row = divmod(at, height)
            length = min(run, height - row)
            first = row * width + column
            pixels[first : first + length * width : width] = b"\x01" * length
            at, run = at + length, run - length  # noqa: PLW2901 -- a run is taken column by column
        at += run
    return pixels


def row_runs(pixels: bytes | bytearray) -> Iterator[tuple[int, int]]:
    """Yield the lengths and values of the runs of a mask, row by row."""
    at = 0
    while at < len(pixels):
        value = pixels[at]
        end = pixels.find(b"\x00" if value else b"\x01", at)
        end = len(pixels) if end < 0 else end
        yield end - at, value
        at = end


def _run_bits(length: int, value: int) -> str:
    size = next(index for index, bits in enumerate(SIZES) if length <= 2**bits)
    return f"1{size:02b}{length - 1:0{SIZES[size]}b}{value:08b}"


def brush_rle(runs: Iterable[tuple[int, int]], pixels: int) -> list[int]:
    """Encode a mask's runs as a brush of Label Studio. `pixels` is the number of pixels of the image."""
    bits = [f"{pixels * CHANNELS:032b}{8 - 1:05b}", *(f"{size - 1:04b}" for size in SIZES)]
    for length, value in runs:
        left = length * CHANNELS
        while left > 0:
            taken = min(left, LONGEST_RUN)
            bits.append(_run_bits(taken, 255 if value else 0))
            left -= taken
    text = "".join(bits)
    padded = text + "0" * (-len(text) % 8)
    return list(int(padded, 2).to_bytes(len(padded) // 8, "big"))
