"""Makes the cube of workload i: make_cube.py PATH TIMES SIZE CHUNK_TIMES CHUNK_SIZE

Red and near infrared as uint16 reflectance times 10 000: fields that vary smoothly over the ground and with the
season, and sensor noise on top, so that zstd has as much to do as with a real scene. Seeded, and written by zarr-python
with its default codec.
"""

import pathlib
import sys
import warnings

import numpy as np
import zarr

SEED = 7
COARSE = 33


def main():
    path = pathlib.Path(sys.argv[1])
    times, size, chunk_times, chunk_size = map(int, sys.argv[2:6])
    warnings.simplefilter("ignore")
    random = np.random.default_rng(SEED)
    group = zarr.open_group(path, mode="w", zarr_format=3)
    shape, chunks = (times, size, size), (min(chunk_times, times), min(chunk_size, size), min(chunk_size, size))
    arrays = {}
    for name in ("red", "near_infrared"):
        arrays[name] = group.create_array(name, shape=shape, chunks=chunks, dtype="uint16", dimension_names=("time", "y", "x"))
    vegetation, soil = smooth(random, size), smooth(random, size)
    for start in range(0, times, chunks[0]):
        steps = range(start, min(start + chunks[0], times))
        green = [np.clip(vegetation * (0.6 + 0.4 * np.sin(2 * np.pi * step / times)), 0, 1) for step in steps]
        arrays["red"][start : start + chunks[0]] = np.stack([sensed(random, 300 + 2200 * (1 - g) * soil) for g in green])
        arrays["near_infrared"][start : start + chunks[0]] = np.stack([sensed(random, 800 + 1800 * soil + 2600 * g) for g in green])
    zarr.consolidate_metadata(group.store)


def smooth(random, size):
    """Bilinear interpolation of coarse random numbers in 0 .. 1."""
    coarse = random.random((COARSE, COARSE))
    fine, points = np.linspace(0, COARSE - 1, size), np.arange(COARSE)
    rows = np.stack([np.interp(fine, points, row) for row in coarse])
    return np.stack([np.interp(fine, points, column) for column in rows.T], axis=1)


def sensed(random, reflectance):
    return np.round(reflectance + random.normal(0, 25, reflectance.shape)).clip(1, 10_000).astype("uint16")


if __name__ == "__main__":
    main()
