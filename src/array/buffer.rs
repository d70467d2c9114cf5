//! Typed storage of values, and the one place that turns a dtype at run time into a type at compile time.

use super::{ArrayError, DType, Scalar, raw};
use serde::{Deserialize, Serialize};

/// How values are held in memory: dtypes that share a machine representation share a storage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each variant is the Rust type of its name")]
pub enum Storage {
    Bool,
    Int8,
    Int16,
    Int32,
    Int64,
    UInt8,
    UInt16,
    UInt32,
    UInt64,
    Float32,
    Float64,
    Text,
}

/// A vector of values of one storage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each variant is the Rust type of its name")]
pub enum Buffer {
    Bool(#[serde(with = "raw")] Vec<bool>),
    Int8(#[serde(with = "raw")] Vec<i8>),
    Int16(#[serde(with = "raw")] Vec<i16>),
    Int32(#[serde(with = "raw")] Vec<i32>),
    Int64(#[serde(with = "raw")] Vec<i64>),
    UInt8(#[serde(with = "raw")] Vec<u8>),
    UInt16(#[serde(with = "raw")] Vec<u16>),
    UInt32(#[serde(with = "raw")] Vec<u32>),
    UInt64(#[serde(with = "raw")] Vec<u64>),
    Float32(#[serde(with = "raw")] Vec<f32>),
    Float64(#[serde(with = "raw")] Vec<f64>),
    Text(Vec<String>),
}

/// A Rust type that a [`Buffer`] can hold.
pub trait Element: Clone + Default + PartialEq + PartialOrd + Send + Sync + std::fmt::Debug + 'static {
    /// The storage of this type.
    const STORAGE: Storage;
    /// The plain dtype of this type.
    const DTYPE: DType;
    /// The values, where the buffer holds this type.
    fn slice(buffer: &Buffer) -> Option<&[Self]>;
    /// The values, where the buffer holds this type.
    fn vector_mut(buffer: &mut Buffer) -> Option<&mut Vec<Self>>;
    /// A buffer of these values.
    fn into_buffer(values: Vec<Self>) -> Buffer;
}

macro_rules! elements {
    ($($variant:ident $type:ty),* $(,)?) => {$(
        impl Element for $type {
            const STORAGE: Storage = Storage::$variant;
            const DTYPE: DType = DType::$variant;
            fn slice(buffer: &Buffer) -> Option<&[Self]> {
                match buffer { Buffer::$variant(values) => Some(values), _ => None }
            }
            fn vector_mut(buffer: &mut Buffer) -> Option<&mut Vec<Self>> {
                match buffer { Buffer::$variant(values) => Some(values), _ => None }
            }
            fn into_buffer(values: Vec<Self>) -> Buffer {
                Buffer::$variant(values)
            }
        }
    )*};
}

elements!(
    Bool bool, Int8 i8, Int16 i16, Int32 i32, Int64 i64, UInt8 u8, UInt16 u16, UInt32 u32, UInt64 u64,
    Float32 f32, Float64 f64, Text String,
);

/// Runs a body with a type alias bound to the Rust type of a [`Storage`]: `with_storage!(storage, T => body)`.
macro_rules! with_storage {
    ($storage:expr, $alias:ident => $body:expr) => {{
        use $crate::array::Storage;
        match $storage {
            Storage::Bool => {
                type $alias = bool;
                $body
            }
            Storage::Int8 => {
                type $alias = i8;
                $body
            }
            Storage::Int16 => {
                type $alias = i16;
                $body
            }
            Storage::Int32 => {
                type $alias = i32;
                $body
            }
            Storage::Int64 => {
                type $alias = i64;
                $body
            }
            Storage::UInt8 => {
                type $alias = u8;
                $body
            }
            Storage::UInt16 => {
                type $alias = u16;
                $body
            }
            Storage::UInt32 => {
                type $alias = u32;
                $body
            }
            Storage::UInt64 => {
                type $alias = u64;
                $body
            }
            Storage::Float32 => {
                type $alias = f32;
                $body
            }
            Storage::Float64 => {
                type $alias = f64;
                $body
            }
            Storage::Text => {
                type $alias = String;
                $body
            }
        }
    }};
}

#[cfg(test)]
pub(crate) use with_storage;

/// Runs a body with the typed vector of a [`Buffer`]: `with_buffer!(&buffer, values => body)`.
macro_rules! with_buffer {
    ($buffer:expr, $values:ident => $body:expr) => {{
        use $crate::array::Buffer;
        match $buffer {
            Buffer::Bool($values) => $body,
            Buffer::Int8($values) => $body,
            Buffer::Int16($values) => $body,
            Buffer::Int32($values) => $body,
            Buffer::Int64($values) => $body,
            Buffer::UInt8($values) => $body,
            Buffer::UInt16($values) => $body,
            Buffer::UInt32($values) => $body,
            Buffer::UInt64($values) => $body,
            Buffer::Float32($values) => $body,
            Buffer::Float64($values) => $body,
            Buffer::Text($values) => $body,
        }
    }};
}
pub(crate) use with_buffer;

/// `count` times the same value.
fn repeated<T: Element>(value: &T, count: usize) -> Buffer {
    T::into_buffer(vec![value.clone(); count])
}

impl Buffer {
    /// `count` zeros (false, empty strings).
    pub fn zeros(storage: Storage, count: usize) -> Buffer {
        with_storage!(storage, T => T::into_buffer(vec![T::default(); count]))
    }

    /// An empty buffer with room for `count` values.
    pub fn with_capacity(storage: Storage, count: usize) -> Buffer {
        with_storage!(storage, T => T::into_buffer(Vec::with_capacity(count)))
    }

    /// `count` times the same value.
    ///
    /// # Errors
    /// [`ArrayError::ScalarOutOfRange`] where the value doesn't exist in the dtype.
    pub fn filled(dtype: DType, value: &Scalar, count: usize) -> Result<Buffer, ArrayError> {
        let one = value.to_buffer(dtype)?;
        Ok(with_buffer!(one, values => repeated(&values[0], count)))
    }

    /// Number of values.
    pub fn len(&self) -> usize {
        with_buffer!(self, values => values.len())
    }

    /// Whether there are no values.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The storage of the values.
    pub fn storage(&self) -> Storage {
        match self {
            Buffer::Bool(_) => Storage::Bool,
            Buffer::Int8(_) => Storage::Int8,
            Buffer::Int16(_) => Storage::Int16,
            Buffer::Int32(_) => Storage::Int32,
            Buffer::Int64(_) => Storage::Int64,
            Buffer::UInt8(_) => Storage::UInt8,
            Buffer::UInt16(_) => Storage::UInt16,
            Buffer::UInt32(_) => Storage::UInt32,
            Buffer::UInt64(_) => Storage::UInt64,
            Buffer::Float32(_) => Storage::Float32,
            Buffer::Float64(_) => Storage::Float64,
            Buffer::Text(_) => Storage::Text,
        }
    }

    /// The plain dtype of the values (datetimes are held as `int64`).
    pub fn dtype(&self) -> DType {
        with_storage!(self.storage(), T => T::DTYPE)
    }

    /// Bytes of the values in memory.
    pub fn size_bytes(&self) -> usize {
        match self {
            Buffer::Text(values) => values.iter().map(|text| size_of::<String>() + text.len()).sum(),
            _ => self.len() * self.dtype().size_bytes(),
        }
    }

    /// The values as a slice of their type; `None` where the buffer holds another type.
    pub fn as_slice<T: Element>(&self) -> Option<&[T]> {
        T::slice(self)
    }

    /// The values as a mutable slice of their type; `None` where the buffer holds another type.
    pub fn as_mut_slice<T: Element>(&mut self) -> Option<&mut [T]> {
        T::vector_mut(self).map(Vec::as_mut_slice)
    }

    /// The value at an index, `None` past the end.
    pub fn get(&self, index: usize) -> Option<Scalar> {
        if index >= self.len() {
            return None;
        }
        Some(match self {
            Buffer::Bool(values) => Scalar::Bool(values[index]),
            Buffer::Int8(values) => Scalar::Int(values[index].into()),
            Buffer::Int16(values) => Scalar::Int(values[index].into()),
            Buffer::Int32(values) => Scalar::Int(values[index].into()),
            Buffer::Int64(values) => Scalar::Int(values[index]),
            Buffer::UInt8(values) => Scalar::UInt(values[index].into()),
            Buffer::UInt16(values) => Scalar::UInt(values[index].into()),
            Buffer::UInt32(values) => Scalar::UInt(values[index].into()),
            Buffer::UInt64(values) => Scalar::UInt(values[index]),
            Buffer::Float32(values) => Scalar::Float(values[index].into()),
            Buffer::Float64(values) => Scalar::Float(values[index]),
            Buffer::Text(values) => Scalar::Text(values[index].clone()),
        })
    }
}
