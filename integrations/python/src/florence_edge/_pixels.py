"""Pixels to a file: PNG, which changes nothing, so that an answer is the same as for the picture's file."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

from ._errors import FlorenceError

MAX_FILE_BYTES = 10 * 1024 * 1024
"""The largest image file that an API takes, unless its operator has set another limit."""

JPEG_QUALITY = 95
"""Of the JPEG that is sent where the PNG would be too large; without subsampling of colours."""

_PNG_MODES = frozenset({"1", "L", "LA", "P", "RGB", "RGBA"})
_COLOUR_TYPES = {1: 0, 3: 2, 4: 6}
"""PNG's colour types by the number of channels."""


def _saved(image: Any, file_format: str, **parameters: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, format=file_format, **parameters)
    return file.getvalue()


def encode_pil(image: Any) -> bytes:
    """Return an image of Pillow as PNG, or as JPEG if that is larger than the API takes.

    The pixels are sent as they lie in memory, without EXIF: coordinates are those of the image that Pillow shows.
    """
    plain = image if image.mode in _PNG_MODES else image.convert("RGB")
    # Without the given level, Pillow takes half as long again for a file that is 3 % smaller.
    png = _saved(plain, "PNG", compress_level=3)
    if len(png) <= MAX_FILE_BYTES:
        return png
    return _saved(plain.convert("RGB"), "JPEG", quality=JPEG_QUALITY, subsampling=0)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _png(pixels: Any) -> bytes:
    """Write an array of height × width × channels as PNG. Each row is stored as its difference from the row above (filter 2)."""
    height, width, channels = pixels.shape
    rows = pixels.reshape(height, width * channels)
    differences = rows.copy()
    differences[1:] -= rows[:-1]
    filtered = b"".join(b"\x02" + row.tobytes() for row in differences)
    header = struct.pack(">IIBBBBB", width, height, 8, _COLOUR_TYPES[channels], 0, 0, 0)
    body = _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(filtered, 6)) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def _jpeg(pixels: Any) -> bytes:
    """Write an array as JPEG. Only Pillow can."""
    try:
        from PIL import Image as pil  # noqa: N813, PLC0415 -- only images this large need it
    except ImportError:
        fix = f"Install pillow, which writes a JPEG, or send an image of less than {MAX_FILE_BYTES} bytes as PNG."
        raise FlorenceError("body-too-large", "The array is too large to be sent as PNG.", fix=fix) from None
    squeezed = pixels[:, :, 0] if pixels.shape[2] == 1 else pixels
    return _saved(pil.fromarray(squeezed).convert("RGB"), "JPEG", quality=JPEG_QUALITY, subsampling=0)


def encode_array(array: Any) -> bytes:
    """Return a NumPy array of bytes as PNG, or as JPEG if that is larger than the API takes. Raises `FlorenceError` for other arrays."""
    interface = array.__array_interface__
    shape, kind = tuple(interface["shape"]), interface["typestr"]
    channels = shape[2] if len(shape) == 3 else 1  # noqa: PLR2004 -- height, width, channels
    if kind != "|u1" or len(shape) not in (2, 3) or channels not in _COLOUR_TYPES or 0 in shape:
        fix = "Give bytes (uint8) as height × width, or height × width × 1, 3 (RGB) or 4 (RGBA)."
        raise FlorenceError("image-required", f"An array of {kind} with the shape {shape} is no image.", fix=fix)
    pixels = array.reshape(shape[0], shape[1], channels)
    png = _png(pixels)
    return png if len(png) <= MAX_FILE_BYTES else _jpeg(pixels)
