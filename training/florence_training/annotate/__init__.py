"""Makes the prompts and targets of Florence-2's fifteen tasks from a scene."""
