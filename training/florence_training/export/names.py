"""What a stored tensor's name says of it."""

from __future__ import annotations

import numpy as np

CONSTANT = "constant_"  # begins the names of what is computed from the configuration, and no weight's
HALF = ".float16"  # ends the name of a weight that is stored as float16, and cast by a node of the name before


def as_computed(name: str, values: np.ndarray) -> tuple[str, np.ndarray]:
    """The name and values of a stored weight as the graph computes with it."""
    return (name.removesuffix(HALF), values.astype(np.float32)) if name.endswith(HALF) else (name, values)
