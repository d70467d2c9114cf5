"""An integer array is multiplied in place with a float.

Expects: int64, float64, same_kind
"""
import numpy as np

counts = np.array([1, 2, 3])
counts *= 0.5  # fails here
