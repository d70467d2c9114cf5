//! Creating stores: arrays are filled in a hidden directory and take their final place together.

use super::super::byte_store::{ByteStore, io_error};
use super::super::replace::{hidden_sibling, replace_directory, sync_tree};
use super::{METADATA_FILES, Node, consolidated, is_zarr, json, read_layout, read_node, v2, v3};
use crate::array::{ArrayLocation, StoredArray};
use crate::store::{ArraySpec, Attributes, StoreError, WriteMode, WriteStore, ZarrFormat, found_at};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

/// A Zarr store being written. Dropped before it is finished, it leaves nothing behind.
#[derive(Debug)]
pub(in crate::store) struct ZarrStoreWriter {
    /// Where the store will lie, or lies already where arrays are added.
    place: PathBuf,
    /// Where arrays are filled.
    workshop: ByteStore,
    format: ZarrFormat,
    /// Of the whole store, or to be merged into its attributes.
    attributes: Attributes,
    /// Whether arrays are added to a store that exists.
    adds: bool,
    arrays: Vec<String>,
}

impl ZarrStoreWriter {
    /// Starts writing at an absolute path.
    pub(in crate::store) fn create(
        place: &Path,
        mode: WriteMode,
        format: ZarrFormat,
        attributes: Attributes,
    ) -> Result<ZarrStoreWriter, StoreError> {
        let exists = place.symlink_metadata().is_ok();
        // Through a link, the store that it points to is replaced and the link stays.
        let place = if exists {
            fs::canonicalize(place).map_err(|error| io_error("open", place, error))?
        } else {
            place.to_owned()
        };
        let location = || place.display().to_string();
        if exists && mode == WriteMode::CreateNew {
            return Err(StoreError::AlreadyExists { location: location() });
        }
        let empty = fs::read_dir(&place).is_ok_and(|mut entries| entries.next().is_none());
        if exists && !empty && !is_zarr(&place) {
            // Nobody's home directory is replaced by an array.
            return Err(StoreError::NotAStore { location: location(), found: found_at(&place) });
        }
        let adds = mode == WriteMode::Append && exists && !empty;
        let (workshop, format) = if adds {
            let Node::Group(format, _) = read_node(&ByteStore::new(&place))? else {
                return Err(StoreError::NotAStore { location: location(), found: "a single array".to_owned() });
            };
            (hidden_sibling(&place.join("arrays")), format)
        } else {
            (hidden_sibling(&place), format)
        };
        fs::create_dir_all(&workshop).map_err(|error| io_error("create", &place, error))?;
        Ok(ZarrStoreWriter { place, workshop: ByteStore::new(workshop), format, attributes, adds, arrays: Vec::new() })
    }

    fn write_array_metadata(&self, spec: &ArraySpec) -> Result<(), StoreError> {
        let key = |file: &str| format!("{}/{file}", spec.name);
        match self.format {
            ZarrFormat::V3 => json::publish(&self.workshop, &key("zarr.json"), &v3::describe(spec)),
            ZarrFormat::V2 => {
                json::publish(&self.workshop, &key(".zattrs"), &v2::describe_attributes(spec))?;
                json::publish(&self.workshop, &key(".zarray"), &v2::describe(spec))
            }
        }
    }

    fn check(&self, spec: &ArraySpec) -> Result<(), StoreError> {
        let array = self.location(&spec.name).to_string();
        let unsupported = |feature: String| StoreError::UnsupportedFeature { array: array.clone(), feature };
        let name = spec.name.as_str();
        if name.is_empty() || name.contains('/') || name.starts_with('.') || METADATA_FILES.contains(&name) {
            return Err(unsupported(format!("array name {name:?}")));
        }
        let same_ndim = |expected: &[usize], found: &[usize]| {
            let (expected, found) = (expected.to_vec(), found.to_vec());
            if expected.len() == found.len() {
                Ok(())
            } else {
                Err(StoreError::ShapeMismatch { array: array.clone(), expected, found })
            }
        };
        same_ndim(&spec.shape, &spec.chunk_shape)?;
        if spec.dimension_names.len() != spec.shape.len() {
            return Err(unsupported(format!("dimension names {:?} for shape {:?}", spec.dimension_names, spec.shape)));
        }
        if let Some(shard) = &spec.shard_shape {
            same_ndim(&spec.shape, shard)?;
            let divides = shard.iter().zip(&spec.chunk_shape).all(|(shard, &chunk)| shard.max(&1) % chunk.max(1) == 0);
            if self.format == ZarrFormat::V2 || !divides {
                return Err(unsupported(format!(
                    "shards {shard:?} of chunks {:?} in {}",
                    spec.chunk_shape, self.format
                )));
            }
        }
        match &spec.fill_value {
            Some(value) => value
                .to_buffer(spec.dtype)
                .map(|_| ())
                .map_err(|source| StoreError::Array { array: array.clone(), source }),
            None => Ok(()),
        }
    }

    fn location(&self, name: &str) -> ArrayLocation {
        ArrayLocation { store: self.workshop.root().display().to_string(), path: name.to_owned() }
    }

    /// Copies each written array's metadata into the consolidated metadata of the group, which spares readers a file an
    /// array.
    fn consolidate(&self, group: &ByteStore, all: &mut Attributes) -> Result<(), StoreError> {
        for name in &self.arrays {
            for file in METADATA_FILES {
                let path = format!("{name}/{file}");
                if let Some(metadata) = json::read(group, &path)? {
                    all.insert(if self.format == ZarrFormat::V3 { name.clone() } else { path }, metadata);
                }
            }
        }
        all.sort_keys();
        Ok(())
    }

    /// Writes a group's metadata: its attributes, and the consolidated metadata where it is to have some.
    fn write_group_metadata(
        &self,
        group: &ByteStore,
        attributes: &Attributes,
        consolidated: Option<Attributes>,
    ) -> Result<(), StoreError> {
        match self.format {
            ZarrFormat::V3 => {
                let mut root = json::read(group, "zarr.json")?.unwrap_or_else(v3::describe_group);
                root["attributes"] = Value::Object(attributes.clone());
                if let Some(mut all) = consolidated {
                    self.consolidate(group, &mut all)?;
                    root["consolidated_metadata"] =
                        json!({"kind": "inline", "must_understand": false, "metadata": all});
                }
                json::publish(group, "zarr.json", &root)
            }
            ZarrFormat::V2 => {
                let (marker, attributes) = (json!({"zarr_format": 2}), Value::Object(attributes.clone()));
                json::publish(group, ".zgroup", &marker)?;
                json::publish(group, ".zattrs", &attributes)?;
                let Some(mut all) = consolidated else { return Ok(()) };
                all.insert(".zgroup".to_owned(), marker);
                all.insert(".zattrs".to_owned(), attributes);
                self.consolidate(group, &mut all)?;
                json::publish(group, ".zmetadata", &json!({"metadata": all, "zarr_consolidated_format": 1}))
            }
        }
    }

    /// Puts the arrays into the store that exists, one by one, then its metadata.
    fn add(&self) -> Result<(), StoreError> {
        let group = ByteStore::new(&self.place);
        let Node::Group(_, mut attributes) = read_node(&group)? else { return Err(self.not_a_group()) };
        attributes.extend(self.attributes.clone());
        for name in &self.arrays {
            replace_directory(&self.workshop.path(name), &group.path(name))?;
        }
        self.write_group_metadata(&group, &attributes, consolidated(&group, self.format)?)
    }

    fn not_a_group(&self) -> StoreError {
        StoreError::NotAStore { location: self.place.display().to_string(), found: "a single array".to_owned() }
    }
}

impl WriteStore for ZarrStoreWriter {
    fn create_array(&mut self, spec: &ArraySpec) -> Result<StoredArray, StoreError> {
        self.check(spec)?;
        self.write_array_metadata(spec)?;
        let location = self.location(&spec.name);
        let missing = || StoreError::Missing { location: location.to_string() };
        let (layout, fingerprint) = read_layout(&self.workshop, &location)?.ok_or_else(missing)?;
        let array = layout.stored_array(location.clone(), fingerprint)?;
        self.arrays.retain(|name| *name != spec.name);
        self.arrays.push(spec.name.clone());
        Ok(array)
    }

    fn finish(&mut self) -> Result<(), StoreError> {
        if !self.adds {
            self.write_group_metadata(&self.workshop, &self.attributes, Some(Attributes::new()))?;
        }
        sync_tree(self.workshop.root())?;
        if self.adds { self.add() } else { replace_directory(self.workshop.root(), &self.place) }
    }
}

impl Drop for ZarrStoreWriter {
    fn drop(&mut self) {
        // After a successful finish it is gone already; otherwise there is nobody left to tell.
        let _ = fs::remove_dir_all(self.workshop.root());
    }
}
