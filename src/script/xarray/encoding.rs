//! `.encoding` and `to_zarr(encoding=...)`: how a variable lies in its store, as a dict.

use super::indexers;
use crate::array::Scalar;
use crate::dataset::{DatasetEncoding, Encoding};
use crate::script::codecs;
use crate::script::convert;
use crate::script::numpy::DTypeObject;
use crate::script::operand::{Operand, single_value};
use rustpython_vm::builtins::{PyDictRef, PySet};
use rustpython_vm::convert::ToPyObject;
use rustpython_vm::{AsObject, PyObjectRef, PyPayload, PyResult, VirtualMachine};

/// The dict of an encoding; what isn't set isn't in it.
///
/// # Errors
/// Where the machine can't hold it.
pub(super) fn to_dict(encoding: &Encoding, vm: &VirtualMachine) -> PyResult<PyDictRef> {
    let lengths = |lengths: &Option<Vec<usize>>| lengths.clone().map(|lengths| convert::length_tuple(lengths, vm));
    let scalar = |value: &Option<Scalar>| value.as_ref().map(|value| convert::plain_object(value, vm));
    let text = |text: &Option<String>| text.as_ref().map(|text| PyObjectRef::from(vm.ctx.new_str(text.as_str())));
    let flag = |flag: Option<bool>| flag.map(|flag| flag.to_pyobject(vm));
    let is_of_file = encoding.netcdf.contiguous.is_some();
    let chunksizes = is_of_file.then(|| lengths(&encoding.chunks).unwrap_or_else(|| vm.ctx.none()));
    let complevel = encoding.netcdf.complevel.or((encoding.netcdf.zlib == Some(false)).then_some(0));
    let related = encoding.related.iter().map(|(key, names)| (key.as_str(), text(&Some(names.clone()))));
    let dict = vm.ctx.new_dict();
    for (key, value) in [
        ("chunks", lengths(&encoding.chunks).filter(|_| !is_of_file)),
        ("chunksizes", chunksizes),
        ("shards", lengths(&encoding.shards)),
        ("compressors", encoding.compression.map(|compression| codecs::object(compression, vm))),
        ("dtype", encoding.dtype.map(|dtype| DTypeObject::object(dtype, vm))),
        ("fill_value", scalar(&encoding.absent_value)),
        ("_FillValue", scalar(&encoding.fill_value).or(encoding.omits_fill_value.then(|| vm.ctx.none()))),
        ("missing_value", scalar(&encoding.missing_value)),
        ("scale_factor", scalar(&encoding.scale_factor)),
        ("add_offset", scalar(&encoding.add_offset)),
        ("contiguous", flag(encoding.netcdf.contiguous)),
        ("zlib", flag(encoding.netcdf.zlib)),
        ("complevel", complevel.map(|level| level.to_pyobject(vm))),
        ("shuffle", flag(encoding.netcdf.shuffle)),
        ("fletcher32", flag(encoding.netcdf.fletcher32)),
        ("_Unsigned", encoding.unsigned.map(|unsigned| unsigned.to_pyobject(vm))),
        ("units", text(&encoding.units)),
        ("calendar", text(&encoding.calendar)),
        ("coordinates", text(&encoding.coordinates)),
    ]
    .into_iter()
    .chain(related)
    {
        if let Some(value) = value {
            dict.set_item(key, value, vm)?;
        }
    }
    if let Some(chunks) = &encoding.preferred_chunks {
        let preferred = vm.ctx.new_dict();
        for (dimension, length) in chunks {
            preferred.set_item(dimension.as_str(), length.to_pyobject(vm), vm)?;
        }
        dict.set_item("preferred_chunks", preferred.into(), vm)?;
    }
    Ok(dict)
}

/// What a variable is written to, and so which keys its encoding may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    /// By `to_zarr`.
    Zarr,
    /// By `to_netcdf`.
    Netcdf,
    /// By either, later: `.encoding` of an array.
    Later,
}

/// Keys of values, whatever they are written to.
const OF_VALUES: [&str; 15] = [
    "bounds",
    "grid_mapping",
    "climatology",
    "cell_measures",
    "formula_terms",
    "dtype",
    "_FillValue",
    "missing_value",
    "scale_factor",
    "add_offset",
    "_Unsigned",
    "units",
    "calendar",
    "coordinates",
    "preferred_chunks",
];
/// Further keys that `to_zarr` takes.
const OF_ZARR: [&str; 9] = [
    "chunks",
    "shards",
    "compressors",
    "filters",
    "serializer",
    "cache_metadata",
    "write_empty_chunks",
    "chunk_key_encoding",
    "fill_value",
];
/// Further keys that `to_netcdf` takes.
const OF_NETCDF: [&str; 18] = [
    "chunksizes",
    "contiguous",
    "zlib",
    "complevel",
    "shuffle",
    "fletcher32",
    "compression",
    "endian",
    "least_significant_digit",
    "significant_digits",
    "quantize_mode",
    "szip",
    "bzip2",
    "blosc",
    "zstd",
    "blosc_shuffle",
    "szip_coding",
    "szip_pixels_per_block",
];
/// What stores say of themselves, without effect on what is written.
const DROPPED: [&str; 2] = ["source", "original_shape"];

/// The encoding that a dict means for an array of so many axes.
///
/// # Errors
/// `ValueError` for keys that there are not, `NotImplementedError` for those that Swath doesn't write by, `TypeError` for a
/// value of another type.
pub(super) fn from_dict(dict: &PyObjectRef, ndim: usize, written: Written, vm: &VirtualMachine) -> PyResult<Encoding> {
    let mut encoding = Encoding::default();
    let (further, backend): (&[&str], _) = match written {
        Written::Zarr => (&OF_ZARR, "zarr backend: "),
        Written::Netcdf | Written::Later => (&OF_NETCDF, "'netCDF4' backend:"),
    };
    let pairs = convert::string_pairs(dict, vm)?;
    let is_known = |key: &str| {
        written == Written::Later || [&OF_VALUES[..], &DROPPED[..], further].iter().any(|keys| keys.contains(&key))
    };
    let unknown: Vec<&str> = pairs.iter().map(|(key, _)| key.as_str()).filter(|key| !is_known(key)).collect();
    if !unknown.is_empty() {
        return Err(vm.new_value_error(format!(
            "{backend} knows no encoding ['{}']: it has {}",
            unknown.join("', '"),
            further.join(", ")
        )));
    }
    for (key, value) in &pairs {
        let done = of_values(&mut encoding, key, value, vm)?
            || of_netcdf(&mut encoding, key, value, vm)?
            || of_zarr(&mut encoding, key, value, ndim, vm)?;
        if !done {
            let shown = value.repr(vm)?.to_string_lossy().into_owned();
            return Err(vm.new_not_implemented_error(format!("encoding {key}={shown} is not supported by swath")));
        }
    }
    Ok(encoding)
}

/// Acts upon a key of values; `false` for others.
fn of_values(encoding: &mut Encoding, key: &str, value: &PyObjectRef, vm: &VirtualMachine) -> PyResult<bool> {
    if vm.is_none(value) {
        encoding.omits_fill_value |= key == "_FillValue";
        return Ok(OF_VALUES.contains(&key) || DROPPED.contains(&key));
    }
    match key {
        "dtype" => encoding.dtype = Some(convert::dtype(value, vm)?),
        "_FillValue" => encoding.fill_value = Some(scalar(value, vm)?),
        "missing_value" => encoding.missing_value = Some(scalar(value, vm)?),
        "scale_factor" => encoding.scale_factor = Some(scalar(value, vm)?),
        "add_offset" => encoding.add_offset = Some(scalar(value, vm)?),
        // In files it is text.
        "_Unsigned" => match convert::string(value, vm) {
            Ok(text) => encoding.unsigned = Some(text == "true"),
            Err(_) => encoding.unsigned = Some(value.clone().try_to_bool(vm)?),
        },
        "units" => encoding.units = Some(convert::string(value, vm)?),
        "calendar" => encoding.calendar = Some(convert::string(value, vm)?),
        "coordinates" => encoding.coordinates = Some(convert::string(value, vm)?),
        "preferred_chunks" => {
            let lengths = convert::string_pairs(value, vm)?.into_iter();
            let lengths = lengths.map(|(dimension, length)| Ok((dimension, convert::count(&length, vm)?)));
            encoding.preferred_chunks = Some(lengths.collect::<PyResult<_>>()?);
        }
        "bounds" | "grid_mapping" | "climatology" | "cell_measures" | "formula_terms" => {
            encoding.related.insert(key.to_owned(), convert::string(value, vm)?);
        }
        other => return Ok(DROPPED.contains(&other)),
    }
    Ok(true)
}

/// Acts upon a key of NetCDF files; `false` for others and values that Swath doesn't write by.
fn of_netcdf(encoding: &mut Encoding, key: &str, value: &PyObjectRef, vm: &VirtualMachine) -> PyResult<bool> {
    let unset = vm.is_none(value);
    let flag = || value.clone().try_to_bool(vm);
    match key {
        "chunksizes" if unset => {}
        "chunksizes" => encoding.chunks = Some(convert::shape(value, vm)?),
        "contiguous" => encoding.netcdf.contiguous = Some(flag()?),
        "zlib" => encoding.netcdf.zlib = Some(flag()?),
        "complevel" => encoding.netcdf.complevel = Some(level(value, vm)?),
        "shuffle" => encoding.netcdf.shuffle = Some(flag()?),
        "fletcher32" => encoding.netcdf.fletcher32 = Some(flag()?),
        "compression" if unset => {}
        "compression" if convert::string(value, vm).is_ok_and(|name| name == "zlib" || name == "gzip") => {
            encoding.netcdf.zlib = Some(true);
        }
        "endian" if convert::string(value, vm).is_ok_and(|name| name == "native" || name == "little") => {}
        // Without effect by themselves.
        "szip_coding" | "szip_pixels_per_block" | "blosc_shuffle" | "quantize_mode" => {}
        "szip" | "bzip2" | "blosc" | "zstd" if !flag()? => {}
        "least_significant_digit" | "significant_digits" if !flag()? => {}
        _ => return Ok(false),
    }
    Ok(true)
}

/// Acts upon a key of Zarr stores; `false` for others and values that Swath doesn't write by.
fn of_zarr(
    encoding: &mut Encoding,
    key: &str,
    value: &PyObjectRef,
    ndim: usize,
    vm: &VirtualMachine,
) -> PyResult<bool> {
    let unset = vm.is_none(value);
    match key {
        "chunks" | "shards" if unset => {}
        "chunks" => encoding.chunks = Some(lengths(value, ndim, vm)?),
        "shards" if !codecs::is_auto(value) => encoding.shards = Some(lengths(value, ndim, vm)?),
        "compressors" => encoding.compression = Some(codecs::compression(value, vm)?),
        "serializer" if !unset => codecs::check_serializer(value, vm)?,
        "filters" if unset || codecs::is_auto(value) || is_empty(value, vm)? => {}
        "fill_value" if !unset => encoding.absent_value = Some(scalar(value, vm)?),
        "fill_value" | "serializer" | "cache_metadata" | "write_empty_chunks" => {}
        "chunk_key_encoding" if unset => {}
        _ => return Ok(false),
    }
    Ok(true)
}

fn is_empty(value: &PyObjectRef, vm: &VirtualMachine) -> PyResult<bool> {
    Ok(convert::is_sequence(value) && convert::one_or_more(value, vm)?.is_empty())
}

/// A length along each axis, of one element at least; one number is the same along all.
fn lengths(value: &PyObjectRef, ndim: usize, vm: &VirtualMachine) -> PyResult<Vec<usize>> {
    let found = match convert::is_sequence(value) {
        true => convert::shape(value, vm)?,
        false => vec![convert::count(value, vm)?; ndim],
    };
    match found.contains(&0) {
        true => Err(vm.new_zero_division_error(format!("a chunk has a length of 1 at least, not {found:?}"))),
        false => Ok(found),
    }
}

/// `complevel`: from 0 to 9.
fn level(value: &PyObjectRef, vm: &VirtualMachine) -> PyResult<u8> {
    let level = convert::integer(value, vm)?;
    u8::try_from(level)
        .ok()
        .filter(|level| *level <= 9)
        .ok_or_else(|| vm.new_value_error(format!("complevel={level}: expected 0 to 9")))
}

fn scalar(value: &PyObjectRef, vm: &VirtualMachine) -> PyResult<Scalar> {
    match Operand::expect(value, vm)? {
        Operand::Weak(value) => Ok(value),
        _ => single_value(value, vm).map(|(_, value)| value),
    }
}

/// The dict of a dataset's own encoding.
///
/// # Errors
/// Where the machine can't hold it.
pub(super) fn of_dataset(encoding: &DatasetEncoding, vm: &VirtualMachine) -> PyResult<PyDictRef> {
    let dict = vm.ctx.new_dict();
    if let Some(source) = &encoding.source {
        dict.set_item("source", vm.ctx.new_str(source.as_str()).into(), vm)?;
    }
    let names = PySet::default().into_ref(&vm.ctx);
    for name in &encoding.unlimited {
        vm.call_method(names.as_object(), "add", (vm.ctx.new_str(name.as_str()),))?;
    }
    dict.set_item("unlimited_dims", names.into(), vm)?;
    Ok(dict)
}

/// The encoding of a dataset as a whole that a dict means.
///
/// # Errors
/// `NotImplementedError` for a key that Swath doesn't write by.
pub(super) fn for_dataset(dict: &PyObjectRef, vm: &VirtualMachine) -> PyResult<DatasetEncoding> {
    let mut encoding = DatasetEncoding::default();
    for (key, value) in convert::string_pairs(dict, vm)? {
        match key.as_str() {
            _ if vm.is_none(&value) => {}
            "source" => encoding.source = Some(convert::string(&value, vm)?),
            "unlimited_dims" => encoding.unlimited = indexers::names(&value, vm)?,
            other => {
                let message = format!("encoding {other:?} of a dataset is not supported by swath: unlimited_dims is");
                return Err(vm.new_not_implemented_error(message));
            }
        }
    }
    Ok(encoding)
}
