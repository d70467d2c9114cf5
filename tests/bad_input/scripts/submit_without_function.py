"""A value in place of the function.

Expects: callable function
Raises: TypeError
"""
from dask.distributed import Client

if __name__ == "__main__":
    with Client(processes=False, dashboard_address=None) as client:
        client.submit(sum([1, 2]))  # fails here
