"""How well a model answers: held-out scenes, answers from a checkpoint or the API, and the field's measures of them."""
