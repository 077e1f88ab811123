"""From a scene to the prompts and targets of Florence-2's fifteen tasks."""
