"""Opens image files as the model sees them."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from florence_training.finetune.lines import LineError
from florence_training.lfs import PULL, is_pointer

WINDOWS = re.compile(r"[A-Za-z]:[\\/]|\\\\")  # a drive, or a computer in the network
SHOWN = 80  # characters of a name in a message


def open_picture(path: Path) -> Image.Image:
    """Returns the image in RGB, rotated by its EXIF orientation and blended over white.

    The API does the same, but does not rotate a WebP: docs/explanation/image-files.md lists the differences.
    Raises LineError if there is no such file, or if it cannot be decoded.
    """
    try:
        with Image.open(path) as file:
            turned = ImageOps.exif_transpose(file).convert("RGBA")
    except FileNotFoundError as error:
        raise LineError(f"no such picture: {path.name}") from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        reason = f"it is a Git LFS pointer. {PULL}" if is_pointer(path) else str(error)
        raise LineError(f"{path.name} can't be read as a picture: {reason}") from error
    white = Image.new("RGBA", turned.size, "white")
    return Image.alpha_composite(white, turned).convert("RGB")


def fit(picture: Image.Image, side: int) -> np.ndarray:
    """Resizes the image to a square of that side, uint8 [S,S,3], bicubic as in the image processor."""
    return np.asarray(picture.resize((side, side), Image.Resampling.BICUBIC))


def find(folder: Path, name: str) -> Path:
    """Returns the path of an image; backslashes are read as slashes unless a file has them in its name.

    Raises LineError for a name that leads out of the folder, and if there is no such file.
    """
    if WINDOWS.match(name):
        raise LineError(f"{name} is a path of a Windows computer: write it relative to the json lines, as images/a.jpg")
    candidates = [_resolve(folder, each) for each in (name, name.replace("\\", "/"))]
    inside = [path for path in candidates if path.is_relative_to(folder.resolve())]
    found = next((path for path in inside if path.exists()), None)
    if found is not None:
        return found
    if len(inside) < len(candidates):
        raise LineError(f"{name} is not in the folder: pictures lie beside the json lines, or in folders below")
    raise LineError(f"no such picture: {name}{_hint(candidates[-1], name)}")


def _resolve(folder: Path, name: str) -> Path:
    try:
        path = (folder / name).resolve()
        path.exists()
    except (OSError, ValueError, RuntimeError) as error:  # too long, a zero byte, links in a circle
        raise LineError(f"{name[:SHOWN]!a} is no name of a picture: {error}") from error
    return path


def _hint(path: Path, name: str) -> str:
    """Returns what to do about a name of a file that is not there, if that can be said."""
    if "://" in name:
        return ", which is an address: download the picture, and name its file"
    alike = [each.name for each in path.parent.glob("*") if each.name.casefold() == path.name.casefold()]
    if alike:
        return f". There is {alike[0]}: small and capital letters differ"
    if "\\" in name:
        return f" (backslashes are read as slashes: {name.replace(chr(92), '/')} is not there, either)"
    return ""
