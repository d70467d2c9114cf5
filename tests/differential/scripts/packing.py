"""scale_factor, add_offset and _FillValue: unpacked as xarray does, in both formats."""
import xarray as xr

for kind in ("packed", "packed_v2"):
    data = xr.open_zarr(f"in/{kind}.zarr")
    for name in sorted(data.data_vars):
        print(kind, name, data[name].dtype, data[name].attrs)
    out = (data.double * 1).to_dataset(name="double").assign(byte=data.byte + 0, unsigned=data.unsigned.mean("x"), integer=data.integer.max())
    out.to_zarr(f"out/packing_{kind}.zarr", mode="w")
