//! Chunks that take their place in arrays that exist: appended ones, and those of a region.
//!
//! The chunks are written to arrays of their own in the workshop, as large as the part that they are of. When all are
//! complete, a list of them is published in the workshop; from then on there is no way back: each is moved to its place,
//! where it replaces what lies there, chunks that aren't listed are removed there (all their values are the fill value),
//! and the metadata gets the new shape last. Whoever finds such a list goes on with it, however often that was tried.

use super::super::byte_store::ByteStore;
use super::super::replace::sync_tree;
use super::{json, read_layout};
use crate::array::{ArrayLocation, ChunkGrid};
use crate::store::{IoControl, StoreError};
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

/// The list's name in a workshop.
pub(super) const LIST: &str = "graft.json";

/// Chunks of one array that take their place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Graft {
    /// The array.
    pub(super) name: String,
    /// Position of the part's first chunk among the array's, along each axis.
    pub(super) offset: Vec<usize>,
    /// Chunks of the part along each axis.
    pub(super) counts: Vec<usize>,
    /// Shape of the array in the end.
    pub(super) shape: Vec<usize>,
    /// Positions in the part of the chunks that have a file.
    pub(super) chunks: Vec<Vec<usize>>,
}

/// What a workshop's list says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct GraftList {
    /// The arrays.
    pub(super) grafts: Vec<Graft>,
    /// Attributes that the group gets.
    pub(super) attributes: serde_json::Map<String, serde_json::Value>,
}

impl GraftList {
    /// The list that a workshop holds, where what it holds was complete.
    pub(super) fn read(workshop: &ByteStore) -> Result<Option<GraftList>, StoreError> {
        let Some(value) = json::read(workshop, LIST)? else { return Ok(None) };
        let file = workshop.path(LIST).display().to_string();
        let parsed = serde_json::from_value(value);
        parsed.map(Some).map_err(|error| StoreError::InvalidMetadata { file, reason: error.to_string() })
    }

    /// Publishes the list, once every chunk is on the disk.
    pub(super) fn publish(&self, workshop: &ByteStore) -> Result<(), StoreError> {
        let value = serde_json::to_value(self).map_err(|error| StoreError::InvalidMetadata {
            file: workshop.path(LIST).display().to_string(),
            reason: error.to_string(),
        })?;
        json::publish(workshop, LIST, &value)?;
        sync_tree(workshop.root())
    }
}

impl Graft {
    /// Finds which chunks of the part have a file in the workshop.
    pub(super) fn find_chunks(&mut self, workshop: &ByteStore) -> Result<(), StoreError> {
        let keys = keys_of(workshop, &self.name)?;
        self.chunks.clear();
        for position in positions(&self.counts) {
            if workshop.has_file(&format!("{}/{}", self.name, keys.key(&position)))? {
                self.chunks.push(position);
            }
        }
        Ok(())
    }

    /// Moves the chunks to their place, and gives the array its shape.
    pub(super) fn settle(&self, workshop: &ByteStore, group: &ByteStore) -> Result<(), StoreError> {
        let keys = keys_of(group, &self.name)?;
        let listed: std::collections::HashSet<&[usize]> = self.chunks.iter().map(Vec::as_slice).collect();
        for position in positions(&self.counts) {
            let there: Vec<usize> = position.iter().zip(&self.offset).map(|(at, offset)| at + offset).collect();
            let key = format!("{}/{}", self.name, keys.key(&there));
            if listed.contains(position.as_slice()) {
                move_file(&workshop.path(&format!("{}/{}", self.name, keys.key(&position))), &group.path(&key))?;
            } else {
                group.remove(&key)?;
            }
        }
        sync_tree(&group.path(&self.name))?;
        for file in ["zarr.json", ".zarray"] {
            let key = format!("{}/{file}", self.name);
            if let Some(mut metadata) = json::read(group, &key)? {
                let shape = serde_json::json!(self.shape);
                if metadata["shape"] != shape {
                    metadata["shape"] = shape;
                    json::publish(group, &key, &metadata)?;
                }
            }
        }
        Ok(())
    }
}

/// How an array's chunk files are called.
fn keys_of(bytes: &ByteStore, name: &str) -> Result<super::layout::ChunkKeys, StoreError> {
    let location = ArrayLocation { store: bytes.root().display().to_string(), path: name.to_owned() };
    let missing = || StoreError::Missing { location: location.to_string() };
    Ok(read_layout(bytes, &location)?.ok_or_else(missing)?.0.keys)
}

/// Every position of a grid of these counts.
fn positions(counts: &[usize]) -> impl Iterator<Item = Vec<usize>> {
    let grid = ChunkGrid::regular(counts, &vec![1; counts.len()]);
    (0..grid.chunk_count()).map(move |chunk| grid.coordinates(chunk))
}

/// Moves a file to its place; one that isn't there any more has been moved before.
fn move_file(from: &Path, to: &Path) -> Result<(), StoreError> {
    IoControl::default().run("move", to, || match fs::rename(from, to) {
        Err(error) if error.kind() == ErrorKind::NotFound && from.exists() => {
            to.parent().map_or(Ok(()), fs::create_dir_all)?;
            fs::rename(from, to)
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        result => result,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::{Chunk, DType, Region};
    use crate::store::{
        ArrayPart, ArraySpec, Attributes, StoreSpec, StoreWriter, Workshop, WriteMode, ZarrFormat, open, open_array,
        open_array_writer, settle,
    };

    const WORKSHOP: &str = "test";

    fn writer(place: &Path) -> StoreWriter {
        let spec = StoreSpec {
            location: place.display().to_string(),
            mode: WriteMode::Append,
            format: ZarrFormat::V3.into(),
            attributes: Attributes::new(),
            group: None,
        };
        let workshop = Workshop { name: WORKSHOP.to_owned(), adopts: true, owns_place: false };
        StoreWriter::create_in(Some(&workshop), spec).unwrap()
    }

    fn values(place: &Path) -> Vec<i32> {
        let store = open(place.to_str().unwrap()).unwrap();
        let array = &store.metadata().array("x").unwrap().array;
        let mut values = Chunk::zeros(DType::Int32, array.shape.clone());
        open_array(array).unwrap().read_into(&Region::whole(&array.shape), &mut values).unwrap();
        values.as_slice::<i32>().unwrap().to_vec()
    }

    #[test]
    fn whoever_finds_a_list_goes_on_with_it() {
        let root = tempfile::tempdir().unwrap();
        let place = root.path().join("store.zarr");
        let spec = ArraySpec::new("x", DType::Int32, &[("t", 3)], &[2]);
        let mut first = writer(&place);
        let array = first.create_array(&spec).unwrap();
        let chunk = |values: Vec<i32>| Chunk::from_values(vec![values.len()], values).unwrap();
        let written = open_array_writer(&array).unwrap();
        written.write_chunk(0, &chunk(vec![1, 2])).unwrap();
        written.write_chunk(1, &chunk(vec![3])).unwrap();
        first.finish().unwrap();

        // The last chunk again, one of zeros, which has no file, and one more.
        let mut second = writer(&place);
        let part = ArrayPart { name: "x".to_owned(), part: Region::new(vec![2], vec![5]), shape: vec![7] };
        let array = second.create_part(&part).unwrap();
        let written = open_array_writer(&array).unwrap();
        for (index, values) in [vec![3, 4], vec![0, 0], vec![7]].into_iter().enumerate() {
            written.write_chunk(index as u64, &chunk(values)).unwrap();
        }
        let workshop = std::path::PathBuf::from(second.unfinished().workshop);
        assert!(!second.unfinished().is_placing);
        assert_eq!(values(&place), [1, 2, 3]);

        // As far as a killed attempt may have come: the list is there, one file has been moved.
        let bytes = ByteStore::new(&workshop);
        let mut graft =
            Graft { name: "x".to_owned(), offset: vec![1], counts: vec![3], shape: vec![7], chunks: Vec::new() };
        graft.find_chunks(&bytes).unwrap();
        assert_eq!(graft.chunks, [vec![0], vec![2]]);
        GraftList { grafts: vec![graft], attributes: Attributes::new() }.publish(&bytes).unwrap();
        fs::rename(workshop.join("x/c/2"), place.join("x/c/3")).unwrap();
        assert_eq!(values(&place), [1, 2, 3]);

        assert!(writer(&place).unfinished().is_placing);
        for _ in 0..2 {
            settle(&workshop).unwrap();
            assert_eq!(values(&place), [1, 2, 3, 4, 0, 0, 7]);
        }
        writer(&place).finish().unwrap();
        assert_eq!(values(&place), [1, 2, 3, 4, 0, 0, 7]);
    }
}
