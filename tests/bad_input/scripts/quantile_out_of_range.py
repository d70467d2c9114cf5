"""A percentile beyond 100.

Expects: Percentiles, [0, 100]
Raises: ValueError
"""
import numpy as np

top = np.percentile([1.0, 2.0, 3.0], 101)  # fails here
