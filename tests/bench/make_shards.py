"""Makes the array of workload ix: make_shards.py PATH SHARDS CHUNKS_PER_SHARD CHUNK_LENGTH

Seeded float32, one axis, many small chunks in few shards, written by zarr-python with its default codec.
"""

import pathlib
import sys

import numpy as np
import zarr

SEED = 13


def main():
    path = pathlib.Path(sys.argv[1])
    shards, chunks, length = map(int, sys.argv[2:5])
    group = zarr.open_group(path, mode="w", zarr_format=3)
    array = group.create_array(
        "v", shape=(shards * chunks * length,), chunks=(length,), shards=(chunks * length,), dtype="float32", dimension_names=("x",)
    )
    array[...] = np.random.default_rng(SEED).normal(0, 1, array.shape).astype("float32")
    zarr.consolidate_metadata(group.store)


if __name__ == "__main__":
    main()
