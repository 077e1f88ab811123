"""Exported graphs with smaller weights, for measuring what that costs."""
