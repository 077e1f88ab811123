"""Makes exported graphs with smaller weights, to measure what that costs."""
