"""The image processor follows Florence-2's settings: its output equals the formula to the last bit."""

from __future__ import annotations

import numpy as np
import torch
from conftest import IMAGE_SIZE
from PIL import Image
from transformers import CLIPImageProcessorPil

from florence_training.export.files import IMAGENET_MEAN, IMAGENET_STD, preprocessor_config
from florence_training.scenes.compose import SceneSettings, make_scene


def test_the_processor_resizes_rescales_and_normalises() -> None:
    picture = Image.fromarray(make_scene(3, SceneSettings(90, 70)).image)
    values = _process(picture)
    square = np.asarray(picture.resize((IMAGE_SIZE, IMAGE_SIZE), Image.Resampling.BICUBIC))
    unit = (square.astype(np.float64) / 255).astype(np.float32)
    expected = (unit - np.array(IMAGENET_MEAN, np.float32)) / np.array(IMAGENET_STD, np.float32)
    assert values.shape == (1, 3, IMAGE_SIZE, IMAGE_SIZE)
    assert np.array_equal(values[0].transpose(1, 2, 0), expected)


def test_transparency_is_blended_over_white() -> None:
    clear = Image.new("RGBA", (8, 8), (10, 20, 30, 0))
    assert np.array_equal(_process(clear), _process(Image.new("RGB", (8, 8), "white")))


def test_gray_becomes_three_channels() -> None:
    gray = Image.new("L", (8, 8), 77)
    assert np.array_equal(_process(gray), _process(Image.new("RGB", (8, 8), (77, 77, 77))))


def _process(picture: Image.Image) -> np.ndarray:
    processor = CLIPImageProcessorPil(**preprocessor_config(IMAGE_SIZE, tokens=5))
    values: torch.Tensor = processor(images=picture, return_tensors="pt")["pixel_values"]
    return values.numpy()
