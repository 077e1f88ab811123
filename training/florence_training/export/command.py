"""`export`: converts a checkpoint to four ONNX graphs and their json files, and compares each graph with PyTorch."""

from __future__ import annotations

import argparse
from pathlib import Path

import onnx
from transformers import Florence2ForConditionalGeneration

from florence_training.checkpoint import load_checkpoint, read_image_size
from florence_training.export.compare import compare, open_sessions
from florence_training.export.decoder import decoder_model_merged
from florence_training.export.files import write_files
from florence_training.export.language import embed_tokens, encoder_model
from florence_training.export.vision import vision_encoder

TOLERANCE = 1e-4  # logits have magnitude 10; float32 sums in another order differ by about 1e-5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `export` to the parser."""
    parser.add_argument("--checkpoint", type=Path, required=True, help="a from_pretrained folder")
    parser.add_argument("--tokenizer", type=Path, help="tokenizer.json (default: the checkpoint's)")
    parser.add_argument("--image-size", type=int, help="pixels (default: the checkpoint's preprocessor_config.json)")
    parser.add_argument("--tolerance", type=float, default=TOLERANCE, help="largest absolute difference from PyTorch")
    parser.add_argument("--out", type=Path, required=True, help="the folder to write")


def run(arguments: argparse.Namespace) -> int:
    """Exports and compares; writes nothing if a graph differs. Returns the exit status."""
    size = arguments.image_size or read_image_size(arguments.checkpoint)
    model = load_checkpoint(arguments.checkpoint)
    models = build_graphs(model, size)
    worst = 0.0
    for difference in compare(model, open_sessions(models), size):
        print(f"{difference.what}: {difference.largest:.1e} (values up to {difference.magnitude:.1f})", flush=True)
        worst = max(worst, difference.largest)
    if not worst <= arguments.tolerance:
        print(f"the graphs differ from PyTorch by {worst:.1e}, more than {arguments.tolerance:.1e}; nothing written")
        return 1
    graphs = arguments.out / "onnx"
    graphs.mkdir(parents=True, exist_ok=True)
    for name, graph in models.items():
        path = graphs / f"{name}.onnx"
        onnx.save(graph, path)
        print(f"{path}: {path.stat().st_size:,} bytes, {len(graph.graph.node)} nodes", flush=True)
    write_files(model, arguments.tokenizer or arguments.checkpoint / "tokenizer.json", arguments.out, size)
    return 0


def build_graphs(model: Florence2ForConditionalGeneration, image_size: int) -> dict[str, onnx.ModelProto]:
    """Returns the four graphs by file name."""
    weights = {name: tensor.numpy() for name, tensor in model.state_dict().items()}
    return {
        "vision_encoder": vision_encoder(model.config, weights, image_size),
        "embed_tokens": embed_tokens(model.config, weights),
        "encoder_model": encoder_model(model.config, weights),
        "decoder_model_merged": decoder_model_merged(model.config, weights),
    }
