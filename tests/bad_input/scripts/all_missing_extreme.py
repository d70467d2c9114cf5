"""The largest of nothing but NaN is looked for.

Expects: all are NaN
Raises: ValueError
"""
import numpy as np

place = np.nanargmax([np.nan, np.nan])  # fails here
