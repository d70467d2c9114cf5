//! Creating stores: arrays are filled in a hidden directory and take their final place together.

use super::super::byte_store::ByteStore;
use super::super::replace::{hidden_sibling, named_sibling, replace_directory, sync_tree};
use super::graft::{self, Graft, GraftList};
use super::layout::StoredChunks;
use super::{METADATA_FILES, Node, consolidated, is_zarr, json, read_layout, read_node, v2, v3};
use crate::array::{ArrayLocation, StoredArray};
use crate::store::{
    ArrayPart, ArraySpec, Attributes, Compression, IoControl, StoreError, StoreSpec, UnfinishedStore, Workshop,
    WriteMode, WriteStore, ZarrFormat, found_at,
};
use serde_json::{Value, json};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// A Zarr store being written. Dropped before it is finished, it leaves nothing behind.
#[derive(Debug)]
pub(in crate::store) struct ZarrStoreWriter {
    /// Where the store will lie, or lies already where arrays are added.
    place: PathBuf,
    /// Where arrays are filled.
    workshop: ByteStore,
    /// Whether the next attempt finds the workshop again, so that it stays where this one fails.
    is_named: bool,
    format: ZarrFormat,
    /// Of the whole store, or to be merged into its attributes.
    attributes: Attributes,
    /// Whether arrays are added to a store that exists.
    adds: bool,
    arrays: Vec<String>,
    /// Of the arrays, those that are parts of arrays which exist.
    grafts: Vec<Graft>,
}

impl ZarrStoreWriter {
    /// Starts writing at a path that [`store::place`](crate::store::place()) gives.
    pub(in crate::store) fn create(
        place: &Path,
        workshop: Option<&Workshop>,
        spec: StoreSpec,
        format: ZarrFormat,
    ) -> Result<ZarrStoreWriter, StoreError> {
        let StoreSpec { mode, attributes, .. } = spec;
        let exists = place.symlink_metadata().is_ok();
        let location = || place.display().to_string();
        if exists && mode == WriteMode::CreateNew {
            return Err(StoreError::AlreadyExists { location: location() });
        }
        let empty = fs::read_dir(place).is_ok_and(|mut entries| entries.next().is_none());
        if exists && !empty && !is_zarr(place) {
            // Nobody's home directory is replaced by an array.
            return Err(StoreError::NotAStore { location: location(), found: found_at(place) });
        }
        let adds = mode == WriteMode::Append && exists && !empty;
        let format = match adds {
            true => match read_node(&ByteStore::new(place))? {
                Node::Group(format, _) => format,
                Node::Array => {
                    return Err(StoreError::NotAStore { location: location(), found: "a single array".to_owned() });
                }
            },
            false => format,
        };
        let beside = if adds { place.join("arrays") } else { place.to_owned() };
        let mut writer = ZarrStoreWriter::begin(&beside, workshop)?;
        place.clone_into(&mut writer.place);
        (writer.format, writer.attributes, writer.adds) = (format, attributes, adds);
        Ok(writer)
    }

    /// Makes the hidden directory beside a place, whatever lies there, or finds that of an earlier attempt.
    pub(in crate::store) fn begin(beside: &Path, workshop: Option<&Workshop>) -> Result<ZarrStoreWriter, StoreError> {
        let directory = match workshop {
            Some(workshop) => named_sibling(beside, &workshop.name),
            None => hidden_sibling(beside),
        };
        prepare(&directory, workshop, beside)?;
        Ok(ZarrStoreWriter {
            place: beside.to_owned(),
            workshop: ByteStore::new(directory),
            is_named: workshop.is_some(),
            format: ZarrFormat::default(),
            attributes: Attributes::new(),
            adds: false,
            arrays: Vec::new(),
            grafts: Vec::new(),
        })
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

    /// Removes an array that an earlier attempt has begun, where it isn't the same.
    fn remove_other(&self, spec: &ArraySpec) -> Result<(), StoreError> {
        let (file, described) = match self.format {
            ZarrFormat::V3 => ("zarr.json", v3::describe(spec)),
            ZarrFormat::V2 => (".zarray", v2::describe(spec)),
        };
        self.remove_unless(&spec.name, file, &described)
    }

    /// Removes an array from the workshop that isn't described like this.
    fn remove_unless(&self, name: &str, file: &str, described: &Value) -> Result<(), StoreError> {
        let path = self.workshop.path(name);
        // The metadata of a killed attempt may be missing.
        if path.exists() && json::read(&self.workshop, &format!("{name}/{file}"))?.as_ref() != Some(described) {
            remove_tree(&path)?;
        }
        Ok(())
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
        if self.format == ZarrFormat::V3
            && let Compression::Zlib { .. } | Compression::Bz2 { .. } = spec.compression
        {
            return Err(unsupported(format!(
                "compressor {:?} in {}: gzip, zstd and blosc are",
                spec.compression, self.format
            )));
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
            match self.grafts.iter().find(|graft| graft.name == *name) {
                Some(graft) => graft.settle(&self.workshop, &group)?,
                None => replace_directory(&self.workshop.path(name), &group.path(name))?,
            }
        }
        self.write_group_metadata(&group, &attributes, consolidated(&group, self.format)?)
    }

    /// Goes on with what an earlier attempt has begun to put in place.
    fn take_up(&mut self, begun: GraftList) {
        self.arrays = begun.grafts.iter().map(|graft| graft.name.clone()).collect();
        self.attributes = begun.attributes;
        self.grafts = begun.grafts;
    }

    fn not_a_group(&self) -> StoreError {
        StoreError::NotAStore { location: self.place.display().to_string(), found: "a single array".to_owned() }
    }
}

impl WriteStore for ZarrStoreWriter {
    fn unfinished(&self) -> UnfinishedStore {
        let text = |path: &Path| path.display().to_string();
        UnfinishedStore {
            workshop: text(self.workshop.root()),
            place: text(&self.place),
            // Where it can't be read, finishing says why.
            is_placing: self.workshop.has_file(graft::LIST).unwrap_or(true),
        }
    }

    fn discard(&mut self) {
        // What can't be removed is hidden, and there is nobody left to tell.
        let _ = fs::remove_dir_all(self.workshop.root());
    }

    fn create_array(&mut self, spec: &ArraySpec) -> Result<StoredArray, StoreError> {
        self.check(spec)?;
        self.remove_other(spec)?;
        self.write_array_metadata(spec)?;
        let location = self.location(&spec.name);
        let missing = || StoreError::Missing { location: location.to_string() };
        let (layout, fingerprint) = read_layout(&self.workshop, &location)?.ok_or_else(missing)?;
        let array = layout.stored_array(location.clone(), fingerprint)?;
        self.arrays.retain(|name| *name != spec.name);
        self.arrays.push(spec.name.clone());
        Ok(array)
    }

    fn create_part(&mut self, part: &ArrayPart) -> Result<StoredArray, StoreError> {
        let file = if self.format == ZarrFormat::V3 { "zarr.json" } else { ".zarray" };
        let (group, location) = (ByteStore::new(&self.place), self.location(&part.name));
        let missing = || StoreError::Missing { location: location.to_string() };
        let mut described = json::read(&group, &format!("{}/{file}", part.name))?.ok_or_else(missing)?;
        described["shape"] = json!(part.part.shape);
        self.remove_unless(&part.name, file, &described)?;
        if let Some(attributes) = json::read(&group, &format!("{}/.zattrs", part.name))? {
            json::publish(&self.workshop, &format!("{}/.zattrs", part.name), &attributes)?;
        }
        json::publish(&self.workshop, &format!("{}/{file}", part.name), &described)?;
        let (layout, fingerprint) = read_layout(&self.workshop, &location)?.ok_or_else(missing)?;
        let unsupported =
            |feature: &str| StoreError::UnsupportedFeature { array: location.to_string(), feature: feature.to_owned() };
        let StoredChunks::Regular(chunks) = &layout.chunks else {
            return Err(unsupported("writing to a part of an array in uneven chunks"));
        };
        if part.part.start.iter().zip(chunks).any(|(start, chunk)| start % chunk != 0) {
            return Err(unsupported("a part that doesn't begin at a chunk"));
        }
        let offset = part.part.start.iter().zip(chunks).map(|(start, chunk)| start / chunk).collect();
        let array = layout.stored_array(location.clone(), fingerprint)?;
        let (name, counts, shape) = (part.name.clone(), array.write_grid.counts(), part.shape.clone());
        self.arrays.push(name.clone());
        self.grafts.push(Graft { name, offset, counts, shape, chunks: Vec::new() });
        Ok(array)
    }

    fn finish(&mut self) -> Result<(), StoreError> {
        if let Some(begun) = GraftList::read(&self.workshop)? {
            self.take_up(begun);
        } else if !self.grafts.is_empty() {
            sync_tree(self.workshop.root())?;
            let Self { grafts, workshop, attributes, .. } = self;
            grafts.iter_mut().try_for_each(|graft| graft.find_chunks(workshop))?;
            GraftList { grafts: grafts.clone(), attributes: attributes.clone() }.publish(workshop)?;
        }
        if !self.adds {
            self.write_group_metadata(&self.workshop, &self.attributes, Some(Attributes::new()))?;
        }
        sync_tree(self.workshop.root())?;
        if self.adds { self.add() } else { replace_directory(self.workshop.root(), &self.place) }
    }
}

impl Drop for ZarrStoreWriter {
    fn drop(&mut self) {
        // After a successful finish it is gone already.
        if !self.is_named {
            self.discard();
        }
    }
}

/// Finishes what a workshop has begun to put in place, where it has.
pub(in crate::store) fn settle(workshop: &Path) -> Result<(), StoreError> {
    let bytes = ByteStore::new(workshop);
    let (Some(begun), Some(place)) = (GraftList::read(&bytes)?, workshop.parent()) else { return Ok(()) };
    let Node::Group(format, _) = read_node(&ByteStore::new(place))? else { return Ok(()) };
    let mut writer = ZarrStoreWriter {
        place: place.to_owned(),
        workshop: bytes,
        is_named: true,
        format,
        attributes: Attributes::new(),
        adds: true,
        arrays: Vec::new(),
        grafts: Vec::new(),
    };
    writer.take_up(begun);
    writer.add()
}

/// Makes the directory in which a store is filled, or finds the one that an earlier attempt has left.
fn prepare(directory: &Path, workshop: Option<&Workshop>, place: &Path) -> Result<(), StoreError> {
    if workshop.is_some() && directory.exists() {
        if workshop.is_some_and(|workshop| workshop.adopts) {
            return ByteStore::new(directory).remove_temporaries("");
        }
        remove_tree(directory)?;
    }
    IoControl::default().run("create", place, || fs::create_dir_all(directory))
}

/// Removes a directory and all that is in it, where there is one.
fn remove_tree(directory: &Path) -> Result<(), StoreError> {
    IoControl::default().run("remove", directory, || match fs::remove_dir_all(directory) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        result => result,
    })
}
