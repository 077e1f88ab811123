"""Serves a model's graphs with KServe's server: `python kserve_server.py --model model-shards/mini --port 8080`."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any
from uuid import uuid4

from kserve import InferOutput, InferRequest, InferResponse, Model, ModelServer
from kserve.errors import InvalidInput

from graphs import NAMES, Graph


class GraphModel(Model):
    """One graph under its own name."""

    def __init__(self, name: str, graph: Graph) -> None:
        """Is ready at once, because the graph is already loaded."""
        super().__init__(name)
        self.graph = graph
        self.ready = True

    def get_input_types(self) -> list[dict[str, Any]]:
        """Returns the inputs for the model metadata."""
        return [asdict(each) for each in self.graph.inputs]

    def get_output_types(self) -> list[dict[str, Any]]:
        """Returns the outputs for the model metadata."""
        return [asdict(each) for each in self.graph.outputs]

    def predict(self, payload: InferRequest, *_: Any) -> InferResponse:
        """Runs the graph; reports errors of ONNX Runtime as invalid input."""
        arrays = {each.name: each.as_numpy() for each in payload.inputs}
        try:
            results = self.graph.run(arrays)
        except Exception as error:
            raise InvalidInput(str(error)) from error
        requested = {each.name for each in payload.request_outputs or []} or set(results)
        outputs = [
            self._output(each.name, each.datatype, results) for each in self.graph.outputs if each.name in requested
        ]
        return InferResponse(
            response_id=payload.id or str(uuid4()),
            model_name=self.name,
            infer_outputs=outputs,
            use_binary_outputs=payload.use_binary_outputs,
        )

    def _output(self, name: str, datatype: str, results: dict[str, Any]) -> InferOutput:
        output = InferOutput(name=name, shape=list(results[name].shape), datatype=datatype)
        output.set_data_from_numpy(results[name])
        return output


def main() -> int:
    """Serves until the process is stopped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    arguments = parser.parse_args()
    models = [GraphModel(name, Graph.load(arguments.model, name)) for name in NAMES]
    ModelServer(http_port=arguments.port, enable_grpc=False, workers=1).start(models)
    return 0


if __name__ == "__main__":
    sys.exit(main())
