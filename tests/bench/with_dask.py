"""Runs a script under xarray and Dask: with_dask.py threads|cluster SCRIPT [ARGUMENTS]

`threads` is Dask's threaded scheduler on all cores, `cluster` a LocalCluster of two worker processes.
"""

import runpy
import sys
import warnings


def main():
    scheduler, script = sys.argv[1], sys.argv[2]
    sys.argv = sys.argv[2:]
    warnings.simplefilter("ignore")
    if scheduler == "cluster":
        from dask.distributed import Client, LocalCluster

        with LocalCluster(n_workers=2, dashboard_address=None) as cluster, Client(cluster):
            runpy.run_path(script, run_name="__main__")
    else:
        import dask

        dask.config.set(scheduler="threads")
        runpy.run_path(script, run_name="__main__")


if __name__ == "__main__":
    main()
