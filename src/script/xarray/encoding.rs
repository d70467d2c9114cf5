//! `.encoding` and `to_zarr(encoding=...)`: how a variable lies in its store, as a dict.

use crate::array::Scalar;
use crate::dataset::Encoding;
use crate::script::convert;
use crate::script::numpy::DTypeObject;
use crate::script::operand::{Operand, single_value};
use rustpython_vm::builtins::PyDictRef;
use rustpython_vm::convert::ToPyObject;
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

/// The dict of an encoding; what isn't set isn't in it.
///
/// # Errors
/// Where the machine can't hold it.
pub(super) fn to_dict(encoding: &Encoding, vm: &VirtualMachine) -> PyResult<PyDictRef> {
    let lengths = |lengths: &Option<Vec<usize>>| lengths.clone().map(|lengths| convert::length_tuple(lengths, vm));
    let scalar = |value: &Option<Scalar>| value.as_ref().map(|value| convert::plain_object(value, vm));
    let text = |text: &Option<String>| text.as_ref().map(|text| PyObjectRef::from(vm.ctx.new_str(text.as_str())));
    let flag = |flag: Option<bool>| flag.map(|flag| flag.to_pyobject(vm));
    let dict = vm.ctx.new_dict();
    for (key, value) in [
        ("chunks", lengths(&encoding.chunks)),
        ("shards", lengths(&encoding.shards)),
        ("dtype", encoding.dtype.map(|dtype| DTypeObject::object(dtype, vm))),
        ("fill_value", scalar(&encoding.absent_value)),
        ("_FillValue", scalar(&encoding.fill_value)),
        ("missing_value", scalar(&encoding.missing_value)),
        ("scale_factor", scalar(&encoding.scale_factor)),
        ("add_offset", scalar(&encoding.add_offset)),
        ("contiguous", flag(encoding.netcdf.contiguous)),
        ("zlib", flag(encoding.netcdf.zlib)),
        ("complevel", encoding.netcdf.complevel.map(|level| level.to_pyobject(vm))),
        ("shuffle", flag(encoding.netcdf.shuffle)),
        ("fletcher32", flag(encoding.netcdf.fletcher32)),
        ("_Unsigned", encoding.unsigned.map(|unsigned| unsigned.to_pyobject(vm))),
        ("units", text(&encoding.units)),
        ("calendar", text(&encoding.calendar)),
        ("coordinates", text(&encoding.coordinates)),
    ] {
        if let Some(value) = value {
            dict.set_item(key, value, vm)?;
        }
    }
    Ok(dict)
}

/// The encoding that a dict means.
///
/// # Errors
/// `NotImplementedError` for a key that Swath doesn't write by, `TypeError` for a value of another type.
pub(super) fn from_dict(dict: &PyObjectRef, vm: &VirtualMachine) -> PyResult<Encoding> {
    let mut encoding = Encoding::default();
    for (key, value) in convert::string_pairs(dict, vm)? {
        let unset = vm.is_none(&value);
        match key.as_str() {
            "chunks" | "shards" | "dtype" | "units" | "calendar" | "coordinates" if unset => {}
            "preferred_chunks" | "original_shape" | "source" => {}
            "chunksizes" if unset => {}
            "zlib" => encoding.netcdf.zlib = Some(value.try_to_bool(vm)?),
            "compression" if unset => {}
            "compression" if convert::string(&value, vm).is_ok_and(|name| name == "zlib" || name == "gzip") => {
                encoding.netcdf.zlib = Some(true);
            }
            "complevel" => encoding.netcdf.complevel = Some(level(&value, vm)?),
            "shuffle" => encoding.netcdf.shuffle = Some(value.try_to_bool(vm)?),
            "fletcher32" => encoding.netcdf.fletcher32 = Some(value.try_to_bool(vm)?),
            "contiguous" => encoding.netcdf.contiguous = Some(value.try_to_bool(vm)?),
            "chunks" | "chunksizes" => encoding.chunks = Some(convert::shape(&value, vm)?),
            "shards" => encoding.shards = Some(convert::shape(&value, vm)?),
            "dtype" => encoding.dtype = Some(convert::dtype(&value, vm)?),
            "fill_value" => encoding.absent_value = Some(scalar(&value, vm)?),
            "_FillValue" if !unset => encoding.fill_value = Some(scalar(&value, vm)?),
            "missing_value" if !unset => encoding.missing_value = Some(scalar(&value, vm)?),
            "scale_factor" => encoding.scale_factor = Some(scalar(&value, vm)?),
            "add_offset" => encoding.add_offset = Some(scalar(&value, vm)?),
            "_Unsigned" => encoding.unsigned = Some(value.try_to_bool(vm)?),
            "units" => encoding.units = Some(convert::string(&value, vm)?),
            "calendar" => encoding.calendar = Some(convert::string(&value, vm)?),
            "coordinates" => encoding.coordinates = Some(convert::string(&value, vm)?),
            other => {
                let shown = value.repr(vm)?.to_string_lossy().into_owned();
                return Err(vm.new_not_implemented_error(format!("encoding {other}={shown} is not supported by swath")));
            }
        }
    }
    Ok(encoding)
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
