"""doe's designs for those whose trials are begun by something else: Optuna, Ray Tune, scikit-learn.

Each module needs the library it is named for, which is why none is imported here.
"""
