"""Runs the graphs of an exported model under ONNX Runtime, for servers without an ONNX backend of their own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime

NAMES = ("vision_encoder", "embed_tokens", "encoder_model", "decoder_model_merged")
DATATYPES = {"tensor(float)": "FP32", "tensor(float16)": "FP16", "tensor(int64)": "INT64", "tensor(bool)": "BOOL"}


@dataclass(frozen=True)
class TensorDescription:
    """A tensor's metadata in the Open Inference Protocol; -1 is a dimension that may vary."""

    name: str
    datatype: str
    shape: list[int]


@dataclass(frozen=True)
class Graph:
    """One graph with the metadata of its inputs and outputs."""

    session: onnxruntime.InferenceSession
    inputs: list[TensorDescription]
    outputs: list[TensorDescription]

    @staticmethod
    def load(model: Path, name: str) -> Graph:
        """Loads `onnx/<name>.onnx` from a model's folder."""
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        session = onnxruntime.InferenceSession(str(model / "onnx" / f"{name}.onnx"), options)
        return Graph(
            session, *([_describe(each) for each in some] for some in (session.get_inputs(), session.get_outputs()))
        )

    def run(self, arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Runs the graph and returns all outputs by name."""
        names = [output.name for output in self.outputs]
        return dict(zip(names, self.session.run(names, arrays), strict=True))


def _describe(argument: onnxruntime.NodeArg) -> TensorDescription:
    shape = [size if isinstance(size, int) else -1 for size in argument.shape]
    return TensorDescription(argument.name, DATATYPES[argument.type], shape)
