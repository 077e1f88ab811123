"""Writes down what PyTorch and PIL answer, for the tests of every other implementation."""
