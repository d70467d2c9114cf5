"""Six values are reshaped to eight.

Expects: reshape, size 6
Raises: ValueError
"""
import numpy as np

a = np.arange(6).reshape(2, 4)  # fails here
