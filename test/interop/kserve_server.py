"""KServe's model server on a model's graphs: `python kserve_server.py --model model-shards/mini --port 8080`."""

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
        """Ready at once: the graph is loaded."""
        super().__init__(name)
        self.graph = graph
        self.ready = True

    def get_input_types(self) -> list[dict[str, Any]]:
        """What the metadata lists."""
        return [asdict(each) for each in self.graph.inputs]

    def get_output_types(self) -> list[dict[str, Any]]:
        """What the metadata lists."""
        return [asdict(each) for each in self.graph.outputs]

    def predict(self, payload: InferRequest, *_: Any) -> InferResponse:
        """Runs the graph; what ONNX Runtime refuses is the caller's mistake."""
        arrays = {each.name: each.as_numpy() for each in payload.inputs}
        try:
            found = self.graph.run(arrays)
        except Exception as error:
            raise InvalidInput(str(error)) from error
        wanted = {each.name for each in payload.request_outputs or []} or set(found)
        outputs = [self._output(each.name, each.datatype, found) for each in self.graph.outputs if each.name in wanted]
        return InferResponse(
            response_id=payload.id or str(uuid4()),
            model_name=self.name,
            infer_outputs=outputs,
            use_binary_outputs=payload.use_binary_outputs,
        )

    def _output(self, name: str, datatype: str, found: dict[str, Any]) -> InferOutput:
        output = InferOutput(name=name, shape=list(found[name].shape), datatype=datatype)
        output.set_data_from_numpy(found[name])
        return output


def main() -> int:
    """Serves until it is told to stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    arguments = parser.parse_args()
    models = [GraphModel(name, Graph.load(arguments.model, name)) for name in NAMES]
    ModelServer(http_port=arguments.port, enable_grpc=False, workers=1).start(models)
    return 0


if __name__ == "__main__":
    sys.exit(main())
