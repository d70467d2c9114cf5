//! Writing a store of any format.

use super::zarr::ZarrStoreWriter;
use super::{ArrayPart, ArraySpec, Attributes, StoreError, StoreFormat, WriteMode, absolute, place_of, rehearsal};
use crate::array::StoredArray;

/// Where a store is filled before it takes its place, so that the next attempt of a run finds it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workshop {
    /// Distinguishes its directory, hidden beside the store's place, from others there.
    pub name: String,
    /// Whether what an earlier attempt has left there is gone on with; else it is removed.
    pub adopts: bool,
    /// Whether the store that lies in the place is an earlier attempt's own, so that it may be replaced in any mode.
    pub owns_place: bool,
}

/// Where a store is being filled, and where it will lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnfinishedStore {
    /// The directory in which it is filled.
    pub workshop: String,
    /// Its final place.
    pub place: String,
    /// Whether all is complete and has begun to take its place, in an earlier attempt: it only needs finishing.
    pub is_placing: bool,
}

/// A new store, or one that arrays are added to.
#[derive(Debug, Clone, PartialEq)]
pub struct StoreSpec {
    /// Its path.
    pub location: String,
    /// What becomes of a store that lies there.
    pub mode: WriteMode,
    /// The format, where it isn't added to.
    pub format: StoreFormat,
    /// Attributes of the group.
    pub attributes: Attributes,
    /// Path of the group in a NetCDF-4 file that is written; the root by default.
    pub group: Option<String>,
}

/// A format's part of writing a store. Dropped unfinished, it removes what was written, unless its workshop has a name.
pub(super) trait WriteStore: std::fmt::Debug + Send {
    /// Where it is filled and where it will lie.
    fn unfinished(&self) -> UnfinishedStore;

    /// Removes what was written.
    fn discard(&mut self);

    /// Adds an array at a temporary location.
    fn create_array(&mut self, spec: &ArraySpec) -> Result<StoredArray, StoreError>;

    /// Adds a part of an array of the store that is added to.
    fn create_part(&mut self, part: &ArrayPart) -> Result<StoredArray, StoreError>;

    /// Puts the arrays in their final place.
    fn finish(&mut self) -> Result<(), StoreError>;
}

/// A store being written; what it holds takes its final place at [`finish`](StoreWriter::finish). Dropped before that,
/// it leaves nothing behind, unless it has a [`Workshop`].
#[derive(Debug)]
pub struct StoreWriter(Box<dyn WriteStore>);

impl StoreWriter {
    /// Starts writing a store at a path, made absolute. Where arrays are added to a store, its format is kept.
    ///
    /// A new store is filled in a hidden directory beside its final place, arrays that are added to a store in a hidden
    /// directory inside it. Nothing but a store of the same kind is ever replaced.
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
        format: impl Into<StoreFormat>,
        attributes: Attributes,
    ) -> Result<StoreWriter, StoreError> {
        let format = format.into();
        let spec = StoreSpec { location: location.to_owned(), mode, format, attributes, group: None };
        StoreWriter::create_in(None, spec)
    }

    /// Starts writing a store in a workshop of a name, or in one that no other has.
    ///
    /// # Errors
    /// As [`StoreWriter::create`].
    pub fn create_in(workshop: Option<&Workshop>, mut spec: StoreSpec) -> Result<StoreWriter, StoreError> {
        if workshop.is_some_and(|workshop| workshop.owns_place) && spec.mode == WriteMode::CreateNew {
            spec.mode = WriteMode::Replace;
        }
        if let (Some(group), StoreFormat::Zarr(_)) = (&spec.group, spec.format) {
            let feature = format!("writing of group {group:?} in a Zarr store: write the group's own directory");
            return Err(StoreError::UnsupportedFeature { array: spec.location, feature });
        }
        let place = place_of(&rehearsal::place_to_write(absolute(&spec.location)?, spec.mode)?)?;
        Ok(StoreWriter(match spec.format {
            StoreFormat::Zarr(format) => Box::new(ZarrStoreWriter::create(&place, workshop, spec, format)?),
            #[cfg(feature = "hdf5")]
            StoreFormat::Netcdf4 => Box::new(super::netcdf::NetcdfWriter::create(&place, workshop, spec)?),
            #[cfg(not(feature = "hdf5"))]
            StoreFormat::Netcdf4 => return Err(StoreError::WithoutHdf5 { file: place.display().to_string() }),
        }))
    }

    /// Where it is filled and where it will lie.
    pub fn unfinished(&self) -> UnfinishedStore {
        self.0.unfinished()
    }

    /// Adds an array; its location is the temporary one. Chunks may then be written by any rank.
    ///
    /// # Errors
    /// Where the specification makes no array, or the file system refuses.
    pub fn create_array(&mut self, spec: &ArraySpec) -> Result<StoredArray, StoreError> {
        self.0.create_array(spec)
    }

    /// Adds a part of an array that lies in the store already: the array of its values, which take their place in the
    /// other one when all are complete.
    ///
    /// # Errors
    /// Where there is no such array, it has uneven chunks, or the part doesn't begin at one.
    pub fn create_part(&mut self, part: &ArrayPart) -> Result<StoredArray, StoreError> {
        self.0.create_part(part)
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
    pub fn abort(mut self) {
        self.0.discard();
    }
}
