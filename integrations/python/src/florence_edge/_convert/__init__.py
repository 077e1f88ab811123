"""Answers for other packages."""
