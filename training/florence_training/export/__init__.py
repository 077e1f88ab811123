"""Converts a `Florence2ForConditionalGeneration` checkpoint to four ONNX graphs, and back."""
