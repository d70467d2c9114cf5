//! How one value lies in a dataset, and what it is read as.

use super::library;
use crate::array::{Buffer, DType, Scalar};
use crate::store::place::Decoded;
use hdf5::types::{FloatSize, IntSize, TypeDescriptor};
use hdf5::{Dataset, Datatype};
use std::borrow::Cow;

/// Order of the bytes of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum ByteOrder {
    /// Low byte first.
    Little,
    /// High byte first.
    Big,
}

/// How one value lies in a dataset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Element {
    /// A number in one of the two usual orders.
    Number(DType, ByteOrder),
    /// A number of unusual width or order, which the library converts.
    Unusual(DType),
    /// Text of so many bytes, padded with zeros or spaces.
    FixedText(usize),
    /// Text of any length, which lies elsewhere in the file.
    Text {
        /// Whether the file says UTF-8.
        is_unicode: bool,
    },
}

impl Element {
    /// The element of a datatype; `Err` with its name where Swath has none.
    pub(super) fn of(datatype: &Datatype) -> Result<Element, String> {
        let descriptor = datatype.to_descriptor().map_err(|error| error.to_string())?;
        let dtype = match &descriptor {
            TypeDescriptor::Integer(size) => integer(size, true),
            TypeDescriptor::Unsigned(size) => integer(size, false),
            TypeDescriptor::Float(FloatSize::U4) => DType::Float32,
            TypeDescriptor::Float(FloatSize::U8) => DType::Float64,
            // netCDF has no truth values: h5py's are an enumeration of bytes.
            TypeDescriptor::Boolean => DType::Int8,
            TypeDescriptor::Enum(kind) => integer(&kind.size, kind.signed),
            TypeDescriptor::FixedAscii(length) | TypeDescriptor::FixedUnicode(length) => {
                return Ok(Element::FixedText(*length));
            }
            TypeDescriptor::VarLenAscii => return Ok(Element::Text { is_unicode: false }),
            TypeDescriptor::VarLenUnicode => return Ok(Element::Text { is_unicode: true }),
            other => return Err(other.to_string()),
        };
        Ok(match library::byte_order(datatype) {
            Some(order) => Element::Number(dtype, order),
            None => Element::Unusual(dtype),
        })
    }

    /// The dtype that values are read as.
    pub(super) fn dtype(self) -> DType {
        match self {
            Element::Number(dtype, _) | Element::Unusual(dtype) => dtype,
            Element::FixedText(_) | Element::Text { .. } => DType::Text,
        }
    }

    /// Bytes of a value in the file; `None` where only the library can read it.
    pub(super) fn size_bytes(self) -> Option<usize> {
        match self {
            Element::Number(dtype, _) => Some(dtype.size_bytes()),
            Element::FixedText(length) => Some(length),
            Element::Unusual(_) | Element::Text { .. } => None,
        }
    }

    /// Bytes of a value once read, with a guess for text of any length.
    pub(super) fn memory_bytes(self) -> usize {
        match self {
            Element::Number(dtype, _) | Element::Unusual(dtype) => dtype.size_bytes(),
            Element::FixedText(length) => size_of::<String>() + length,
            Element::Text { .. } => size_of::<String>() + 64,
        }
    }

    /// Whether values lie in the file as they do in memory.
    pub(super) fn is_native(self) -> bool {
        match self {
            Element::Number(_, ByteOrder::Little) => cfg!(target_endian = "little"),
            Element::Number(dtype, ByteOrder::Big) => cfg!(target_endian = "big") || dtype.size_bytes() == 1,
            _ => false,
        }
    }

    /// Values from the bytes that they have in the file.
    pub(super) fn decode<'a>(self, bytes: Cow<'a, [u8]>) -> Decoded<'a> {
        match self {
            Element::FixedText(length) => {
                let values = bytes.chunks_exact(length.max(1)).map(text);
                Decoded::Values(Buffer::Text(values.collect()))
            }
            _ if self.is_native() => Decoded::Bytes(bytes),
            _ => {
                let mut bytes = bytes.into_owned();
                self.swap(&mut bytes);
                Decoded::Bytes(bytes.into())
            }
        }
    }

    /// Turns the bytes of each number round, where they aren't in the machine's order.
    pub(super) fn swap(self, bytes: &mut [u8]) {
        if let Element::Number(dtype, _) = self
            && !self.is_native()
        {
            bytes.chunks_exact_mut(dtype.size_bytes()).for_each(<[u8]>::reverse);
        }
    }
}

/// The dtype of integers of a size.
pub(super) fn integer(size: &IntSize, signed: bool) -> DType {
    match (size, signed) {
        (IntSize::U1, true) => DType::Int8,
        (IntSize::U2, true) => DType::Int16,
        (IntSize::U4, true) => DType::Int32,
        (IntSize::U8, true) => DType::Int64,
        (IntSize::U1, false) => DType::UInt8,
        (IntSize::U2, false) => DType::UInt16,
        (IntSize::U4, false) => DType::UInt32,
        (IntSize::U8, false) => DType::UInt64,
    }
}

/// Text up to its padding.
pub(super) fn text(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end]).into_owned()
}

/// The value of what was never written, where the file says one.
pub(super) fn fill_value(dataset: &Dataset, dtype: DType) -> Option<Scalar> {
    let plist = dataset.dcpl().ok()?;
    macro_rules! integer {
        ($type:ty, $variant:ident, $wide:ty) => {
            Scalar::$variant(<$wide>::from(plist.get_fill_value_as::<$type>().ok()??))
        };
    }
    Some(match dtype {
        DType::Int8 => integer!(i8, Int, i64),
        DType::Int16 => integer!(i16, Int, i64),
        DType::Int32 => integer!(i32, Int, i64),
        DType::Int64 => integer!(i64, Int, i64),
        DType::UInt8 => integer!(u8, UInt, u64),
        DType::UInt16 => integer!(u16, UInt, u64),
        DType::UInt32 => integer!(u32, UInt, u64),
        DType::UInt64 => integer!(u64, UInt, u64),
        DType::Float32 => integer!(f32, Float, f64),
        DType::Float64 => integer!(f64, Float, f64),
        _ => return None,
    })
}
