"""Serves a model's graphs with MLServer: `python mlserver_server.py --model model-shards/mini --port 8080`."""

from __future__ import annotations

import argparse
import asyncio
import sys
from dataclasses import asdict
from pathlib import Path

from mlserver import MLModel, MLServer, ModelSettings, Settings
from mlserver.codecs import NumpyCodec
from mlserver.errors import InferenceError
from mlserver.settings import ModelParameters
from mlserver.types import InferenceRequest, InferenceResponse, MetadataTensor

from graphs import NAMES, Graph


class GraphModel(MLModel):
    """One graph under its own name."""

    async def load(self) -> bool:
        """Loads the graph that the settings name."""
        self.graph = Graph.load(Path(self.settings.parameters.uri), self.name)
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        """Runs the graph; reports errors of ONNX Runtime as inference errors."""
        arrays = {each.name: NumpyCodec.decode_input(each) for each in payload.inputs}
        try:
            results = self.graph.run(arrays)
        except Exception as error:
            raise InferenceError(str(error)) from error
        requested = {each.name for each in payload.outputs or []} or set(results)
        outputs = [NumpyCodec.encode_output(name, array) for name, array in results.items() if name in requested]
        return InferenceResponse(model_name=self.name, id=payload.id, outputs=outputs)


def settings_of(model: Path, name: str) -> ModelSettings:
    """Returns MLServer's settings for a graph."""
    graph = Graph.load(model, name)
    inputs, outputs = ([MetadataTensor(**asdict(each)) for each in some] for some in (graph.inputs, graph.outputs))
    return ModelSettings(
        name=name, implementation=GraphModel, parameters=ModelParameters(uri=str(model)), inputs=inputs, outputs=outputs
    )


async def serve(model: Path, port: int) -> None:
    """Serves until the process is stopped."""
    settings = Settings(
        debug=False, host="127.0.0.1", http_port=port, grpc_port=0, metrics_endpoint=None, parallel_workers=0
    )
    await MLServer(settings).start([settings_of(model, name) for name in NAMES])


def main() -> int:
    """Parses the command line and serves."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    arguments = parser.parse_args()
    asyncio.run(serve(arguments.model, arguments.port))
    return 0


if __name__ == "__main__":
    sys.exit(main())
