"""Draws a scene at some size and encodes it as an image file, and decodes such files as other implementations do."""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image

from florence_training.scenes.compose import SceneSettings, make_scene
from florence_training.scenes.scene import Scene

JPEG_QUALITY = 88


@dataclass(frozen=True)
class Shape:
    """The size in pixels and the file format of an image."""

    width: int
    height: int
    format: str

    def file_name(self, stem: str) -> str:
        """Returns `stem` with the extension of the format."""
        return f"{stem}.{'jpg' if self.format == 'JPEG' else 'png'}"


# Small files of many sizes; the model's input is square, so no shape is far from square.
GOLDEN_SHAPES = (
    Shape(256, 256, "PNG"), Shape(256, 256, "JPEG"), Shape(240, 240, "PNG"), Shape(320, 240, "JPEG"),
    Shape(240, 320, "JPEG"), Shape(300, 300, "JPEG"), Shape(200, 180, "PNG"), Shape(128, 128, "PNG"),
    Shape(333, 247, "JPEG"), Shape(247, 333, "JPEG"), Shape(160, 144, "PNG"), Shape(512, 512, "JPEG"),
    Shape(640, 480, "JPEG"), Shape(480, 640, "JPEG"), Shape(255, 257, "PNG"), Shape(257, 255, "PNG"),
    Shape(400, 300, "JPEG"), Shape(300, 400, "JPEG"), Shape(180, 220, "PNG"), Shape(320, 320, "JPEG"),
    Shape(384, 256, "JPEG"), Shape(256, 384, "JPEG"), Shape(101, 103, "PNG"), Shape(768, 768, "JPEG"),
)  # fmt: skip


def draw(seed: int, shape: Shape, styles: tuple[str, ...] | None = None) -> tuple[Scene, bytes]:
    """Returns a scene without noise (which would only make the file large) and its encoded image."""
    settings = SceneSettings(shape.width, shape.height, noisy=0)
    if styles is not None:
        settings = SceneSettings(shape.width, shape.height, styles, noisy=0)
    scene = make_scene(seed, settings)
    return scene, encode(Image.fromarray(scene.image), shape.format)


def encode(picture: Image.Image, file_format: str, **options: object) -> bytes:
    """Returns the image as a file."""
    buffer = io.BytesIO()
    defaults = {"quality": JPEG_QUALITY} if file_format == "JPEG" else {"optimize": True}
    picture.save(buffer, file_format, **{**defaults, **options})
    return buffer.getvalue()


def decode(data: bytes) -> Image.Image:
    """Returns the image in a file."""
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture
