"""Arrays of other lengths are concatenated.

Expects: dimensions, concatenation axis
Raises: ValueError
"""
import numpy as np

both = np.concatenate([np.zeros((2, 3)), np.zeros((2, 4))])  # fails here
