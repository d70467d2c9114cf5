"""Two values are assigned to three elements.

Expects: broadcast, (2,), (3,)
Raises: ValueError
"""
import numpy as np

a = np.zeros((2, 3))
a[0] = [1, 2]  # fails here
