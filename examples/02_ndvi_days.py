"""The NDVI notebook's chain: daily maxima of a series of scenes, tidied up and written.

    mpirun -n 4 swath run examples/02_ndvi_days.py [SCENE [RESULT]]
    python examples/02_ndvi_days.py [SCENE [RESULT]]

The series is made of one Landsat-7 scene: each acquisition sees it through another haze, which adds the same to all bands,
and clouds hide other pixels. A day's largest NDVI is that of its clearest view (doi:10.1080/01431168608948945).
"""

import sys

import numpy as np
import xarray as xr

scene_path = sys.argv[1] if len(sys.argv) > 1 else "examples/data/l7_etms.zarr"
result_path = sys.argv[2] if len(sys.argv) > 2 else "ndvi_days.zarr"

ACQUISITIONS = {
    "2002-07-01T09:40": 0.0,
    "2002-07-01T13:10": 18.0,
    "2002-07-02T10:05": 42.0,
    "2002-07-03T08:55": 7.0,
    "2002-07-03T09:50": 25.0,
    "2002-07-03T15:30": 11.0,
}


def NDVI(data):
    red = data.sel(band="red")
    nir = data.sel(band="nir")
    return (nir - red) / (nir + red)


def strip_attributes(dataset):
    """Attributes of inputs don't hold for what was computed from them."""
    dataset.attrs = {}
    for name in dataset.variables:
        dataset[name].attrs = {}
    return dataset


def drop_object_coordinates(dataset):
    """Coordinates of text and the like are no use in the result."""
    return dataset.drop_vars([name for name, coord in dataset.coords.items() if coord.dtype.kind in "OSUT"])


scene = xr.open_zarr(scene_path)["digital_number"].sel(band=[3, 4]).astype(np.float32)
scene = scene.assign_coords(band=["red", "nir"])

views = []
for acquired, haze in ACQUISITIONS.items():
    view = scene + np.float32(haze)
    cloud = (scene.isel(band=0) + np.float32(haze)) % 17 == 0
    time = np.array([acquired], dtype="datetime64[ns]")
    views.append(view.where(~cloud).expand_dims("time").assign_coords(time=time))
data = xr.concat(views, dim="time")

ndvi = NDVI(data)
daily = ndvi.groupby(ndvi.time.dt.floor("D")).max(skipna=True)
result = (
    daily.chunk({"x": "auto", "y": "auto"})
    .to_dataset(name="data")
    .pipe(strip_attributes)
    .pipe(drop_object_coordinates)
)
result.to_zarr(result_path, mode="w")

written = xr.open_zarr(result_path)["data"]
print(f"{written.sizes} {written.dtype} from {data.sizes['time']} acquisitions")
for day in written[written.dims[0]]:
    of_day = written.sel({written.dims[0]: day})
    print(f"  {str(day.values)[:10]}: mean {float(of_day.mean()):.4f}, {int(of_day.count())} pixels seen")
print(f"written to {result_path}")
