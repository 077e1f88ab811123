"""Makes `masks.json`: what pycocotools gives for rings whose points are the centres of Florence-2's bins."""

import json
import random
from pathlib import Path

from pycocotools import mask

HERE = Path(__file__).parent
BINS = 1000

SIZES = [(640, 480), (333, 517), (1000, 1000), (97, 1301), (1301, 97), (31, 17), (7, 9), (1, 1), (2, 1), (1, 5), (1999, 1000)]


def point(x: int, y: int, width: int, height: int) -> list[float]:
    return [(2 * x + 1) * width / (2 * BINS), (2 * y + 1) * height / (2 * BINS)]


def ring(chance: random.Random, width: int, height: int) -> list[list[float]]:
    """Bins near each other, far apart, at the edges, and the same bin several times: rings that cross themselves too."""
    spread = chance.choice([3, 40, 300, BINS])
    corner = [chance.randrange(BINS), chance.randrange(BINS)]
    bins = []
    for _ in range(chance.choice([3, 4, 5, 8, 30])):
        x, y = ([min(max(c + chance.randint(-spread, spread), 0), BINS - 1) for c in corner])
        bins.append(chance.choice([[x, y], [x, y], [x, y], [0, y], [x, BINS - 1], bins[-1] if bins else [x, y]]))
    return [point(x, y, width, height) for x, y in bins]


def case(width: int, height: int, rings: list[list[list[float]]]) -> dict:
    parts = mask.frPyObjects([[number for xy in each for number in xy] for each in rings], height, width)
    merged = mask.merge(parts)
    return {
        "width": width,
        "height": height,
        "rings": [[{"x": x, "y": y} for x, y in each] for each in rings],
        "counts": merged["counts"].decode(),
        "area": int(mask.area(merged)),
    }


def main() -> None:
    chance = random.Random(0)
    cases = []
    for width, height in SIZES:
        square = [point(x, y, width, height) for x, y in [(100, 200), (700, 200), (700, 900), (100, 900)]]
        cases.append(case(width, height, [square]))
        for rings in [1, 1, 1, 2, 3, 5]:
            cases.append(case(width, height, [ring(chance, width, height) for _ in range(rings)]))
    (HERE / "masks.json").write_text(json.dumps({"masks": cases}, separators=(",", ":")) + "\n")


main()
