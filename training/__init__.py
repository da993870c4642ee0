"""Building, training, evaluating and exporting the models."""
