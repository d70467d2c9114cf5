"""Derives `l7_etms.zarr` from the Landsat-7 scene in Debian's package r-cran-stars.

    apt-get download r-cran-stars
    dpkg-deb -x r-cran-stars_*.deb unpacked
    pip install tifffile imagecodecs pyproj xarray zarr
    python derive_l7_etms.py unpacked/usr/lib/R/site-library/stars/tif/L7_ETMs.tif

The pixels are copied as they are. Everything else comes from the file's GeoTIFF tags, save the band numbers, which the
file doesn't hold: they are the six reflective 30 m bands of ETM+, in order (see PROVENANCE.md).
"""

import pathlib
import sys

import numpy as np
import pyproj
import tifffile
import xarray as xr

BANDS = [1, 2, 3, 4, 5, 7]
CHUNKS = (1, 128, 128)


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: derive_l7_etms.py L7_ETMs.tif")
    with tifffile.TiffFile(sys.argv[1]) as tiff:
        pixels = tiff.asarray()
        geo = tiff.geotiff_metadata
    height, width, bands = pixels.shape
    assert (bands, pixels.dtype) == (len(BANDS), np.dtype("uint8"))

    step_x, step_y, _ = geo["ModelPixelScale"]
    _, _, _, west, north, _ = geo["ModelTiepoint"]
    crs = pyproj.CRS.from_epsg(int(geo["ProjectedCSTypeGeoKey"]))
    spatial_ref = crs.to_cf()
    spatial_ref["spatial_ref"] = spatial_ref["crs_wkt"]
    spatial_ref["GeoTransform"] = f"{west!r} {step_x!r} 0.0 {north!r} 0.0 {-step_y!r}"

    scene = xr.Dataset(
        {"digital_number": (("band", "y", "x"), pixels.transpose(2, 0, 1), {"grid_mapping": "spatial_ref"})},
        coords={
            "band": ("band", np.array(BANDS, dtype="int64"), {"long_name": "ETM+ band number"}),
            "y": ("y", north - (np.arange(height) + 0.5) * step_y, axis_attrs("y", "northing")),
            "x": ("x", west + (np.arange(width) + 0.5) * step_x, axis_attrs("x", "easting")),
            "spatial_ref": ((), np.int64(0), spatial_ref),
        },
        attrs={
            "title": "Landsat-7 ETM+ scene on the coast of Pernambuco, Brazil",
            "summary": "digital numbers, not calibrated",
            "source": "stars/tif/L7_ETMs.tif of Debian's package r-cran-stars",
            "license": "Apache-2.0",
        },
    )
    encoding = {"digital_number": {"chunks": CHUNKS}}
    for name in ("band", "y", "x"):
        encoding[name] = {"_FillValue": None}
    target = pathlib.Path(__file__).with_name("l7_etms.zarr")
    scene.to_zarr(target, mode="w", zarr_format=3, encoding=encoding)
    print(f"wrote {target}")


def axis_attrs(axis, direction):
    return {
        "axis": axis.upper(),
        "standard_name": f"projection_{axis}_coordinate",
        "long_name": f"{direction} of the pixel centre",
        "units": "m",
    }


if __name__ == "__main__":
    main()
