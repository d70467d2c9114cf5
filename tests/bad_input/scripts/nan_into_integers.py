"""NaN is assigned to an element of an integer array.

Expects: NaN, integer
Raises: ValueError
"""
import numpy as np

counts = np.array([1, 2, 3])
counts[1] = np.nan  # fails here
