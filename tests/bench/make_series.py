"""Makes the cubes of workloads v to viii: make_series.py PATH TIMES ROWS COLUMNS CHUNK_TIMES

Temperatures as float32, whole rows and columns in a chunk: a mean field, the seasons, and weather on top. Seeded, and
written by zarr-python with its default codec.
"""

import pathlib
import sys

import numpy as np
import zarr

SEED = 11
STEPS_PER_YEAR = 365


def main():
    path = pathlib.Path(sys.argv[1])
    times, rows, columns, chunk_times = map(int, sys.argv[2:6])
    random = np.random.default_rng(SEED)
    group = zarr.open_group(path, mode="w", zarr_format=3)
    chunks = (min(chunk_times, times), rows, columns)
    names = ("time", "y", "x")
    array = group.create_array("t", shape=(times, rows, columns), chunks=chunks, dtype="float32", dimension_names=names)
    time = group.create_array("time", shape=(times,), chunks=(times,), dtype="int64", dimension_names=("time",))
    time[...] = np.arange(times)
    time.attrs.update({"units": "days since 2001-01-01", "calendar": "proleptic_gregorian"})
    mean = 300 - 50 * np.linspace(-1, 1, rows)[:, None] ** 2 + random.normal(0, 3, (rows, columns))
    step = max(chunk_times, 60 // chunk_times * chunk_times)
    for start in range(0, times, step):
        days = np.arange(start, min(start + step, times))
        season = 10 * np.sin(2 * np.pi * days / STEPS_PER_YEAR)[:, None, None]
        weather = random.normal(0, 2, (days.size, rows, columns))
        array[start : start + step] = (mean + season + weather).round(2).astype("float32")
    zarr.consolidate_metadata(group.store)


if __name__ == "__main__":
    main()
