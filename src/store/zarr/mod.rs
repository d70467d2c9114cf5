//! Zarr, versions 2 and 3, in a directory: metadata in JSON files, each chunk or shard a file.
//!
//! Both versions are read into one [`layout`], and chunks go through the codecs of `zarrs`; files are read and
//! published by the byte store. Only arrays directly in the group that is opened are seen.

mod codecs;
mod create;
mod element;
mod graft;
mod json;
mod layout;
mod metadata_field;
mod read;
mod shard;
#[cfg(test)]
mod tests;
mod v2;
mod v3;
mod write;

pub(super) use create::{ZarrStoreWriter, settle};

use super::byte_store::ByteStore;
use super::fingerprint;
use super::{
    ArrayReader, ArraySummary, ArrayWriter, Attributes, GroupMetadata, IoControl, Store, StoreError, ZarrFormat,
};
use crate::array::{ArrayLocation, StoredArray};
use indexmap::{IndexMap, IndexSet};
use layout::Layout;
use metadata_field::MetadataProblem;
use serde_json::Value;
use std::path::Path;
use std::sync::Arc;

/// Files that hold metadata and no chunk.
const METADATA_FILES: [&str; 5] = ["zarr.json", ".zarray", ".zattrs", ".zgroup", ".zmetadata"];

/// A Zarr group whose metadata has been read.
#[derive(Debug)]
struct ZarrStore {
    bytes: ByteStore,
    metadata: GroupMetadata,
}

/// A metadata file that tells whether an array is still there.
#[derive(Debug)]
struct Witness {
    bytes: ByteStore,
    file: &'static str,
}

/// What a directory's metadata files make it.
enum Node {
    Group(ZarrFormat, Attributes),
    Array,
}

/// Whether a directory is a Zarr group or array.
pub(super) fn is_zarr(path: &Path) -> bool {
    let bytes = ByteStore::new(path);
    // What can't be looked at is no store that may be replaced.
    METADATA_FILES.iter().any(|file| bytes.has_file(file).unwrap_or(false))
}

/// Opens a group, or an array as a group of one whose name is empty.
pub(super) fn open(path: &Path) -> Result<Arc<dyn Store>, StoreError> {
    let bytes = ByteStore::new(path);
    let location = path.display().to_string();
    let (format, mut metadata) = match read_node(&bytes)? {
        Node::Group(format, attributes) => (format, group(location, format, attributes)),
        Node::Array => {
            let mut metadata = group(location, ZarrFormat::V3, Attributes::new());
            add_array(&bytes, &mut metadata, "")?;
            metadata.format = metadata.arrays.values().next().map_or(ZarrFormat::V3.into(), |array| array.format);
            return Ok(Arc::new(ZarrStore { bytes, metadata }));
        }
    };
    let mut names = bytes.list("")?;
    names.extend(consolidated(&bytes, format)?.iter().flat_map(|all| all.keys()).filter_map(|key| {
        let key = key.strip_suffix("/.zarray").unwrap_or(key);
        (!key.contains('/')).then(|| key.to_owned())
    }));
    names.sort();
    names.dedup();
    for name in names.iter().filter(|name| !name.starts_with('.') && *name != "zarr.json") {
        add_array(&bytes, &mut metadata, name)?;
    }
    Ok(Arc::new(ZarrStore { bytes, metadata }))
}

/// A group whose arrays are yet to be read.
fn group(location: String, format: ZarrFormat, attributes: Attributes) -> GroupMetadata {
    GroupMetadata {
        location,
        format: format.into(),
        attributes,
        groups: Vec::new(),
        arrays: IndexMap::new(),
        unreadable: IndexMap::new(),
        unlimited: IndexSet::new(),
    }
}

/// Opens an array for reading.
pub(super) fn open_array(control: &IoControl, array: &StoredArray) -> Result<ArrayReader, StoreError> {
    let (bytes, layout) = reopen(control, array)?;
    let witness = witness(control, array)?;
    read::ZarrReader::new(bytes, witness, &layout, array.clone()).map(ArrayReader::new)
}

/// Opens an array for writing.
pub(super) fn open_array_writer(control: &IoControl, array: &StoredArray) -> Result<ArrayWriter, StoreError> {
    let (bytes, layout) = reopen(control, array)?;
    write::ZarrArrayWriter::new(bytes, &layout, array.clone()).map(ArrayWriter::new)
}

impl Store for ZarrStore {
    fn metadata(&self) -> &GroupMetadata {
        &self.metadata
    }

    fn summarize(&self, name: &str) -> Result<ArraySummary, StoreError> {
        let array = self.metadata.array(name)?;
        let (files, stored_bytes) = self.bytes.count_files(name, &METADATA_FILES)?;
        Ok(ArraySummary { stored_bytes, chunks_present: files, chunks_total: array.array.write_grid.chunk_count() })
    }
}

/// What the metadata files at the root of `bytes` say that it is.
fn read_node(bytes: &ByteStore) -> Result<Node, StoreError> {
    let attributes = |value: Option<&Value>| value.and_then(Value::as_object).cloned().unwrap_or_default();
    if let Some(root) = json::read(bytes, "zarr.json")? {
        return Ok(match root["node_type"].as_str() {
            Some("array") => Node::Array,
            _ => Node::Group(ZarrFormat::V3, attributes(root.get("attributes"))),
        });
    }
    if bytes.open(".zarray")?.is_some() {
        return Ok(Node::Array);
    }
    let own = json::read(bytes, ".zattrs")?;
    let all = consolidated(bytes, ZarrFormat::V2)?.unwrap_or_default();
    Ok(Node::Group(ZarrFormat::V2, attributes(own.as_ref().or(all.get(".zattrs")))))
}

/// The consolidated metadata of a group, by key; `None` where it has none.
fn consolidated(bytes: &ByteStore, format: ZarrFormat) -> Result<Option<Attributes>, StoreError> {
    let (file, field) = match format {
        ZarrFormat::V2 => (".zmetadata", "/metadata"),
        ZarrFormat::V3 => ("zarr.json", "/consolidated_metadata/metadata"),
    };
    Ok(json::read(bytes, file)?.and_then(|root| root.pointer(field)?.as_object().cloned()))
}

/// Adds an array to the group's list, or the reason why it can't be read; what is no array is passed over.
fn add_array(bytes: &ByteStore, metadata: &mut GroupMetadata, name: &str) -> Result<(), StoreError> {
    let location = ArrayLocation { store: metadata.location.clone(), path: name.to_owned() };
    let read = read_layout(bytes, &location).and_then(|found| match found {
        Some((layout, fingerprint)) => layout.metadata(location, fingerprint).map(Some),
        None => Ok(None),
    });
    match read {
        Ok(Some(array)) => {
            metadata.arrays.insert(name.to_owned(), array);
        }
        Ok(None) => {}
        Err(error @ StoreError::Io { .. }) => return Err(error),
        Err(error) => {
            metadata.unreadable.insert(name.to_owned(), error.to_string());
        }
    }
    Ok(())
}

/// An array's files and metadata, which must be those that it was planned with.
fn reopen(control: &IoControl, array: &StoredArray) -> Result<(ByteStore, Layout), StoreError> {
    let bytes = ByteStore::under(control, &array.location.store);
    let missing = || StoreError::Missing { location: array.location.to_string() };
    let (layout, fingerprint) = read_layout(&bytes, &array.location)?.ok_or_else(missing)?;
    if fingerprint != array.fingerprint {
        return Err(StoreError::Changed { array: array.location.to_string() });
    }
    Ok((ByteStore::under(control, bytes.path(&array.location.path)), layout))
}

/// A metadata file of an array, its own where it has one: as long as it is there, so is the array.
fn witness(control: &IoControl, array: &StoredArray) -> Result<Witness, StoreError> {
    let group = ByteStore::under(control, &array.location.store);
    for folder in [group.path(&array.location.path), group.root().to_owned()] {
        let bytes = ByteStore::under(control, folder);
        for file in ["zarr.json", ".zarray", ".zmetadata"] {
            if bytes.has_file(file)? {
                return Ok(Witness { bytes, file });
            }
        }
    }
    Err(StoreError::Missing { location: array.location.to_string() })
}

/// The metadata of an array in the group of `bytes`, and its fingerprint; `None` where there is no array of that name.
fn read_layout(bytes: &ByteStore, location: &ArrayLocation) -> Result<Option<(Layout, u64)>, StoreError> {
    let name = &location.path;
    let key = |file: &str| if name.is_empty() { file.to_owned() } else { format!("{name}/{file}") };
    let file = |name: &str| bytes.path(&key(name)).display().to_string();
    let is_array = |value: &Value| value["node_type"] == "array";
    if let Some(metadata) = json::read(bytes, &key("zarr.json"))? {
        return described(&metadata, is_array(&metadata).then(|| v3::parse(&metadata)), location, file("zarr.json"));
    }
    if let Some(metadata) = json::read(bytes, &key(".zarray"))? {
        let attributes = json::read(bytes, &key(".zattrs"))?.unwrap_or_default();
        return described(&metadata, Some(v2::parse(&metadata, &attributes)), location, file(".zarray"));
    }
    if let Some(metadata) = consolidated(bytes, ZarrFormat::V3)?.as_ref().and_then(|all| all.get(name)) {
        return described(metadata, is_array(metadata).then(|| v3::parse(metadata)), location, file("zarr.json"));
    }
    let all = consolidated(bytes, ZarrFormat::V2)?.unwrap_or_default();
    let Some(metadata) = all.get(&key(".zarray")) else { return Ok(None) };
    let attributes = all.get(&key(".zattrs")).unwrap_or(&Value::Null);
    described(metadata, Some(v2::parse(metadata, attributes)), location, file(".zarray"))
}

/// A parsed layout with the fingerprint of the document it was parsed from.
fn described(
    metadata: &Value,
    layout: Option<Result<Layout, MetadataProblem>>,
    location: &ArrayLocation,
    file: String,
) -> Result<Option<(Layout, u64)>, StoreError> {
    let layout = layout.transpose().map_err(|problem| problem.of(location, file))?;
    Ok(layout.map(|layout| (layout, fingerprint::of_text(&metadata.to_string()))))
}

/// FNV-1a of when the metadata files of an array were written, and their sizes.
pub(super) fn stamp(array: &StoredArray) -> Result<u64, StoreError> {
    let bytes = ByteStore::new(&array.location.store);
    let mut text = String::new();
    for folder in ["", array.location.path.as_str()] {
        for file in METADATA_FILES {
            let path = bytes.path(folder).join(file);
            let Some(state) = fingerprint::state(&path)? else { continue };
            text.push_str(&format!("{file} {state}"));
        }
    }
    Ok(fingerprint::of_text(&text))
}
