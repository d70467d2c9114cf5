"""A branch on the result of a call that has not been made.

Expects: Truth of Delayed objects
Raises: TypeError
"""
from dask import delayed

total = delayed(sum)([1, 2])
if total > 2:  # fails here
    print("more")
