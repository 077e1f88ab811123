"""ONNX Runtime as a Triton backend in Python, for a Triton without its own ONNX Runtime backend.

The Triton in `nvidia-pytriton` has the Python backend only. This backend uses the same model repository: Triton
reads `config.pbtxt`, checks shapes, queues and batches as usual; only the pass itself runs here. NVIDIA's
containers have the real backend; use that one with a GPU.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    """One graph. Triton calls this class for every model with the backend `onnxruntime`."""

    def initialize(self, args: dict[str, str]) -> None:
        """Loads `<repository>/<version>/model.onnx`."""
        config = json.loads(args["model_config"])
        path = Path(args["model_repository"]) / args["model_version"] / config["default_model_filename"]
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        self.session = onnxruntime.InferenceSession(str(path), options, providers=onnxruntime.get_available_providers())
        self.inputs = [each["name"] for each in config["input"]]
        self.outputs = [each["name"] for each in config["output"]]
        self.batches = config["max_batch_size"] > 0

    def execute(self, requests: list[Any]) -> list[Any]:
        """Runs the requests of Triton's batcher as one batch; runs requests of unbatched models one by one."""
        feeds = [self._feed(request) for request in requests]
        if not self.batches:
            return [self._respond(feed) for feed in feeds]
        rows = [len(feed[self.inputs[0]]) for feed in feeds]
        joined = {name: np.concatenate([feed[name] for feed in feeds]) for name in self.inputs}
        try:
            found = self.session.run(self.outputs, joined)
        except Exception as error:  # noqa: BLE001 - the server must survive any error
            return [_failure(error) for _ in requests]
        parts = zip(*(np.split(array, np.cumsum(rows)[:-1]) for array in found), strict=True)
        return [self._response(arrays) for arrays in parts]

    def _feed(self, request: Any) -> dict[str, np.ndarray]:
        return {name: pb_utils.get_input_tensor_by_name(request, name).as_numpy() for name in self.inputs}

    def _respond(self, feed: dict[str, np.ndarray]) -> Any:
        try:
            return self._response(self.session.run(self.outputs, feed))
        except Exception as error:  # noqa: BLE001 - as above
            return _failure(error)

    def _response(self, arrays: Any) -> Any:
        tensors = [pb_utils.Tensor(name, array) for name, array in zip(self.outputs, arrays, strict=True)]
        return pb_utils.InferenceResponse(output_tensors=tensors)


def _failure(error: Exception) -> Any:
    return pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error), pb_utils.TritonError.INVALID_ARG))
