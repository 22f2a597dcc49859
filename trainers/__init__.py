"""Trainers: each module here has `train(dataset, epochs, seed, *, ...)`, which yields the metrics of each epoch.

What stands before the star is held constant through a study; what stands after it may vary, with its default as the
baseline and its annotation as the domain. A trainer knows nothing of who listens.
"""
