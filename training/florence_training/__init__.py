"""Data generation, training and export of a small Florence-2, and export of any other Florence-2 checkpoint."""
