"""Opens image files as the model sees them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from florence_training.finetune.lines import LineError


def open_picture(path: Path) -> Image.Image:
    """Returns the image in RGB, rotated by its EXIF orientation and blended over white, as in the API.

    Raises LineError if there is no such file, or if it cannot be decoded.
    """
    try:
        with Image.open(path) as file:
            turned = ImageOps.exif_transpose(file).convert("RGBA")
    except FileNotFoundError as error:
        raise LineError(f"no such picture: {path.name}") from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise LineError(f"{path.name} can't be read as a picture: {error}") from error
    white = Image.new("RGBA", turned.size, "white")
    return Image.alpha_composite(white, turned).convert("RGB")


def fit(picture: Image.Image, side: int) -> np.ndarray:
    """Resizes the image to a square of that side, uint8 [S,S,3], bicubic as in the image processor."""
    return np.asarray(picture.resize((side, side), Image.Resampling.BICUBIC))


def find(folder: Path, name: str) -> Path:
    """Returns the path of an image. Raises LineError for a name that leads out of the folder."""
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise LineError(f"{name} is not in the folder: pictures lie beside the json lines, or in folders below")
    return path
