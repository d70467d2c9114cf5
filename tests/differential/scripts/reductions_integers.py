"""Integer sums widen to 64 bits, means are float64, extrema keep the dtype."""
import xarray as xr

data = xr.open_zarr("in/dtypes.zarr")
for name in ("bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"):
    a = data[name]
    out = a.sum("x").to_dataset(name="sum").assign(mean=a.mean("x"), min=a.min("x"), max=a.max("x"), count=a.count("x"), std=a.std("x"), any=a.any("x"), all=a.all("y"), prod=a.isel(x=slice(0, 6)).prod("x"))
    print(name, out["sum"].dtype, out["mean"].dtype, out["min"].dtype, out["max"].dtype, out["std"].dtype, out["prod"].dtype)
    out.to_zarr(f"out/reductions_integers_{name}.zarr", mode="w")
