"""Measures how well a model answers: held-out scenes, answers from a checkpoint or the API, and standard metrics."""
