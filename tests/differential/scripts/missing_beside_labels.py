import numpy as np
import xarray as xr


def show(r):
    r = r.compute()
    print(r.dims, r.dtype, sorted(r.coords), r.shape)
    for name in sorted(r.coords):
        print(name, r.coords[name].dtype, r.coords[name].values.ravel().tolist())
    print(r.values.ravel().tolist())


t = np.array(["2001-01-30T18", "2001-02-09T18", "2001-02-19T18"], "M8[ns]")
x = xr.DataArray(np.arange(12).reshape(4, 3) * 7 % 11, dims=("x", "t"), coords={"x": [100, 97, 94, 91], "t": t}, name="v")
f = (x / 4).astype("float32")

# Groups of a dimension: those of labels that fall keep their order, those without labels get none.
show(x.groupby("x").max())
show(x.groupby("x") - x.groupby("x").max())
show(x.drop_vars("x").groupby("x").max())
show(x.drop_vars("x").groupby("x") - x.drop_vars("x").groupby("x").max())
show(x.assign_coords(x=[3, 1, 2, 0]).groupby("x").max())
# Beside steps without times, nothing counts to NaN.
show(f.where(f > 2).resample(t="5D").count())
show(f.where(f > 2).resample(t="5D").sum())
# Extremes of integers always have a label.
for values in [x, f, f.where(f > 1)]:
    show(values.idxmax("x"))
    show(values.idxmin("t"))
show(x.isel(x=0).idxmax())
# Along a dimension without labels; float32 stays that beside a coordinate of it.
plain = f.drop_vars("x")
show(plain.differentiate("x"))
show(plain.integrate("x"))
show(plain.assign_coords(x=np.arange(4, dtype="float32")).integrate("x"))
show(f.integrate("t"))
show((x + 60).astype("int8").integrate("x"))
# Truth values, and what fills.
truth = x > 5
show(truth.shift(x=1, fill_value=True))
show(truth.shift(x=-1, fill_value=-3))
show(x.shift(x=1, fill_value=1.7))
show(x.astype("uint8").shift(t=-1, fill_value=100))
show(x.pad(t=1, constant_values=(1.5, -2)))
show(x.astype("uint8").reindex(x=[94, 1], fill_value=-1))
show(f.shift(t=1, fill_value=3))
print(truth.reindex(x=[97, 5]).sum().values, truth.pad(x=1).isnull().sum().values)
print(np.square(truth).dtype, np.square(truth).values.tolist())
# New dimensions.
show(x.isel(t=0).expand_dims({"w": 2}))
show(x.isel(t=0).expand_dims(w=[5, 6]))
show(x.isel(t=0).chunk({"x": 3}).expand_dims({"v": 1, "w": 2}))
show(x.isel(t=0, drop=True).expand_dims(["v", "w"]))
show(x.isel(t=0).expand_dims("t"))
# A part of a date within the index, where nothing is.
show(x.sel(t="2001-02-01"))
for label in ["2001-01-29", "2002"]:
    try:
        x.sel(t=label)
    except KeyError:
        print(label, "is not in it")
# No time is None in a list, a time of another calendar an object.
print(np.array(["2001-01-01", "NaT"], "M8[ns]").tolist())
times = xr.date_range("2001-02-28", periods=3, calendar="360_day", use_cftime=True)
print([str(time) for time in xr.DataArray(times, dims="t").values.tolist()])
