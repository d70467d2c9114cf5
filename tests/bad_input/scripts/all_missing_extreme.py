"""The largest of nothing but NaN is looked for.

Expects: All-NaN
Raises: ValueError
"""
import numpy as np

place = np.nanargmax([np.nan, np.nan])  # fails here
