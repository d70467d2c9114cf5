//! Scripts run from here, as a user would run them.

use super::{ScriptError, run_file};
use crate::runtime::{Session, SessionOptions, Started};
use std::rc::Rc;

/// Runs a script in a directory of its own; assertions in it are the test.
fn run(source: &str) -> Result<(), ScriptError> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("script.py");
    std::fs::write(&path, source.replace("OUT", &directory.path().display().to_string())).unwrap();
    let options = SessionOptions { threads: 2, ..SessionOptions::default() };
    let Started::Session(session) = Session::start(options).unwrap() else { panic!("a test is one process") };
    let session = Rc::new(session);
    let result = run_file(&path, &["first".to_owned()], session.clone());
    session.finish(0);
    result
}

#[track_caller]
fn passes(source: &str) {
    if let Err(error) = run(source) {
        panic!("{error}");
    }
}

/// The uncaught exception of a script that fails, as text.
fn failure(source: &str) -> String {
    run(source).expect_err("the script fails").to_string()
}

#[test]
fn a_script_knows_its_arguments_and_that_it_is_main() {
    passes(
        "import sys\nassert sys.argv[1:] == ['first']\nassert __name__ == '__main__'\nassert __file__ == sys.argv[0]",
    );
}

#[test]
fn an_uncaught_exception_names_the_line_of_the_user() {
    let text = failure("def f(x):\n    return {}[x]\n\nf('a')\n");
    assert!(text.ends_with("script.py:2: KeyError: a\n    return {}[x]"), "{text}");
}

#[test]
fn a_syntax_error_names_its_line() {
    let text = failure("x = 1\ny = = 2\n");
    assert!(text.contains("script.py:2: SyntaxError"), "{text}");
    assert!(text.contains("    y = = 2"), "{text}");
}

#[test]
fn exit_status_is_honoured() {
    passes("import sys\nsys.exit(0)");
    assert!(matches!(run("import sys\nsys.exit(3)"), Err(ScriptError::Exit { status: 3 })));
}

#[test]
fn an_unknown_module_is_answered_with_those_there_are() {
    let text = failure("import scipy");
    assert!(text.contains("ModuleNotFoundError") && text.contains("xarray, ") && text.contains("numpy"), "{text}");
}

#[test]
fn an_unknown_name_is_answered_with_the_nearest() {
    assert!(failure("import numpy as np\nnp.sqroot(2)").contains("Did you mean: 'sqrt'"));
    assert!(failure("import dask.array as da\nda.ones(3).meen()").contains("Did you mean: 'mean'"));
    assert!(failure("import dask.array as da\nda.ones(3).mean(axes=0)").contains("Did you mean 'axis'"));
    assert!(failure("import dask.array as da\nda.ones(3).mean(out=1)").contains("not supported by swath"));
}

#[test]
fn numpy_arrays_are_small_and_eager() {
    passes(
        r#"
import numpy as np
a = np.array([[1, 2, 3], [4, 5, 6]])
assert a.shape == (2, 3) and a.dtype == np.int64 and a.dtype == "int64", a.dtype
assert a.sum() == 21 and a.mean(axis=0).tolist() == [2.5, 3.5, 4.5]
assert (a * 2)[1].tolist() == [8, 10, 12] and (2 ** a)[0, 2] == 8
assert a[:, ::-1].tolist() == [[3, 2, 1], [6, 5, 4]] and a.T.shape == (3, 2)
assert np.sqrt(np.float32(4)).dtype == np.float32
assert (a > 2).any() and not (a > 6).any() and (a > 300).dtype == bool
assert np.arange(6).reshape(2, 3).tolist() == [[0, 1, 2], [3, 4, 5]]
assert np.linspace(0, 1, 5).tolist() == [0, 0.25, 0.5, 0.75, 1]
assert np.where(a > 3, a, 0).tolist() == [[0, 0, 0], [4, 5, 6]]
assert np.allclose(a, a + 1e-9) and not np.allclose(a, a + 1)
assert [int(x) for x in a[0]] == [1, 2, 3] and len(a) == 2
assert np.round(np.array([1.234, 2.5]), 1).tolist() == [1.2, 2.5]
assert a[a[:, 0] > 1].tolist() == [[4, 5, 6]]
assert str(a[:, 0]) == "[1 4]" and repr(a[0] / 4) == "array([0.25, 0.5 , 0.75])", repr(a[0] / 4)
assert np.nan != np.nan and np.isnan(np.array([np.nan, 1.0])).tolist() == [True, False]
"#,
    );
}

#[test]
fn numpy_scalars_look_like_numpy_scalars() {
    passes(
        r#"
import numpy as np
x = np.float32(0.25)
assert str(x) == "0.25" and repr(x) == "np.float32(0.25)", repr(x)
assert f"{x:.3f}" == "0.250" and float(x) == 0.25 and int(np.int16(7)) == 7
assert repr(np.float32(0.1)) == "np.float32(0.1)" and repr(np.float64(1e-5)) == "np.float64(1e-05)"
assert (x + 1).dtype == np.float32 and (x + np.float64(1)).dtype == np.float64
assert x < 1 and x == 0.25 and bool(np.bool_(True)) and {np.int64(3): 1}[3] == 1
assert round(x, 1) == np.float32(0.2) and abs(-x) == x
assert np.dtype("f4") == np.float32 and str(np.dtype("f4")) == "float32" and repr(np.dtype("f4")) == "dtype('float32')"
assert np.uint8(200) + 50 == 250
d = np.datetime64("2000-03-01") - np.datetime64("2000-02-01")
assert d == np.timedelta64(29, "D"), d
assert np.datetime64("2000-01-01T12") > np.datetime64("2000-01-01")
assert str(np.timedelta64(2, "h")) == "2 hours" and str(np.datetime64("2000-01-01")) == "2000-01-01"
"#,
    );
}

#[test]
fn dask_arrays_are_lazy() {
    passes(
        r#"
import dask, dask.array as da, numpy as np
x = da.ones((4, 6), chunks=(2, 3), dtype="float32")
assert x.chunks == ((2, 2), (3, 3)) and x.numblocks == (2, 2) and x.npartitions == 4
y = (x + da.arange(6, chunks=2)).sum(axis=1)
assert y.shape == (4,) and y.compute().tolist() == [21, 21, 21, 21]
z = (x + x.T[:4, :4].mean())[::2, 1:].max()
assert float(z) == 2.0 and z.compute() == 2
assert da.full((2,), 7).compute().dtype == np.int64
a, b = dask.compute(x.sum(), x.min())
assert (a, b) == (24, 1)
assert x.rechunk((4, -1)).chunks == ((4,), (6,))
assert da.where(x > 0, 5, 6).compute().tolist()[0][0] == 5
assert np.sqrt(x * 4).compute().tolist()[0][0] == 2
p = x.persist()
assert p.sum().compute() == 24
"#,
    );
}

#[test]
fn seeded_random_arrays_repeat() {
    passes(
        r#"
import dask.array as da
def draw():
    rng = da.random.default_rng(7)
    return rng.random((100,), chunks=10), rng.normal(size=(100,), chunks=10)
(a, b), (c, d) = draw(), draw()
assert (a == c).all().compute() and (b == d).all().compute() and (a != b).any().compute()
assert 0.3 < float(a.mean()) < 0.7 and (a >= 0).all() and (a < 1).all()
da.random.seed(3)
e = da.random.random((50,))
da.random.seed(3)
assert (e == da.random.random((50,))).all() and (e != da.random.random((50,))).any()
r = da.random.randint(0, 10, size=(50,))
assert 0 <= int(r.min()) and int(r.max()) < 10
"#,
    );
}

#[test]
fn labelled_arrays_are_made_selected_and_combined() {
    passes(
        r#"
import numpy as np, xarray as xr
a = xr.DataArray(np.arange(6.0).reshape(2, 3), dims=("y", "x"), coords={"x": [10, 20, 30]}, name="a", attrs={"units": "m"})
assert a.dims == ("y", "x") and a.sizes["x"] == 3 and a.x.values.tolist() == [10, 20, 30]
assert a.sel(x=20).values.tolist() == [1, 4] and a.isel(x=slice(None, None, 2)).x.values.tolist() == [10, 30]
assert a.sel(x=21, method="nearest").x.item() == 20
assert float((a + 1).mean()) == 3.5 and (1 - a).values.tolist()[0][1] == 0
assert (a.mean("y") * a).dims == ("x", "y") and a.mean("y").attrs == {"units": "m"}
assert a.where(a > 2).isnull().sum().item() == 3 and int(a.where(a > 2).count()) == 3
assert np.sqrt(a).sel(x=20).isel(y=1).item() == 2 and a.T.dims == ("x", "y")
a.attrs["long_name"] = "length"
assert a.attrs == {"units": "m", "long_name": "length"} and "units" in a.attrs
ds = a.to_dataset(name="a").assign(b=a * 2, c=1.5)
ds["d"] = ("x", [1, 2, 3])
ds["a"].attrs["units"] = "km"
assert list(ds) == ["a", "b", "c", "d"] and ds.a.attrs["units"] == "km" and len(ds) == 4
assert ds[["a", "d"]].data_vars.keys() == {"a", "d"} and "b" in ds
assert ds.drop_vars("b").mean().a.item() == 2.5 and ds.rename(a="e").e.shape == (2, 3)
a += 1
assert a.isel(x=0, y=0).item() == 1 and a[0, ::-1].x.values.tolist() == [30, 20, 10]
assert xr.where(a > 3, a, -1).min().item() == -1
assert [float(v) for v in a.isel(y=0)] == [1, 2, 3]
assert a.chunk({"x": 1}).chunks == ((2,), (1, 1, 1)) and a.clip(2, 3).max().item() == 3
assert bool((a.astype("int32").dtype == np.int32)) and float(a.max()) == 6
with xr.set_options(keep_attrs=False):
    assert not a.mean().attrs
"#,
    );
}

#[test]
fn clusters_describe_the_ranks() {
    passes(
        r#"
from dask.distributed import Client, LocalCluster
from dask_jobqueue import SLURMCluster
with Client(LocalCluster(n_workers=4)) as client:
    client.wait_for_workers(4)
    assert sum(client.ncores().values()) >= 1
cluster = SLURMCluster(cores=4, memory="8GB")
cluster.scale(jobs=2)
cluster.close()
"#,
    );
}

#[test]
fn stores_are_written_and_read_back() {
    passes(
        r#"
import numpy as np, xarray as xr, dask.array as da
ds = xr.Dataset(
    {"a": (("y", "x"), np.arange(6.0).reshape(2, 3), {"units": "m"})},
    coords={"x": [1, 2, 3], "band": ("y", ["red", "green"])},
    attrs={"title": "test"},
)
ds.chunk({"x": 2}).to_zarr("OUT/a.zarr", mode="w", consolidated=True)
back = xr.open_zarr("OUT/a.zarr", chunks={"x": 1})
assert back.a.chunks == ((2,), (1, 1, 1)) and back.attrs == {"title": "test"} and back.a.attrs["units"] == "m"
assert (back.a == ds.a).all() and back.band.values.tolist() == ["red", "green"]
assert "chunks" in back.a.encoding
back.a.mean("y").rename("m").to_zarr("OUT/m.zarr")
assert xr.open_dataset("OUT/m.zarr", engine="zarr").m.values.tolist() == [1.5, 2.5, 3.5]
back[["a"]].rename(a="b").to_zarr("OUT/a.zarr", mode="a")
assert sorted(xr.open_zarr("OUT/a.zarr").data_vars) == ["a", "b"]
assert da.from_zarr("OUT/a.zarr", component="a").sum().compute() == 15
da.ones((4,), chunks=2).to_zarr("OUT/d.zarr", component="d")
assert da.from_zarr("OUT/d.zarr", component="d").compute().tolist() == [1, 1, 1, 1]
try:
    ds.to_zarr("OUT/m.zarr")
except FileExistsError as error:
    assert "m.zarr" in str(error)
else:
    raise AssertionError("mode w- replaced a store")
"#,
    );
    let text = failure("import xarray as xr\nxr.open_zarr('OUT/nowhere.zarr')\n");
    assert!(text.contains("script.py:2: FileNotFoundError"), "{text}");
}

#[test]
fn values_are_formatted_and_mappings_shown() {
    passes(
        r#"
import numpy as np, xarray as xr
a = xr.DataArray(np.arange(6.0).reshape(2, 3), dims=("y", "x"), coords={"x": [10, 20, 30]})
assert f"{a.mean():.2f} {a.max().values:.1f} {np.float32(0.5):>6.2f}" == "2.50 5.0   0.50"
assert repr(a.sizes) == "Frozen({'y': 2, 'x': 3})" and a.sizes == {"y": 2, "x": 3}
assert repr(a.coords).startswith("Coordinates:") and list(a.coords) == ["x"] and "x" in a.coords
assert a.coords["x"].values.tolist() == [10, 20, 30] and dict(a.coords.items()).keys() == {"x"}
assert isinstance(np.where(a > 2, 1, 0), np.ndarray) and np.where(a > 2, 1, 0).sum() == 3
assert a.pipe(lambda array, n: array + n, 1).max().item() == 6
assert np.iinfo("int16").max == 32767 and np.finfo(np.float32).eps == np.float32(2.0) ** -23
r = np.random.default_rng(1).normal(size=100)
assert r.shape == (100,) and abs(r.mean()) < 0.5 and isinstance(r, np.ndarray)
assert repr(np.bool_(True)) == "np.True_" and np.array(3.0).shape == ()
"#,
    );
}

#[test]
fn too_little_memory_is_answered_with_what_would_do() {
    let text = failure("import dask.array as da\nda.ones((4_000_000, 4_000_000)).compute()");
    assert!(text.contains("MemoryError") && text.contains("--memory") && text.contains("iB"), "{text}");
}

#[test]
fn the_standard_library_and_modules_beside_the_script_can_be_imported() {
    passes(
        r#"
import argparse, json, logging, os, pathlib
assert json.loads(json.dumps({"a": [1, 2.5]})) == {"a": [1, 2.5]}
assert argparse.ArgumentParser().parse_known_args([])[1] == []
beside = pathlib.Path(__file__).parent / "beside.py"
beside.write_text("def twice(x):\n    return 2 * x\n", encoding="latin1")
from beside import twice
assert twice(4) == 8 and not (beside.parent / "__pycache__").exists()
"#,
    );
}

#[test]
fn views_of_small_arrays_share_their_values() {
    passes(
        r#"
import numpy as np, xarray as xr
a = np.zeros((2, 3))
row, turned = a[1], a.T
row[0] = 5
turned[2, 0] = 7
assert a.tolist() == [[0, 0, 7], [5, 0, 0]] and a.reshape(-1)[3] == 5
copy = a[[1]]
copy[:] = 0
a[a == 7] += 1
assert a[1, 0] == 5 and a[0, 2] == 8
labelled = xr.DataArray(np.arange(3), dims="x").to_dataset(name="v")
labelled.v.values[1] = 9
assert labelled.v.values.tolist() == [0, 9, 2]
"#,
    );
}

#[test]
fn functions_of_blocks_may_not_look_beyond_them() {
    passes(
        r#"
import dask.array as da
x = da.arange(8.0, chunks=2)
assert da.map_blocks(lambda b: b * 2, x).sum().compute() == 56
for wrong in (lambda b: b - b.mean(), lambda b: b * float(b.sum()), lambda b: b[::-1]):
    try:
        da.map_blocks(wrong, x)
    except NotImplementedError:
        continue
    raise AssertionError("the result would depend on the blocks")
"#,
    );
}

#[test]
fn a_plan_is_drawn_into_a_file() {
    passes(
        r#"
import dask, dask.array as da
x = da.ones((4, 4), chunks=2)
dask.visualize(x + x.T, filename="OUT/plan")
x.visualize(filename="OUT/one.svg")
assert open("OUT/plan.svg").read().count("<rect") > 2 and "<svg" in open("OUT/one.svg").read()
"#,
    );
}
