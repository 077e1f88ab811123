"""The data, training and export of a small Florence-2, and the export of any other."""
