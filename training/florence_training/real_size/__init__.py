"""A Florence-2 of published size with random weights, to hold implementations against where no weights can be had."""
