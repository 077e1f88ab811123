"""`restore`: converts exported graphs back to a `from_pretrained` folder, every weight bit for bit, or as rounded.

The shipped model is the only copy of the weights in the repository; training resumes from the output of this command.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from transformers import Florence2Config, Florence2ForConditionalGeneration, GenerationConfig

from florence_training.export.names import as_computed

GRAPHS = ("vision_encoder", "embed_tokens", "encoder_model", "decoder_model_merged")
SETTINGS = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "preprocessor_config.json")
MATMUL_RIGHT = 1  # index of a MatMul's input that is a linear layer's weight, transposed


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `restore` to the parser."""
    parser.add_argument("--model", type=Path, required=True, help="an exported folder (onnx/ and the json files)")
    parser.add_argument("--out", type=Path, required=True, help="the from_pretrained folder to write")


def run(arguments: argparse.Namespace) -> int:
    """Restores the checkpoint. Returns the exit status."""
    graphs = (onnx.load(arguments.model / "onnx" / f"{name}.onnx") for name in GRAPHS)
    weights = {name: array for graph in graphs for name, array in read_weights(graph)}
    model = build_model(Florence2Config.from_pretrained(arguments.model), weights)
    if (arguments.model / "generation_config.json").exists():
        model.generation_config = GenerationConfig.from_pretrained(arguments.model)
    model.save_pretrained(arguments.out)
    for name in SETTINGS:
        if (arguments.model / name).exists():
            shutil.copyfile(arguments.model / name, arguments.out / name)
    print(f"{arguments.out}: {len(weights)} tensors, {model.num_parameters():,} parameters")
    return 0


def read_weights(model: onnx.ModelProto) -> Iterator[tuple[str, np.ndarray]]:
    """Yields the checkpoint's tensors that a graph contains, with their names in the checkpoint."""
    transposed = {
        name for node in _nodes(model.graph) if node.op_type == "MatMul" for name in node.input[MATMUL_RIGHT:]
    }
    for tensor in model.graph.initializer:
        if "." in tensor.name:  # weights are named after modules; constants have no dots
            name, array = as_computed(tensor.name, numpy_helper.to_array(tensor))
            yield name, array.T if name in transposed else array


def build_model(config: Florence2Config, weights: dict[str, np.ndarray]) -> Florence2ForConditionalGeneration:
    """Returns a model with these weights.

    Raises ValueError if a weight is unexpected, or if one is missing that the class neither ties nor computes.
    """
    model = Florence2ForConditionalGeneration(config)
    state = {name: torch.from_numpy(np.array(array, order="C")) for name, array in weights.items()}
    found = model.load_state_dict(state, strict=False)
    given = {tensor.data_ptr() for name, tensor in model.state_dict().items() if name in state}
    computed = {name for name, _ in model.named_buffers()}
    absent = [n for n in found.missing_keys if n not in computed and model.state_dict()[n].data_ptr() not in given]
    if absent or found.unexpected_keys:
        raise ValueError(f"missing weights {absent}, unexpected weights {found.unexpected_keys}")
    return model.eval()


def _nodes(graph: onnx.GraphProto) -> Iterator[onnx.NodeProto]:
    """Yields the nodes of a graph and of the branches inside it."""
    for node in graph.node:
        yield node
        for attribute in node.attribute:
            if attribute.type == onnx.AttributeProto.GRAPH:
                yield from _nodes(attribute.g)
