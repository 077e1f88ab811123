"""Where the extra `label-studio` comes from: of a checkout, from this folder; of what is published, from the package index."""

import os
from pathlib import Path

from hatchling.metadata.plugin.interface import MetadataHookInterface

RELEASE_VARIABLE = "FLORENCE_EDGE_RELEASE"
"""Set by `make wheel`. An index refuses a package that names a folder, so it cannot be forgotten."""


class Extras(MetadataHookInterface):
    """Adds the extras."""

    def update(self, metadata: dict) -> None:
        """Add the extras of the configuration, and the backend: a package of its own, in exactly this version."""
        backend = Path(self.root) / "label-studio"
        is_checkout = backend.is_dir() and RELEASE_VARIABLE not in os.environ
        place = f" @ {backend.as_uri()}" if is_checkout else f"=={metadata['version']}"
        metadata["optional-dependencies"] = {
            **self.config["extras"],
            "label-studio": [f"florence-edge-label-studio{place}"],
        }
