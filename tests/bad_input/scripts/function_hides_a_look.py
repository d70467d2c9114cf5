"""A function of blocks that looks at values, and goes on when it is refused.

Expects: look at values
Raises: NotImplementedError
Accepted by xarray.
"""
import dask.array as da


def halved_where_large(block):
    try:
        return block / 2 if float(block.max()) > 3 else block
    except Exception:
        return block


x = da.arange(8.0, chunks=2)
y = da.map_blocks(halved_where_large, x)  # fails here
