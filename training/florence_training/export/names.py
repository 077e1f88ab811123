"""The meaning of the names of stored tensors."""

from __future__ import annotations

import numpy as np

CONSTANT = "constant_"  # prefix of values computed from the configuration; no weight has it
HALF = ".float16"  # suffix of a weight stored as float16; a Cast outputs it under the name without the suffix


def as_computed(name: str, values: np.ndarray) -> tuple[str, np.ndarray]:
    """Returns the name and values of a stored weight as the graph computes with it."""
    return (name.removesuffix(HALF), values.astype(np.float32)) if name.endswith(HALF) else (name, values)
