"""Writes the images of `bench/memory.ts`: a photograph with grain, and noise as the worst case, of about two megapixels in every format."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageFile

ROOT = Path(__file__).parent.parent
OUT = ROOT / "training/build/memory-images"
# Width, height and grain (standard deviation of each channel).
KINDS = {"photo": (1730, 1155, 6), "noise": (2000, 1000, 60)}
ImageFile.MAXBLOCK = 2**26  # Pillow's buffer is too small for a progressive JPEG of noise


def _grainy(width: int, height: int, grain: float, rng: np.random.Generator) -> Image.Image:
    photo = Image.open(ROOT / "test/pictures/street.jpg").convert("RGB").resize((width, height), Image.Resampling.BICUBIC)
    values = np.asarray(photo) + rng.normal(0, grain, (height, width, 3)).astype(np.int16)
    return Image.fromarray(values.clip(0, 255).astype(np.uint8))


def _write(image: Image.Image, kind: str) -> None:
    image.save(OUT / f"{kind}-baseline.jpg", quality=88)
    image.save(OUT / f"{kind}-progressive.jpg", quality=88, progressive=True, subsampling=0 if kind == "noise" else 2)
    image.save(OUT / f"{kind}.png", compress_level=3)
    image.save(OUT / f"{kind}-lossy.webp", quality=85)
    image.save(OUT / f"{kind}-lossless.webp", lossless=True, quality=20, method=0)
    image.quantize(256).save(OUT / f"{kind}.gif")


def main() -> None:
    """Writes all images."""
    OUT.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(1)
    for kind, (width, height, grain) in KINDS.items():
        image = _grainy(width, height, grain, rng)
        _write(image, kind)
        if kind == "noise":
            image.putalpha(Image.fromarray(rng.integers(0, 256, (height, width), dtype=np.uint8)))
            image.save(OUT / "noise-alpha.png", compress_level=3)
            image.save(OUT / "noise-alpha-lossless.webp", lossless=True, quality=20, method=0)


if __name__ == "__main__":
    main()
