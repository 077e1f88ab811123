"""Short trainings that differ in one thing each, and what the difference is worth."""
