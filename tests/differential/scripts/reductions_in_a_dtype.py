import numpy as np
import xarray as xr

ds = xr.open_zarr("in/dtypes.zarr")
for name in ["uint8", "int16", "float32", "bool"]:
    for dtype in ["float64", "int32", np.float32]:
        # Means are computed in floats.
        for reduction in ["sum", "prod"] if dtype == "int32" else ["sum", "mean", "prod"]:
            found = getattr(ds[name].fillna(0), reduction)("x", dtype=dtype)
            print(name, reduction, found.dtype, found.values[:3])
print(ds.int8.std(dtype="float32").dtype, ds.float32.sum(dtype="float64", min_count=500).values)
print({name: str(array.dtype) for name, array in ds[["int8", "float32"]].sum(dtype="int64").items()})
gaps = xr.DataArray([[1.5, np.nan, 2.5, -1.7], [np.nan] * 4], dims=("y", "x"))
for reduction in ["mean", "std", "var"]:
    try:
        getattr(gaps, reduction)(dtype="int64").compute()
        print("computed")
    except TypeError:
        print("TypeError")
for chunks in (None, {"x": 2}):
    gaps = gaps if chunks is None else gaps.chunk(chunks)
    for reduction in ["sum", "prod"]:
        for skipna in (None, True):
            print(reduction, getattr(gaps, reduction)("x", dtype="int64", skipna=skipna).values)
        print(getattr(gaps, reduction)("x", dtype="float32", min_count=1).values)
        print(getattr(gaps, reduction)("x", dtype="float64", skipna=False).values)
    print(gaps.mean("x", dtype="float32").values, gaps.std(dtype="float32").dtype)
mixed = xr.Dataset(
    {
        "n": ("t", np.array([1, 2, 4], dtype="int16")),
        "other": ("x", np.array([3, 4], dtype="int16")),
    }
)
for name, array in mixed.mean("t", dtype="float32").items():
    print(name, array.dtype, array.values)
