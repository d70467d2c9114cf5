"""An element of a numpy array that isn't there is assigned to.

Expects: position 7, axis 0, length is 3
Raises: IndexError
"""
import numpy as np

a = np.zeros(3)
a[7] = 1.0  # fails here
