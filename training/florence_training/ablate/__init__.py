"""Runs short trainings that differ in one thing each, and compares their results."""
