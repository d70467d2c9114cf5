"""An object that is to live on a worker.

Expects: actors, rank 0
Accepted by xarray.
"""
from dask.distributed import Client

if __name__ == "__main__":
    with Client(processes=False, dashboard_address=None) as client:
        counter = client.submit(list, actor=True)  # fails here
        print(counter.result())
