"""Trains a small Florence-2: first the vision tower, with auxiliary heads; at the end with cross-entropy alone."""
