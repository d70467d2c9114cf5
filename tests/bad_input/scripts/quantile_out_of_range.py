"""A percentile beyond 100.

Expects: 0 to 100, percentiles
Raises: ValueError
"""
import numpy as np

top = np.percentile([1.0, 2.0, 3.0], 101)  # fails here
