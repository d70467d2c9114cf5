//! NDVI of a Landsat-7 scene in Rust: the same computation as `01_ndvi.py`, with `ndarray`s as the result.
//!
//!     cargo run --release --example ndvi
//!     mpirun -n 4 target/release/examples/ndvi

use indexmap::IndexMap;
use std::error::Error;
use swath::array::{DType, Scalar};
use swath::dataset::{
    DataArray, Dims, Label, LabelIndexer, OpenOptions, Operand, ReduceOptions, SelectOptions, open_zarr,
};
use swath::kernels::elementwise::BinaryOp::{Add, Divide, Subtract};
use swath::runtime::{Session, SessionOptions, Started};

fn band(scene: &DataArray, number: i64) -> Result<Operand, Box<dyn Error>> {
    let labels = IndexMap::from([("band".to_owned(), LabelIndexer::At(Label::Value(Scalar::Int(number))))]);
    Ok(scene.sel(&labels, &SelectOptions::default())?.into())
}

fn main() -> Result<(), Box<dyn Error>> {
    let session = match Session::start(SessionOptions::default())? {
        Started::Session(session) => session,
        Started::Served { exit_code } => std::process::exit(exit_code),
    };
    let scene = open_zarr("examples/data/l7_etms.zarr", &OpenOptions::default(), &session)?;
    let digital_number = scene.get("digital_number")?.astype(DType::Float32)?;
    let (red, infrared) = (band(&digital_number, 3)?, band(&digital_number, 4)?);
    let ndvi = infrared.binary(Subtract, &red)?.binary(Divide, &infrared.binary(Add, &red)?)?;
    let ndvi = DataArray::try_from(ndvi)?;
    let mean = ndvi.reduce("mean", &Dims::All, ReduceOptions::default())?;
    let mut values = session.compute(&[ndvi.data().clone(), mean.data().clone()])?.into_iter();
    let map = values.next().ok_or("no map")?.into_ndarray::<f32>()?;
    let mean = values.next().ok_or("no mean")?.into_ndarray::<f32>()?;
    println!("NDVI of {} x {} pixels, mean {:.4}", map.shape()[0], map.shape()[1], mean.first().ok_or("no mean")?);
    session.finish(0);
    Ok(())
}
