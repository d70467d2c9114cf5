"""An element of a numpy array that isn't there is assigned to.

Expects: index 7, size 3
Raises: IndexError
"""
import numpy as np

a = np.zeros(3)
a[7] = 1.0  # fails here
