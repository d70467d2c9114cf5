//! The few calls of the HDF5 library that its Rust wrapper lacks. All `unsafe` of this format is here.
//!
//! Each call is made under the wrapper's lock, on handles that the wrapper owns.
#![allow(unsafe_code)]

use super::element::ByteOrder;
use hdf5::{Attribute, Dataset, Datatype, ObjectReference, ObjectReference1};
use hdf5_sys::h5t;
use std::ffi::c_void;

/// How numbers of a type lie in a file; `None` for another order or width than those of plain numbers.
pub(super) fn byte_order(datatype: &Datatype) -> Option<ByteOrder> {
    hdf5::sync::sync(|| {
        // SAFETY: the library is initialised, so its constants are set; the handle is valid while `datatype` is borrowed,
        // and the one that `H5Tget_super` makes is closed here.
        unsafe {
            let equals = |id: i64, known: i64| h5t::H5Tequal(id, known) > 0;
            let is_enum = h5t::H5Tget_class(datatype.id()) == h5t::H5T_class_t::H5T_ENUM;
            let id = if is_enum { h5t::H5Tget_super(datatype.id()) } else { datatype.id() };
            let little = [
                *h5t::H5T_STD_I8LE,
                *h5t::H5T_STD_U8LE,
                *h5t::H5T_STD_I16LE,
                *h5t::H5T_STD_U16LE,
                *h5t::H5T_STD_I32LE,
                *h5t::H5T_STD_U32LE,
                *h5t::H5T_STD_I64LE,
                *h5t::H5T_STD_U64LE,
                *h5t::H5T_IEEE_F32LE,
                *h5t::H5T_IEEE_F64LE,
            ];
            let big = [
                *h5t::H5T_STD_I8BE,
                *h5t::H5T_STD_U8BE,
                *h5t::H5T_STD_I16BE,
                *h5t::H5T_STD_U16BE,
                *h5t::H5T_STD_I32BE,
                *h5t::H5T_STD_U32BE,
                *h5t::H5T_STD_I64BE,
                *h5t::H5T_STD_U64BE,
                *h5t::H5T_IEEE_F32BE,
                *h5t::H5T_IEEE_F64BE,
            ];
            let order = match () {
                () if little.iter().any(|&known| equals(id, known)) => Some(ByteOrder::Little),
                () if big.iter().any(|&known| equals(id, known)) => Some(ByteOrder::Big),
                () => None,
            };
            if is_enum {
                h5t::H5Tclose(id);
            }
            order
        }
    })
}

/// The bytes of an attribute's values as they lie in the file; for types without pointers only.
pub(super) fn attribute_bytes(attribute: &Attribute) -> hdf5::Result<Vec<u8>> {
    let datatype = attribute.dtype()?;
    let mut bytes = vec![0_u8; datatype.size() * attribute.size()];
    hdf5::sync::sync(|| {
        // SAFETY: both handles are valid while borrowed, and the buffer holds all values of the type that is asked for.
        let status =
            unsafe { hdf5_sys::h5a::H5Aread(attribute.id(), datatype.id(), bytes.as_mut_ptr().cast::<c_void>()) };
        hdf5::h5check(status)
    })?;
    Ok(bytes)
}

/// Where the header of an object begins in its file, counted from the superblock's base: what an object reference of HDF5
/// 1.8 to 1.14 consists of (HDF5 file format, section IV.A.2.d).
pub(super) fn object_address(dataset: &Dataset) -> hdf5::Result<u64> {
    let reference = dataset.reference::<ObjectReference1>(".")?;
    // SAFETY: the reference is a transparent wrapper of `hobj_ref_t`, an address of 64 bits, and lives until it is read.
    Ok(unsafe { reference.ptr().cast::<u64>().read_unaligned() })
}

/// The bytes of all values of a dataset as they lie in the file; for types without pointers only.
pub(super) fn dataset_bytes(dataset: &Dataset) -> hdf5::Result<Vec<u8>> {
    let datatype = dataset.dtype()?;
    let mut bytes = vec![0_u8; datatype.size() * dataset.size()];
    hdf5::sync::sync(|| {
        // SAFETY: all handles are valid while borrowed, and the buffer holds all values of the type that is asked for.
        let status = unsafe {
            hdf5_sys::h5d::H5Dread(
                dataset.id(),
                datatype.id(),
                hdf5_sys::h5s::H5S_ALL,
                hdf5_sys::h5s::H5S_ALL,
                hdf5_sys::h5p::H5P_DEFAULT,
                bytes.as_mut_ptr().cast::<c_void>(),
            )
        };
        hdf5::h5check(status)
    })?;
    Ok(bytes)
}

/// Gives an object an attribute of text, ended by a zero byte where asked for, as the dimension scale specification wants
/// it; in UTF-8 where it isn't ASCII.
pub(super) fn write_text(object: &hdf5::Location, name: &str, text: &str, is_terminated: bool) -> hdf5::Result<()> {
    use hdf5_sys::h5a::{H5Aclose, H5Acreate2, H5Awrite};
    use hdf5_sys::h5p::H5P_DEFAULT;
    use hdf5_sys::h5s::{H5S_class_t, H5Sclose, H5Screate};
    let name = std::ffi::CString::new(name).map_err(|error| error.to_string())?;
    let mut bytes = text.as_bytes().to_vec();
    if is_terminated || bytes.is_empty() {
        bytes.push(0);
    }
    hdf5::sync::sync(|| {
        // SAFETY: the handles made here are closed here, once each; the buffer has as many bytes as the type.
        let status = unsafe {
            let datatype = h5t::H5Tcopy(*h5t::H5T_C_S1);
            h5t::H5Tset_size(datatype, bytes.len());
            if !text.is_ascii() {
                h5t::H5Tset_cset(datatype, h5t::H5T_cset_t::H5T_CSET_UTF8);
            }
            let space = H5Screate(H5S_class_t::H5S_SCALAR);
            let attribute = H5Acreate2(object.id(), name.as_ptr(), datatype, space, H5P_DEFAULT, H5P_DEFAULT);
            let status = H5Awrite(attribute, datatype, bytes.as_ptr().cast::<c_void>());
            H5Aclose(attribute);
            H5Sclose(space);
            h5t::H5Tclose(datatype);
            status
        };
        hdf5::h5check(status).map(|_| ())
    })
}

/// Where a dimension scale is used: as the library's REFERENCE_LIST has it.
#[derive(Debug, Clone, Copy, hdf5::H5Type)]
#[repr(C)]
pub(super) struct ScaleUse {
    /// The variable.
    pub(super) dataset: ObjectReference1,
    /// The axis.
    pub(super) dimension: u32,
}

/// Writes a chunk as it will lie in the file, its filters applied; `offset` is that of its first element.
pub(super) fn write_chunk(dataset: &Dataset, offset: &[u64], encoded: &[u8]) -> hdf5::Result<()> {
    assert_eq!(offset.len(), dataset.ndim(), "a chunk has an offset along each axis");
    hdf5::sync::sync(|| {
        // SAFETY: the handle is valid while borrowed, `offset` has a number for each axis, and the size is the buffer's.
        let status = unsafe {
            hdf5_sys::h5d::H5Dwrite_chunk(
                dataset.id(),
                hdf5_sys::h5p::H5P_DEFAULT,
                0,
                offset.as_ptr(),
                encoded.len(),
                encoded.as_ptr().cast::<c_void>(),
            )
        };
        hdf5::h5check(status).map(|_| ())
    })
}
