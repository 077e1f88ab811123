"""Tests our server with NVIDIA's client: `python tritonclient_check.py 127.0.0.1:8000`. Binary tensors and JSON."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
from tritonclient.http import InferenceServerClient, InferInput, InferRequestedOutput, InferResult

from graphs import Graph

ROOT = Path(__file__).parents[2]
GOLDENS = ROOT / "test/vectors/mini"
IMAGES = 3
TIMEOUT_SECONDS = 240
TOLERANCE = 1e-3
COMPRESSIONS = ("gzip", "deflate")


def main() -> int:
    """Prints what was checked; raises at the first answer that differs from its golden."""
    client = InferenceServerClient(sys.argv[1], network_timeout=TIMEOUT_SECONDS)
    goldens = json.loads((GOLDENS / "goldens.json").read_text(encoding="utf-8"))["goldens"]
    names = sorted({golden["picture"] for golden in goldens})[:IMAGES]
    for name in names:
        selected = [golden for golden in goldens if golden["picture"] == name]
        for beams in (False, True):
            check_answers(client, name, selected, beams=beams)
        for compression in COMPRESSIONS:
            check_answers(client, name, selected, beams=False, compression=compression)
    for binary in (True, False):
        check_graph(client, binary=binary)
    print(f"tritonclient: {len(names)} pictures greedy, with beams and compressed, vision_encoder in binary and in JSON")
    return 0


def check_answers(
    client: InferenceServerClient, image: str, goldens: list[dict], *, beams: bool, compression: str | None = None
) -> None:
    """Sends all prompts on one image in one request and compares the answers with the goldens."""
    inputs = [
        tensor("image", "BYTES", np.array([(GOLDENS / "pictures" / image).read_bytes()], object)),
        tensor("prompt", "BYTES", np.array([golden["prompt"].encode() for golden in goldens], object)),
        tensor("num_beams", "INT32", np.array([3 if beams else 1], np.int32)),
    ]
    rules = {"no_repeat_ngram_size": 3, "early_stopping": True} if beams else None
    result = client.infer("florence2", inputs, parameters=rules, request_compression_algorithm=compression)
    ids, counts = result.as_numpy("token_ids"), result.as_numpy("token_count")
    generated = [row[:count].tolist() for row, count in zip(ids, counts, strict=True)]
    if generated != [golden["beams" if beams else "greedy"] for golden in goldens]:
        raise ValueError(f"{image}, beams {beams}: {generated}")
    logprobs = result.as_numpy("token_logprobs")
    if logprobs.shape != ids.shape or logprobs.max() > 0:
        raise ValueError(f"{image}: token_logprobs {logprobs.shape} up to {logprobs.max()}")


def check_graph(client: InferenceServerClient, *, binary: bool) -> None:
    """Compares one bare graph of the server with the same file run here."""
    graph = Graph.load(ROOT / "model-shards/mini", "vision_encoder")
    pixels = np.sin(np.arange(3 * 256 * 256, dtype=np.float32)).reshape(1, 3, 256, 256)
    outputs = [InferRequestedOutput("image_features", binary_data=binary)]
    result: InferResult = client.infer(
        "vision_encoder", [tensor("pixel_values", "FP32", pixels, binary=binary)], outputs=outputs
    )
    expected = graph.run({"pixel_values": pixels})["image_features"]
    apart = float(np.abs(result.as_numpy("image_features") - expected).max())
    if apart > TOLERANCE:
        raise ValueError(f"vision_encoder, binary {binary}: {apart} apart")


def tensor(name: str, datatype: str, array: np.ndarray, *, binary: bool = True) -> InferInput:
    """Returns an input of a request."""
    made = InferInput(name, list(array.shape), datatype)
    made.set_data_from_numpy(array, binary_data=binary)
    return made


if __name__ == "__main__":
    sys.exit(main())
