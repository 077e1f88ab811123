"""Triton's entry point of `florence2`: prepares the tensors, calls `florence2_generate`, returns its outputs."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import triton_python_backend_utils as pb_utils

sys.path.insert(0, str(Path(__file__).parent))
from preparation import Preparation, RefusalError

GENERATED = ("token_ids", "token_logprobs", "token_count")


class FailedBehindError(Exception):
    """An error of `florence2_generate`, passed on unchanged: a full queue stays UNAVAILABLE, HTTP 503."""


class TritonPythonModel:
    """The interface that Triton calls."""

    def initialize(self, args: dict[str, str]) -> None:
        """Reads the checkpoint's json files."""
        self.preparation = Preparation.load(Path(args["model_repository"]) / args["model_version"] / "checkpoint")

    def execute(self, requests: list[Any]) -> list[Any]:
        """One response for each request; a caller's mistake gets an error response."""
        return [self._answer(request) for request in requests]

    def _answer(self, request: Any) -> Any:
        try:
            return self._generate(request)
        except RefusalError as refusal:
            return _failure(str(refusal), pb_utils.TritonError.INVALID_ARG)
        except FailedBehindError as failed:
            return _failure(*failed.args)
        except Exception as error:  # noqa: BLE001 - the server must survive any error
            return _failure(f"{type(error).__name__}: {error}", pb_utils.TritonError.INTERNAL)

    def _generate(self, request: Any) -> Any:
        ids, counts = self.preparation.encode(_texts(request, "prompt"))
        parameters = json.loads(request.parameters() or "{}")
        tensors = {n: int(v[0]) for n in ("max_new_tokens", "num_beams") if (v := _elements(request, n))}
        decoding = self.preparation.decoding(tensors, parameters)
        pixels = self.preparation.pixels(_elements(request, "image")[0])
        found = _call(
            {
                "pixel_values": pixels,
                "prompt_ids": ids[None],
                "prompt_token_count": counts[None],
                "decoding": np.array([[json.dumps(decoding, sort_keys=True)]], object),
            },
            int(parameters.get("timeout", 0)),
        )
        return self._response(found, counts, decoding["max_new_tokens"])

    def _response(self, found: dict[str, np.ndarray], prompt_token_count: np.ndarray, limit: int) -> Any:
        rows, lengths = found["token_ids"][0], found["token_count"][0]
        written = [row[:length].tolist() for row, length in zip(rows, lengths, strict=True)]
        texts = [self.preparation.decode(ids).encode() for ids in written]
        reasons = [self.preparation.finish_reason(ids, limit).encode() for ids in written]
        outputs = {
            **{name: array[0] for name, array in found.items()},
            "prompt_token_count": prompt_token_count,
            "text": np.array(texts, object),
            "finish_reason": np.array(reasons, object),
        }
        tensors = [pb_utils.Tensor(name, np.ascontiguousarray(array)) for name, array in outputs.items()]
        return pb_utils.InferenceResponse(output_tensors=tensors)


def _call(inputs: dict[str, np.ndarray], timeout: int) -> dict[str, np.ndarray]:
    """Runs `florence2_generate`; `timeout` in microseconds, 0 for none."""
    response = pb_utils.InferenceRequest(
        model_name="florence2_generate",
        requested_output_names=list(GENERATED),
        inputs=[pb_utils.Tensor(name, array) for name, array in inputs.items()],
        timeout=timeout,
    ).exec()
    if response.has_error():
        error = response.error()
        raise FailedBehindError(error.message(), error.code())
    tensors = {name: pb_utils.get_output_tensor_by_name(response, name) for name in GENERATED}
    return {name: tensor.as_numpy() for name, tensor in tensors.items()}


def _elements(request: Any, name: str) -> list[Any]:
    tensor = pb_utils.get_input_tensor_by_name(request, name)
    return [] if tensor is None else tensor.as_numpy().reshape(-1).tolist()


def _texts(request: Any, name: str) -> list[str]:
    try:
        return [element.decode("utf-8") for element in _elements(request, name)]
    except UnicodeDecodeError as error:
        raise RefusalError("invalid-request", f"{name} is not UTF-8.") from error


def _failure(message: str, code: int) -> Any:
    return pb_utils.InferenceResponse(error=pb_utils.TritonError(message, code))
