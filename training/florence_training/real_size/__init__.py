"""A Florence-2 of published size with random weights, to test implementations without the published weights."""
