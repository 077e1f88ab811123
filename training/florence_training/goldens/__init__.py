"""Records what PyTorch and PIL compute, for the tests of every other implementation."""
