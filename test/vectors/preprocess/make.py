"""Makes the pictures here and `expected.json`: what Pillow and transformers' CLIPImageProcessorPil make of them.

Run from any folder with the virtual environment of `training/`: `python test/vectors/preprocess/make.py`.
"""

import hashlib
import io
import json
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import PIL
import transformers
from PIL import Image, ImageOps
from transformers import CLIPImageProcessorPil

HERE = Path(__file__).parent
SIZES = (256, 768)
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def scene(width: int, height: int, channels: int = 3, seed: int = 0) -> np.ndarray:
    """Soft colours with hard-edged rectangles and a little noise: edges make the kernel overshoot, noise finds rounding."""
    random = np.random.default_rng(seed + width * 10_007 + height)
    coarse = random.integers(0, 256, (max(2, height // 60), max(2, width // 60), channels), dtype=np.uint8)
    bands = [Image.fromarray(coarse[..., band]).resize((width, height), Image.BICUBIC) for band in range(channels)]
    picture = np.stack([np.asarray(band) for band in bands], axis=-1).astype(int)
    for _ in range(12):
        x, y = random.integers(0, width), random.integers(0, height)
        picture[y : y + height // 4 + 1, x : x + width // 4 + 1] = random.choice([0, 255], channels)
    return np.clip(picture + random.integers(-4, 5, picture.shape), 0, 255).astype(np.uint8)


def png(samples: np.ndarray, depth: int, color_type: int, interlaced: bool = False) -> bytes:
    """A PNG written by hand, unfiltered, for the kinds that Pillow does not write."""
    height, width, _ = samples.shape
    kind = ">u2" if depth == 16 else "u1"
    passes = adam7(samples) if interlaced else iter([samples])
    rows = b"".join(b"\0" + row.astype(kind).tobytes() for image in passes if image.size for row in image)

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, depth, color_type, 0, 0, int(interlaced))
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def adam7(samples: np.ndarray) -> Iterator[np.ndarray]:
    starts = ((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1))
    return (samples[y::down, x::across] for y, x, down, across in starts)


def saved(name: str, picture: Image.Image, **options: object) -> None:
    picture.save(HERE / name, **options)


def oriented(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


def rgb(width: int, height: int) -> Image.Image:
    return Image.fromarray(scene(width, height))


def noise(width: int, height: int) -> np.ndarray:
    """Nothing repeats, so that LZW's table is filled and cleared often."""
    return np.random.default_rng(5).integers(0, 256, (height, width, 3), dtype=np.uint8)


def placed(gif: bytes, width: int, height: int, left: int, top: int) -> bytes:
    """A GIF with its frame at a place of a larger screen, which Pillow does not write."""
    table = 13 + 3 * 2 ** ((gif[10] & 7) + 1)
    frame = gif.index(b",\0\0\0\0", table)
    place = struct.pack("<HH", left, top)
    return gif[:6] + struct.pack("<HH", width, height) + gif[10 : frame + 1] + place + gif[frame + 5 :]


def interlaced(picture: Image.Image) -> bytes:
    """An interlaced GIF of any size; below 16 pixels Pillow does not interlace."""
    rows = np.asarray(picture)
    height = len(rows)
    order = [*range(0, height, 8), *range(4, height, 8), *range(2, height, 4), *range(1, height, 2)]
    stored = Image.fromarray(rows[order], "P")
    stored.putpalette(picture.getpalette())
    file = io.BytesIO()
    stored.save(file, "GIF", interlace=0)
    gif = bytearray(file.getvalue())
    gif[gif.index(b",\0\0\0\0") + 9] |= 0x40
    return bytes(gif)


def make_pictures() -> None:
    saved("strip-tall-17x500.png", rgb(17, 500))
    saved("strip-wide-1200x40.jpg", rgb(1200, 40), quality=90)
    saved("tall-300x1100.jpg", rgb(300, 1100), quality=85)
    saved("baseline-420-900x700.jpg", rgb(900, 700), quality=85)
    saved("baseline-422-501x333.jpg", rgb(501, 333), quality=90, subsampling="4:2:2")
    saved("baseline-444-499x331.jpg", rgb(499, 331), quality=90, subsampling="4:4:4")
    saved("progressive-420-641x479.jpg", rgb(641, 479), quality=80, progressive=True)
    saved("progressive-444-320x240.jpg", rgb(320, 240), quality=95, progressive=True, subsampling="4:4:4")
    saved("restarts-oriented-400x300.jpg", rgb(400, 300), quality=75, restart_marker_blocks=7, exif=oriented(6))
    saved("grey-300x200.jpg", rgb(300, 200).convert("L"), quality=85)
    saved("one-pixel-1x1.jpg", rgb(1, 1))
    saved("small-33x33.png", rgb(33, 33))
    saved("identity-256x256.png", rgb(256, 256))
    saved("palette-320x240.png", rgb(320, 240).quantize(64))
    saved("palette-transparent-160x120.png", rgb(160, 120).quantize(32), transparency=3)
    saved("alpha-200x300.png", Image.fromarray(scene(200, 300, 4)))
    saved("grey-alpha-120x90.png", Image.fromarray(scene(120, 90, 2), "LA"))
    saved("grey-255x257.png", rgb(255, 257).convert("L"))
    saved("bilevel-250x180.png", rgb(250, 180).convert("1"))
    for orientation in range(1, 9):
        saved(f"orientation-{orientation}-61x43.jpg", rgb(61, 43), quality=90, exif=oriented(orientation))
    saved("oriented-7-90x120.png", Image.fromarray(scene(90, 120, 4)), exif=oriented(7))
    saved("lossy-300x201.webp", rgb(300, 201), quality=80)
    saved("lossy-alpha-201x150.webp", Image.fromarray(scene(201, 150, 4)), quality=80)
    saved("lossless-257x99.webp", rgb(257, 99), lossless=True)
    saved("lossless-alpha-120x130.webp", Image.fromarray(scene(120, 130, 4)), lossless=True)
    saved("oriented-8-140x80.webp", rgb(140, 80), quality=70, exif=oriented(8))
    saved("palette-200x150.gif", rgb(200, 150).quantize(256), interlace=0)
    saved("interlaced-97x61.gif", rgb(97, 61).quantize(200), interlace=1)
    (HERE / "interlaced-5x3.gif").write_bytes(interlaced(rgb(5, 3).quantize(16)))
    saved("transparent-130x70.gif", rgb(130, 70).quantize(32), transparency=3, interlace=0)
    saved("noise-256x256.gif", Image.fromarray(noise(256, 256)).quantize(256), interlace=0)
    frames = [rgb(64, 48).quantize(16), rgb(48, 64).resize((64, 48)).quantize(16)]
    saved("animated-64x48.gif", frames[0], save_all=True, append_images=frames[1:], duration=100)
    moving = [Image.fromarray(scene(72, 54, 4, seed)) for seed in range(2)]
    saved("animated-alpha-72x54.webp", moving[0], save_all=True, append_images=moving[1:], duration=100, quality=80)
    moving = [Image.fromarray(scene(65, 51, seed=seed)) for seed in range(2)]
    saved(
        "animated-lossless-65x51.webp", moving[0], save_all=True, append_images=moving[1:], duration=90, lossless=True
    )
    (HERE / "placed-150x100.gif").write_bytes(placed((HERE / "transparent-130x70.gif").read_bytes(), 150, 100, 13, 29))
    samples = scene(150, 110).astype(np.uint16) * 257 - scene(150, 110, seed=1)
    (HERE / "rgb16-150x110.png").write_bytes(png(samples, 16, 2))
    (HERE / "grey16-150x110.png").write_bytes(png(samples[..., :1], 16, 0))
    (HERE / "interlaced-141x99.png").write_bytes(png(scene(141, 99), 8, 2, interlaced=True))


def as_seen(path: Path) -> Image.Image:
    """The picture turned as Chromium shows it (a WebP is not), in RGB, transparency over white.

    Of 16-bit grey Pillow would clip all above 255, so it is scaled here.
    """
    picture = Image.open(path)
    if picture.format != "WEBP":
        picture = ImageOps.exif_transpose(picture)
    if picture.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(picture) >> 8).astype(np.uint8)).convert("RGB")
    white = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(white, picture.convert("RGBA")).convert("RGB")


def sha256(array: np.ndarray) -> str:
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()


def expected(path: Path) -> dict[str, object]:
    picture = as_seen(path)
    results = []
    for size in SIZES:
        processor = CLIPImageProcessorPil(
            size={"height": size, "width": size}, do_center_crop=False, image_mean=MEAN, image_std=STD
        )
        values = processor(picture, return_tensors="np")["pixel_values"][0]
        assert values.dtype == np.dtype("<f4")
        resized = np.asarray(picture.resize((size, size), Image.BICUBIC))
        results.append({"size": size, "resizedSha256": sha256(resized), "pixelValuesSha256": sha256(values)})
    width, height = picture.size
    return {"file": path.name, "width": width, "height": height, "results": results}


def main() -> None:
    make_pictures()
    pictures = sorted(path for path in HERE.iterdir() if path.suffix in {".gif", ".jpg", ".png", ".webp"})
    versions = {"pillow": PIL.__version__, "transformers": transformers.__version__}
    document = {"versions": versions, "mean": MEAN, "std": STD, "pictures": [expected(path) for path in pictures]}
    (HERE / "expected.json").write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
