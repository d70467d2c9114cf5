"""Bins that neither rise nor fall.

Expects: rise or fall
Raises: ValueError
"""
import dask.array as da
import numpy as np

da.digitize(da.arange(4.0, chunks=2), np.array([0, 2, 1])).compute()  # fails here
