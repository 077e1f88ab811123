"""Parses every config.pbtxt of a model repository with NVIDIA's schema and compares it with its graph."""

from __future__ import annotations

import sys
from pathlib import Path

from google.protobuf import text_format
from onnxruntime import InferenceSession, NodeArg
from tritonclient.grpc import model_config_pb2

from graphs import DATATYPES


def main() -> int:
    """Prints a line for each model; raises if one is wrong."""
    for path in sorted(Path(sys.argv[1]).glob("*/config.pbtxt")):
        config = text_format.Parse(path.read_text(encoding="utf-8"), model_config_pb2.ModelConfig())
        if config.name != path.parent.name:
            raise ValueError(f"{path} is called {config.name}")
        graph = path.parent / "1/model.onnx"
        if graph.exists():
            check(config, InferenceSession(str(graph)))
        print(config.name, config.max_batch_size)
    return 0


def check(config: model_config_pb2.ModelConfig, session: InferenceSession) -> None:
    """Compares names, types and dimensions of all tensors; the configuration does not have the batch dimension."""
    batched = config.max_batch_size > 0
    for described, actual in ((config.input, session.get_inputs()), (config.output, session.get_outputs())):
        tensors = [(each.name, model_config_pb2.DataType.Name(each.data_type), list(each.dims)) for each in described]
        if tensors != [expected(each, batched=batched) for each in actual]:
            raise ValueError(f"{config.name}: {tensors}")
    if batched != (config.name != "decoder_model_merged"):
        raise ValueError(f"{config.name}: max_batch_size {config.max_batch_size}")


def expected(argument: NodeArg, *, batched: bool) -> tuple[str, str, list[int]]:
    """Returns a tensor in the form of its configuration."""
    dims = [size if isinstance(size, int) else -1 for size in argument.shape]
    return argument.name, f"TYPE_{DATATYPES[argument.type]}", dims[1:] if batched else dims


if __name__ == "__main__":
    sys.exit(main())
