"""Degrades a finished image as cameras, screens and files do; its ground truth does not change."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import cv2
import numpy as np

LEAST_QUALITY, MOST_QUALITY = 30, 90
LARGEST_BLUR = 0.9  # standard deviation in pixels; above it, small letters could not be read
LARGEST_NOISE = 12.0  # standard deviation in grey levels
BRIGHTER, CONTRAST, TINT = 25.0, 0.3, 12.0


def disturb(random: Random, image: np.ndarray) -> np.ndarray:
    """Applies one or two random degradations. A person would still give the colours the same names."""
    for way in random.sample(WAYS, random.randint(1, 2)):
        image = way(random, image)
    return image


def _jpeg(random: Random, image: np.ndarray) -> np.ndarray:
    quality = random.randint(LEAST_QUALITY, MOST_QUALITY)
    _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR))


def _blur(random: Random, image: np.ndarray) -> np.ndarray:
    return np.asarray(cv2.GaussianBlur(image, (0, 0), random.uniform(0.3, LARGEST_BLUR)))


def _noise(random: Random, image: np.ndarray) -> np.ndarray:
    generator = np.random.default_rng(random.getrandbits(32))
    return _clip(image + generator.standard_normal(image.shape, np.float32) * random.uniform(2, LARGEST_NOISE))


def _light(random: Random, image: np.ndarray) -> np.ndarray:
    tint = np.array([random.uniform(-TINT, TINT) for _ in range(3)], np.float32)
    contrast = 1 + random.uniform(-CONTRAST, CONTRAST)
    return _clip((image.astype(np.float32) - 128) * contrast + 128 + random.uniform(-BRIGHTER, BRIGHTER) + tint)


def _clip(image: np.ndarray) -> np.ndarray:
    return np.asarray(np.clip(image, 0, 255), np.uint8)


WAYS: tuple[Callable[[Random, np.ndarray], np.ndarray], ...] = (_jpeg, _blur, _noise, _light)
