//! `swath convert`: any store that can be read, as a Zarr store, chunk by chunk.
//!
//! Values are copied as they are stored: nothing is decoded or packed anew. It is a run like any other, on any number of
//! ranks, within the memory given, and can be gone on with.

use super::Ended;
use super::arguments::{RankZeroArguments, ResourceArguments};
use super::run_directory::RunDirectoryArguments;
use super::session::{close_run, in_session};
use crate::dataset::{
    self, ChunkSize, Chunking, CoordinateAttributes, DecodeOptions, Encoding, OpenOptions, WriteOptions,
};
use crate::monitor;
use crate::runtime::{Session, SessionOptions};
use crate::script::SessionWriter;
use crate::store::{Compression, WriteMode, ZarrFormat};
use anyhow::Error;
use clap::Args;
use indexmap::IndexMap;
use std::rc::Rc;

const EXAMPLES: &str = "\
Examples:
  swath convert air.nc air.zarr
  swath convert air.nc air.zarr --chunks time=365,lat=48,lon=72 --compressor zstd:3
  swath convert air.nc air.zarr --chunks time=10 --shards time=1000
  mpirun -n 4 swath convert --memory 2GiB air.nc air.zarr
  swath convert --resume air.nc air.zarr   goes on where the last attempt stopped

Values are copied as they are stored. Of a file with groups, one is copied: --group model/ocean.";

/// Arguments of `swath convert`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct ConvertArguments {
    /// The store to read: NetCDF-4, HDF5 or Zarr.
    #[arg(value_name = "IN")]
    input: String,

    /// The Zarr store to write.
    #[arg(value_name = "OUT")]
    output: String,

    /// Group to copy [default: the root].
    #[arg(long, value_name = "PATH")]
    group: Option<String>,

    /// Lengths of chunks along dimensions, as in time=365,lat=48; -1 is the whole dimension [default: those of IN].
    #[arg(long, value_name = "DIM=N,...", value_parser = lengths)]
    chunks: Option<Lengths>,

    /// Lengths of shards along dimensions, multiples of those of chunks; where a dimension isn't named, its chunks'.
    #[arg(long, value_name = "DIM=N,...", value_parser = lengths)]
    shards: Option<Lengths>,

    /// How chunks are compressed: none, zstd[:LEVEL], gzip[:LEVEL] or blosc[:LEVEL] [default: zstd:0].
    #[arg(long, value_name = "NAME[:LEVEL]", value_parser = compressor)]
    compressor: Option<Compression>,

    /// Version of Zarr to write: 2 or 3.
    #[arg(long, value_name = "N", default_value = "3", value_parser = zarr_format)]
    zarr_format: ZarrFormat,

    /// Replace a store that lies at OUT; it stands until the new one is complete.
    #[arg(long)]
    overwrite: bool,

    /// No progress and no summary.
    #[arg(long, short)]
    quiet: bool,

    #[command(flatten)]
    resources: ResourceArguments,

    #[command(flatten)]
    rank_zero: RankZeroArguments,

    #[command(flatten)]
    run_directory: RunDirectoryArguments,
}

/// Lengths by dimension, -1 for a whole one.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Lengths(IndexMap<String, Option<usize>>);

/// Copies the store, or works for the rank that does; gives the exit code.
///
/// # Errors
/// Where the ranks can't be started, or the store can't be read or written.
pub fn execute(arguments: &ConvertArguments) -> Result<u8, Ended> {
    let environment = arguments.rank_zero.environment();
    let options = SessionOptions {
        threads: arguments.resources.threads(&environment),
        rank_zero_computes: environment.rank_zero_computes,
        memory_bytes: arguments.resources.memory_bytes(&environment),
        io_threads: arguments.resources.io_threads(&environment),
        scratch: arguments.resources.scratch(),
        observers: monitor::panels(arguments.quiet || environment.ranks.rank > 0),
        ..SessionOptions::default()
    };
    in_session(options, |session| run(arguments, session))
}

/// Copies with a run directory, whose run is known by what is copied and how.
fn run(arguments: &ConvertArguments, session: &Rc<Session>) -> Result<(), Ended> {
    let words = format!(
        "{:?} {:?} {:?} {:?} {:?} {:?} {:?}",
        arguments.input,
        arguments.output,
        arguments.group,
        arguments.chunks,
        arguments.shards,
        arguments.compressor,
        arguments.zarr_format
    );
    arguments.run_directory.open_named("convert", words.into_bytes(), &[], session)?;
    close_run(session, copy(arguments, session).map_err(Ended::Failed), arguments.quiet)
}

fn copy(arguments: &ConvertArguments, session: &Rc<Session>) -> Result<(), Error> {
    let chunking = match &arguments.chunks {
        None => Chunking::Stored,
        Some(Lengths(lengths)) => Chunking::PerDim(
            lengths
                .iter()
                .map(|(name, length)| (name.clone(), length.map_or(ChunkSize::Whole, ChunkSize::Size)))
                .collect(),
        ),
    };
    let options = OpenOptions {
        decode: DecodeOptions::NONE,
        coordinates: CoordinateAttributes::None,
        group: arguments.group.clone(),
        ..OpenOptions::default()
    };
    let mut dataset = dataset::open_dataset(&arguments.input, &options, &**session)?;
    let mut encodings = IndexMap::new();
    if arguments.chunks.is_some() || arguments.shards.is_some() {
        dataset = dataset.chunk(&chunking)?;
        for (name, variable) in dataset.data_variables() {
            let encoding = Encoding {
                chunks: Some(variable.data.grid().max_chunk_shape()),
                shards: shards(arguments, &variable.dims, &variable.data.grid().max_chunk_shape())?,
                ..Encoding::default()
            };
            encodings.insert(name.clone(), encoding.or(&variable.encoding));
        }
    }
    let mode = if arguments.overwrite { WriteMode::Replace } else { WriteMode::CreateNew };
    let options = WriteOptions {
        format: Some(arguments.zarr_format),
        encoding: encodings,
        compression: arguments.compressor.unwrap_or_default(),
        ..WriteOptions::new(mode)
    };
    let mut writer = SessionWriter::new(session.clone());
    Ok(dataset::write_zarr(&dataset, &arguments.output, &options, &mut writer)?)
}

/// The shape of shards of an array in chunks of this shape, where some were asked for.
fn shards(arguments: &ConvertArguments, dims: &[String], chunks: &[usize]) -> Result<Option<Vec<usize>>, Error> {
    let Some(Lengths(lengths)) = &arguments.shards else { return Ok(None) };
    let mut shape = Vec::new();
    for (name, &chunk) in dims.iter().zip(chunks) {
        let wanted = lengths.get(name).copied().flatten().unwrap_or(chunk);
        if wanted % chunk.max(1) != 0 {
            anyhow::bail!("shards of length {wanted} along {name:?} aren't made of whole chunks of length {chunk}");
        }
        shape.push(wanted);
    }
    Ok(Some(shape))
}

/// `time=365,lat=-1`.
fn lengths(text: &str) -> Result<Lengths, String> {
    let one = |part: &str| {
        let (name, length) = part.split_once('=')?;
        let length = match length.trim() {
            "-1" => None,
            length => Some(length.parse::<usize>().ok().filter(|length| *length > 0)?),
        };
        Some((name.trim().to_owned(), length))
    };
    let lengths: Option<IndexMap<_, _>> = text.split(',').map(one).collect();
    lengths.map(Lengths).ok_or_else(|| "expected lengths of dimensions, as in time=365,lat=48".to_owned())
}

/// `zstd:3`.
fn compressor(text: &str) -> Result<Compression, String> {
    let (name, level) = text.split_once(':').map_or((text, None), |(name, level)| (name, Some(level)));
    let expected = || "expected none, zstd[:LEVEL], gzip[:LEVEL] or blosc[:LEVEL]".to_owned();
    let within = |range: std::ops::RangeInclusive<i32>, default: i32| match level {
        None => Ok(default),
        Some(level) => level.parse().ok().filter(|level| range.contains(level)).ok_or_else(expected),
    };
    match name {
        "none" if level.is_none() => Ok(Compression::None),
        "zstd" => Ok(Compression::Zstd { level: within(-131_072..=22, 0)?, checksum: false }),
        "gzip" => Ok(Compression::Gzip { level: within(0..=9, 5)? as u32 }),
        "blosc" => Ok(Compression::blosc_lz4(within(0..=9, 5)? as u32)),
        _ => Err(expected()),
    }
}

fn zarr_format(text: &str) -> Result<ZarrFormat, String> {
    match text {
        "2" => Ok(ZarrFormat::V2),
        "3" => Ok(ZarrFormat::V3),
        _ => Err("expected 2 or 3".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read_as_users_write_them() {
        let Lengths(found) = lengths("time=365, lat=-1").unwrap();
        assert_eq!(found.into_iter().collect::<Vec<_>>(), [("time".to_owned(), Some(365)), ("lat".to_owned(), None)]);
        assert!(lengths("time").is_err() && lengths("time=0").is_err() && lengths("time=x").is_err());
        assert_eq!(compressor("zstd:3"), Ok(Compression::Zstd { level: 3, checksum: false }));
        assert_eq!(compressor("none"), Ok(Compression::None));
        assert!(compressor("gzip:10").is_err() && compressor("lzma").is_err() && compressor("none:1").is_err());
    }
}
