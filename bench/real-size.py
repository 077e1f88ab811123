"""Runs the graphs of a model under ONNX Runtime's Python API, timed one run at a time for `real-size.ts`.

Standard input: a line of JSON with the exported folder, the threads and the sizes, then a line for each run: `vision`,
or the number of rows of a decoder step. Standard output: a line for each run with its milliseconds and the sum of the
absolute output values, which `real-size.ts` uses to check that both sides compute the same.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime

setup = json.loads(sys.stdin.readline())
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = setup["threads"]
options.inter_op_num_threads = 1


def load(name: str) -> onnxruntime.InferenceSession:
    """Creates a session from bytes, as our runtime does."""
    data = (Path(setup["folder"]) / "onnx" / f"{name}.onnx").read_bytes()
    return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])


vision, embed, decoder = load("vision_encoder"), load("embed_tokens"), load("decoder_model_merged")


def numbers(*shape: int) -> np.ndarray:
    """Returns values from -0.5 to 0.5, the same as in `real-size.ts`."""
    return ((np.arange(np.prod(shape)) % 251 - 125) / 250).astype(np.float32).reshape(shape)


def vision_pass() -> Callable[[], np.ndarray]:
    """Returns a function that runs the vision encoder on one image."""
    pixels = numbers(1, 3, setup["size"], setup["size"])
    return lambda: vision.run(["image_features"], {"pixel_values": pixels})[0]


def decoder_step(rows: int) -> Callable[[], np.ndarray]:
    """Returns a function that embeds and decodes one token per row, without returning the cross-attention cache."""
    lengths = {"decoder": setup["past"], "encoder": setup["seen"]}
    past = [value.name for value in decoder.get_inputs() if value.name.startswith("past_key_values.")]
    cache = {name: numbers(rows, setup["heads"], lengths[name.split(".")[2]], setup["head_size"]) for name in past}
    fixed = {
        **cache,
        "encoder_attention_mask": np.ones((rows, setup["seen"]), np.int64),
        "encoder_hidden_states": numbers(rows, setup["seen"], setup["heads"] * setup["head_size"]),
        "use_cache_branch": np.array([True]),
    }
    outputs = [value.name for value in decoder.get_outputs() if ".encoder." not in value.name]
    ids = np.full((rows, 1), setup["token"], np.int64)

    def step() -> np.ndarray:
        embedded = embed.run(["inputs_embeds"], {"input_ids": ids})[0]
        return decoder.run(outputs, {**fixed, "inputs_embeds": embedded})[0]

    return step


works = {"vision": vision_pass(), **{str(rows): decoder_step(rows) for rows in setup["rows"]}}
for line in sys.stdin:
    work = works[line.strip()]
    started = time.perf_counter()
    output = work()
    milliseconds = (time.perf_counter() - started) * 1000
    print(json.dumps({"ms": milliseconds, "sum": float(np.abs(output.astype(np.float64)).sum())}), flush=True)
