//! `swath info`: what a store holds.

use super::Ended;
use super::output::{show, table};
use crate::dataset::{OpenOptions, open_group};
use crate::environment::Environment;
use crate::runtime::{Session, SessionOptions};
use crate::store::{self, ArrayMetadata, Store, StoreError};
use anyhow::{Context, Error};
use bytesize::ByteSize;
use clap::Args;

const EXAMPLES: &str = "\
Examples:
  swath info scene.zarr
  swath info air.nc --group model/ocean";

/// Arguments of `swath info`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct InfoArguments {
    /// The store: Zarr, NetCDF-4 or HDF5.
    #[arg(value_name = "STORE")]
    store: String,

    /// Group of the store to show [default: the root].
    #[arg(long, value_name = "PATH")]
    group: Option<String>,
}

/// Shows the store.
///
/// # Errors
/// Where it isn't one, or can't be read.
pub fn execute(arguments: &InfoArguments) -> Result<u8, Ended> {
    if !super::is_first_rank() {
        return Ok(0);
    }
    show(&describe(&arguments.store, arguments.group.as_deref())?);
    Ok(0)
}

/// The store as text: its dataset, then a line an array.
fn describe(location: &str, group: Option<&str>) -> Result<String, Error> {
    let store = store::open_group(location, group)?;
    let group = store.metadata();
    let environment = Environment::detect();
    let options = SessionOptions { threads: 1, memory_bytes: environment.memory_bytes, ..SessionOptions::default() };
    // Reads coordinates here, and computes nothing.
    let session = Session::explaining(options, |_| {});
    let dataset = open_group(group, &OpenOptions::default(), &session)
        .with_context(|| format!("can't show {} as a dataset", group.location))?;
    let header = ["array", "dtype", "shape", "chunks", "shards", "codecs", "chunk files", "stored", "raw", "ratio"];
    let mut rows = vec![header.map(str::to_owned).to_vec()];
    for (name, array) in &group.arrays {
        rows.push(row(&*store, name, array)?);
    }
    let unreadable: String =
        group.unreadable.iter().map(|(name, reason)| format!("  {name}: can't be read: {reason}\n")).collect();
    let groups = match group.groups.as_slice() {
        [] => String::new(),
        names => format!("\ngroups: {}", names.join(", ")),
    };
    Ok(format!("{dataset}\n\n{} ({}){groups}\n{}{unreadable}", group.location, group.format, table(&rows)))
}

fn row(store: &dyn Store, name: &str, array: &ArrayMetadata) -> Result<Vec<String>, StoreError> {
    let summary = store.summarize(name)?;
    let stored = &array.array;
    let raw_bytes =
        stored.shape.iter().map(|&length| length as u64).product::<u64>() * stored.dtype.size_bytes() as u64;
    let shape = |shape: &Option<Vec<usize>>, otherwise: &str| match shape {
        Some(shape) => format!("{shape:?}"),
        None => otherwise.to_owned(),
    };
    let ratio = match summary.stored_bytes {
        0 => "-".to_owned(),
        bytes => format!("{:.2}", raw_bytes as f64 / bytes as f64),
    };
    Ok(vec![
        name.to_owned(),
        stored.dtype.to_string(),
        format!("{:?}", stored.shape),
        shape(&array.chunk_shape, if array.netcdf.is_some() { "-" } else { "irregular" }),
        shape(&array.shard_shape, "-"),
        array.codecs.clone(),
        format!("{} of {}", summary.chunks_present, summary.chunks_total),
        ByteSize::b(summary.stored_bytes).display().iec().to_string(),
        ByteSize::b(raw_bytes).display().iec().to_string(),
        ratio,
    ])
}
