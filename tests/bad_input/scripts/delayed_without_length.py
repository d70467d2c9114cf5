"""Unpacking the result of a call without saying how many there are.

Expects: Delayed objects of unspecified length are not iterable
Raises: TypeError
"""
from dask import delayed

quotient, rest = delayed(divmod)(17, 5)  # fails here
