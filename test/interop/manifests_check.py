"""Checks every key of the manifests in deploy/kserve against KServe's own types, at all levels.

The classes are generated from the custom resources' schemas (kserve) and from Kubernetes' own (kubernetes).
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import kserve
import yaml
from kubernetes import client as kubernetes

FOLDER = Path(__file__).parents[2] / "deploy/kserve"
KINDS = {"ServingRuntime": kserve.V1alpha1ServingRuntime, "InferenceService": kserve.V1beta1InferenceService}
# No package has classes of the Prometheus Operator's resources.
UNCHECKED = {"PodMonitor"}
PLAIN = {"str": (str,), "int": (int,), "bool": (bool,), "float": (int, float), "object": (object,)}


def main() -> int:
    """Prints a line for each resource; raises if a key or a type is wrong."""
    for path in sorted(FOLDER.glob("*.yaml")):
        for document in yaml.safe_load_all(path.read_text(encoding="utf-8")):
            if document["kind"] in UNCHECKED:
                continue
            kind = KINDS[document["kind"]]
            check(document, kind.__name__, document["kind"])
            print(path.name, document["kind"], document["metadata"]["name"])
    return 0


def check(value: Any, kind: str, where: str) -> None:
    """Checks a value against a type, named as in the generated classes."""
    if found := re.fullmatch(r"list\[(.+)\]", kind):
        for at, each in enumerate(value):
            check(each, found[1], f"{where}.{at}")
    elif found := re.fullmatch(r"dict\(str, (.+)\)|dict\[str, (.+)\]", kind):
        for name, each in value.items():
            check(each, found[1] or found[2], f"{where}.{name}")
    elif kind in PLAIN:
        if not isinstance(value, PLAIN[kind]):
            raise TypeError(f"{where} is {value!r}, not {kind}")
    else:
        check_object(value, kind, where)


def check_object(value: Any, kind: str, where: str) -> None:
    """Checks every key of an object against the class with that name."""
    described = getattr(kserve, kind, None) or getattr(kubernetes, kind, None)
    if described is None or not hasattr(described, "attribute_map"):
        return  # quantities and ports, which are numbers or text
    types = {key: described.openapi_types[name] for name, key in described.attribute_map.items()}
    for name, each in value.items():
        if name not in types:
            raise KeyError(f"{where}.{name}: {kind} has {sorted(types)}")
        check(each, types[name], f"{where}.{name}")


if __name__ == "__main__":
    sys.exit(main())
