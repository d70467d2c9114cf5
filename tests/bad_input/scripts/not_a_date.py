"""Text that is no date.

Expects: 2000-13-01
Raises: ValueError
"""
import numpy as np

day = np.datetime64("2000-13-01")  # fails here
