"""Writes the pictures that `backend.ts` asks about into a folder: `images.py IN OUT`.

Each is made as large as the model's input, since transformers.js resizes differently, and stored without loss, since
decoders of JPEG round differently. A square can be turned and mirrored in eight ways: eight pictures that no cache of
features takes for each other. Names begin with the way, 0 for upright.
"""

import sys
from pathlib import Path

from PIL import Image

SIDE = 256
TURNS = (
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
    for turn, method in enumerate(TURNS):
        picture = upright if method is None else upright.transpose(method)
        picture.save(target / f"{turn}-{path.stem}.png")
