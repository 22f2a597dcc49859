"""Designs and responses as plain numbers: arrays, contrasts, linear models. Knows nothing of the rest of doe."""
