//! Values as raw little-endian bytes in messages and checkpoints: one copy, where element-wise encoding takes a branch a
//! value.

use serde::de::{Error, Visitor};
use serde::{Deserializer, Serializer};
use std::fmt;
use std::marker::PhantomData;

/// A type whose values are a fixed number of bytes.
pub(super) trait FixedBytes: Sized {
    /// The values' bytes, one after the other.
    fn to_bytes(values: &[Self]) -> Vec<u8>;
    /// The values of such bytes, `None` where they aren't a whole number of values.
    fn from_bytes(bytes: &[u8]) -> Option<Vec<Self>>;
}

macro_rules! fixed_bytes {
    ($($type:ty),*) => {$(
        impl FixedBytes for $type {
            fn to_bytes(values: &[$type]) -> Vec<u8> {
                let mut bytes = vec![0; size_of_val(values)];
                let (slots, _) = bytes.as_chunks_mut();
                for (slot, value) in slots.iter_mut().zip(values) {
                    *slot = value.to_le_bytes();
                }
                bytes
            }
            fn from_bytes(bytes: &[u8]) -> Option<Vec<$type>> {
                let (values, rest) = bytes.as_chunks();
                rest.is_empty().then(|| values.iter().map(|&value| <$type>::from_le_bytes(value)).collect())
            }
        }
    )*};
}

fixed_bytes!(i8, i16, i32, i64, u8, u16, u32, u64, f32, f64);

impl FixedBytes for bool {
    fn to_bytes(values: &[bool]) -> Vec<u8> {
        values.iter().map(|&value| u8::from(value)).collect()
    }
    fn from_bytes(bytes: &[u8]) -> Option<Vec<bool>> {
        Some(bytes.iter().map(|&byte| byte != 0).collect())
    }
}

pub(super) fn serialize<T: FixedBytes, S: Serializer>(values: &[T], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_bytes(&T::to_bytes(values))
}

pub(super) fn deserialize<'de, T: FixedBytes, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    struct Bytes<T>(PhantomData<T>);
    impl<T: FixedBytes> Visitor<'_> for Bytes<T> {
        type Value = Vec<T>;
        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(formatter, "a whole number of {}-byte values", size_of::<T>())
        }
        fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Vec<T>, E> {
            T::from_bytes(bytes).ok_or_else(|| E::invalid_length(bytes.len(), &self))
        }
    }
    deserializer.deserialize_bytes(Bytes(PhantomData))
}

#[cfg(test)]
mod tests {
    use crate::array::Buffer;

    #[test]
    fn values_come_back_as_they_went() {
        let buffers = [
            Buffer::Bool(vec![true, false]),
            Buffer::Int16(vec![-1, i16::MAX]),
            Buffer::Float64(vec![f64::NAN, -0.0, 1.5]),
            Buffer::UInt64(Vec::new()),
            Buffer::Text(vec!["Köln".into()]),
        ];
        for buffer in buffers {
            let bytes = postcard::to_stdvec(&buffer).unwrap();
            let back: Buffer = postcard::from_bytes(&bytes).unwrap();
            assert_eq!(format!("{back:?}"), format!("{buffer:?}"));
            if buffer.storage() != crate::array::Storage::Text {
                assert_eq!(bytes.len(), buffer.size_bytes() + 2, "{buffer:?}");
            }
        }
    }
}
