"""A submitted function fails; the error comes when its result is asked for, and names the line within it.

Expects: no_such_name
"""
import xarray as xr
from dask.distributed import Client


def mean_of(name):
    return float(xr.open_zarr("in/good.zarr")[name].mean())  # fails here


if __name__ == "__main__":
    with Client(processes=False, dashboard_address=None) as client:
        futures = client.map(mean_of, ["value", "no_such_name"])
        print(client.gather(futures))
