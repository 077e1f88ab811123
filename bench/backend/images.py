"""Writes the images that `backend.ts` sends to a folder: `images.py IN OUT`.

Each is resized to the model's input size, because transformers.js resizes differently, and stored losslessly, because
JPEG decoders round differently. A square has eight orientations (rotated and mirrored): eight images that a feature
cache treats as different. File names begin with the number of the orientation, 0 for upright.
"""

import sys
from pathlib import Path

from PIL import Image

SIDE = 256
ORIENTATIONS = (
    None,
    Image.Transpose.ROTATE_90,
    Image.Transpose.ROTATE_180,
    Image.Transpose.ROTATE_270,
    Image.Transpose.FLIP_LEFT_RIGHT,
    Image.Transpose.FLIP_TOP_BOTTOM,
    Image.Transpose.TRANSPOSE,
    Image.Transpose.TRANSVERSE,
)

source, target = Path(sys.argv[1]), Path(sys.argv[2])
for path in sorted(source.iterdir()):
    upright = Image.open(path).convert("RGB").resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    for orientation, method in enumerate(ORIENTATIONS):
        image = upright if method is None else upright.transpose(method)
        image.save(target / f"{orientation}-{path.stem}.png")
