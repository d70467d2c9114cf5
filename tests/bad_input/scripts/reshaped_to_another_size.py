"""Six values are reshaped to eight.

Expects: reshape, 6 values
Raises: ValueError
"""
import numpy as np

a = np.arange(6).reshape(2, 4)  # fails here
