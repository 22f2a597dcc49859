"""Datasets: each module here has `load(...)`, which gives labelled images already split into train, val and test."""
