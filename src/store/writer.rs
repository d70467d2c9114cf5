//! Writing a store of any format.

use super::zarr::ZarrStoreWriter;
use super::{ArraySpec, Attributes, StoreError, WriteMode, ZarrFormat, absolute, rehearsal};
use crate::array::StoredArray;

/// A format's part of writing a store. Dropped unfinished, it removes what was written.
pub(super) trait WriteStore: std::fmt::Debug + Send {
    /// Adds an array at a temporary location.
    fn create_array(&mut self, spec: &ArraySpec) -> Result<StoredArray, StoreError>;

    /// Puts the arrays in their final place.
    fn finish(&mut self) -> Result<(), StoreError>;
}

/// A store being written; what it holds takes its final place at [`finish`](StoreWriter::finish). Dropped before that,
/// it leaves nothing behind.
#[derive(Debug)]
pub struct StoreWriter(Box<dyn WriteStore>);

impl StoreWriter {
    /// Starts writing a store at a path, made absolute. Where arrays are added to a store, its format is kept.
    ///
    /// A new store is filled in a hidden directory beside its final place, arrays that are added to a store in a hidden
    /// directory inside it. Nothing but a Zarr store is ever replaced.
    ///
    /// ```
    /// # use swath::{array::{Chunk, DType}, store::{self, *}};
    /// # let directory = tempfile::tempdir()?;
    /// # let location = directory.path().join("red.zarr").display().to_string();
    /// let mut writer = StoreWriter::create(&location, WriteMode::CreateNew, ZarrFormat::V3, Attributes::new())?;
    /// let array = writer.create_array(&ArraySpec::new("red", DType::Int32, &[("y", 4), ("x", 6)], &[4, 3]))?;
    /// store::open_array_writer(&array)?.write_chunk(1, &Chunk::from_values(vec![4, 3], vec![7; 12])?)?;
    /// writer.finish()?;
    /// assert_eq!(store::open(&location)?.summarize("red")?.chunks_present, 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`StoreError::AlreadyExists`] with [`WriteMode::CreateNew`], [`StoreError::NotAStore`] where something else lies
    /// there, or the reason why nothing can be written there.
    pub fn create(
        location: &str,
        mode: WriteMode,
        format: ZarrFormat,
        attributes: Attributes,
    ) -> Result<StoreWriter, StoreError> {
        let place = rehearsal::place_to_write(absolute(location)?, mode)?;
        let writer = ZarrStoreWriter::create(&place, mode, format, attributes)?;
        Ok(StoreWriter(Box::new(writer)))
    }

    /// Adds an array; its location is the temporary one. Chunks may then be written by any rank.
    ///
    /// # Errors
    /// Where the specification makes no array, or the file system refuses.
    pub fn create_array(&mut self, spec: &ArraySpec) -> Result<StoredArray, StoreError> {
        self.0.create_array(spec)
    }

    /// Puts the arrays in their final place, once every chunk is written: a new store in one step, arrays that are added
    /// to a store one by one, then its attributes and consolidated metadata.
    ///
    /// # Errors
    /// Where the file system refuses; what stood there before still does.
    pub fn finish(mut self) -> Result<(), StoreError> {
        self.0.finish()
    }

    /// Removes what was written.
    pub fn abort(self) {
        drop(self);
    }
}
