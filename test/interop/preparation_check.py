"""Checks that deploy/triton prepares images bit for bit like transformers.

Compares the SHA-256 of every tensor in test/vectors/preprocess.
"""

from __future__ import annotations

import hashlib
import json
import sys
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).parents[2]
VECTORS = ROOT / "test/vectors/preprocess"
sys.path.insert(0, str(ROOT / "deploy/triton/models/florence2"))
from preparation import Preparation  # noqa: E402 - the models are files of a repository, not a package


def main() -> int:
    """Counts the tensors that differ; the exit status is 1 if there are any or if none was checked."""
    expected = json.loads((VECTORS / "expected.json").read_text(encoding="utf-8"))
    mini = Preparation.load(ROOT / "model-shards/mini")
    wrong, tried = [], 0
    for picture in expected["pictures"]:
        data = (VECTORS / picture["file"]).read_bytes()
        for result in picture["results"]:
            tried += 1
            size = {"width": result["size"], "height": result["size"]}
            pixels = replace(mini, image={**mini.image, "size": size}).pixels(data)
            if hashlib.sha256(pixels.tobytes()).hexdigest() != result["pixelValuesSha256"]:
                wrong.append(f"{picture['file']} at {result['size']}")
    print(f"preparation: {tried} pictures, {len(wrong)} differ {wrong}")
    return 1 if wrong or tried == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
