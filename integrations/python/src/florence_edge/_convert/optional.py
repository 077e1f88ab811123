"""Packages that are not installed with this one."""

from __future__ import annotations

import importlib
from typing import Any


def imported(name: str) -> Any:
    """Import an optional package. Raises `ImportError`, which says how to install it."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        if error.name != name:
            raise
        message = f"This needs the package {name}: pip install 'florence-edge[{name}]'"
        raise ImportError(message, name=name) from error
