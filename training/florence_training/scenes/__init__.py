"""Draws synthetic scenes of everyday things (emoji) and words (open fonts), with ground truth exact by construction."""
