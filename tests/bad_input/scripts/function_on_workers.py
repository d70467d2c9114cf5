"""A function that is to run in the Python of each worker, where there is none.

Expects: run, client.submit
Accepted by xarray.
"""
from dask.distributed import Client

if __name__ == "__main__":
    with Client(processes=False, dashboard_address=None) as client:
        print(client.run(len, "abc"))  # fails here
