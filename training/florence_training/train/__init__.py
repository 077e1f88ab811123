"""The training of a small Florence-2: first a tower that sees, by scaffolding heads; in the end cross-entropy alone."""
