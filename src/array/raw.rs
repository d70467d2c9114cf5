//! Values as raw little-endian bytes in messages and checkpoints, and large ones beside the message: lent by the sender,
//! received straight into memory that becomes their vector, so that no byte is copied on the way.

use super::{Buffer, Storage};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::VecDeque;

/// Vectors of fewer bytes travel inside their message.
const LENT_BYTES: usize = 64 << 10;

/// Bytes of a vector that travels beside its message. The address is good as long as the message stands still.
#[derive(Debug, Clone, Copy)]
pub struct Lent {
    /// The first byte.
    pub address: *const u8,
    /// Number of bytes.
    pub size_bytes: usize,
    /// Bytes of one value.
    pub value_bytes: usize,
}

/// Values that came beside their message, in memory aligned for them.
#[derive(Debug)]
#[allow(missing_docs, reason = "each variant is named for the bytes of a value")]
pub enum Segment {
    One(Vec<u8>),
    Two(Vec<u16>),
    Four(Vec<u32>),
    Eight(Vec<u64>),
}

thread_local! {
    /// What the message that is being encoded lends; `None` where all is to be inside.
    static LENT: RefCell<Option<Vec<Lent>>> = const { RefCell::new(None) };
    /// What came beside the message that is being decoded, in order.
    static ARRIVED: RefCell<VecDeque<Segment>> = const { RefCell::new(VecDeque::new()) };
}

/// Runs an encoder that leaves large vectors out; gives what it made, and those vectors in order.
pub fn lending<R>(encode: impl FnOnce() -> R) -> (R, Vec<Lent>) {
    LENT.set(Some(Vec::new()));
    let encoded = encode();
    (encoded, LENT.take().unwrap_or_default())
}

/// Runs a decoder of what was encoded by [`lending`], with the vectors that were left out.
pub fn with_arrived<R>(segments: Vec<Segment>, decode: impl FnOnce() -> R) -> R {
    ARRIVED.set(segments.into());
    let decoded = decode();
    ARRIVED.take();
    decoded
}

/// A type whose values are a fixed number of bytes.
pub(super) trait FixedBytes: bytemuck::NoUninit {
    /// The values' bytes, one after the other.
    fn to_bytes(values: &[Self]) -> Vec<u8>;
    /// The values of such bytes, `None` where they aren't a whole number of values.
    fn from_bytes(bytes: &[u8]) -> Option<Vec<Self>>;
    /// The values of a segment, `None` where it is of another size.
    fn from_segment(segment: Segment) -> Option<Vec<Self>>;
}

macro_rules! fixed_bytes {
    ($($type:ty = $segment:ident),*) => {$(
        impl FixedBytes for $type {
            fn to_bytes(values: &[$type]) -> Vec<u8> {
                values.iter().flat_map(|value| value.to_le_bytes()).collect()
            }
            fn from_bytes(bytes: &[u8]) -> Option<Vec<$type>> {
                let (values, rest) = bytes.as_chunks();
                rest.is_empty().then(|| values.iter().map(|&value| <$type>::from_le_bytes(value)).collect())
            }
            fn from_segment(segment: Segment) -> Option<Vec<$type>> {
                match segment {
                    Segment::$segment(values) => Some(bytemuck::allocation::cast_vec(values)),
                    _ => None,
                }
            }
        }
    )*};
}

fixed_bytes!(
    i8 = One,
    i16 = Two,
    i32 = Four,
    i64 = Eight,
    u8 = One,
    u16 = Two,
    u32 = Four,
    u64 = Eight,
    f32 = Four,
    f64 = Eight
);

impl FixedBytes for bool {
    fn to_bytes(values: &[bool]) -> Vec<u8> {
        values.iter().map(|&value| u8::from(value)).collect()
    }
    fn from_bytes(bytes: &[u8]) -> Option<Vec<bool>> {
        Some(bytes.iter().map(|&byte| byte != 0).collect())
    }
    fn from_segment(segment: Segment) -> Option<Vec<bool>> {
        match segment {
            // In place: a value takes as much as its byte.
            Segment::One(bytes) => Some(bytes.into_iter().map(|byte| byte != 0).collect()),
            _ => None,
        }
    }
}

macro_rules! bytes_of_buffers {
    ($($variant:ident),*) => {
        impl Buffer {
            /// The values' bytes, the least significant of each first; `None` of text.
            pub fn to_le_bytes(&self) -> Option<Vec<u8>> {
                match self {
                    $(Buffer::$variant(values) => Some(FixedBytes::to_bytes(values)),)*
                    Buffer::Text(_) => None,
                }
            }

            /// The values of such bytes; `None` of text, and where they aren't a whole number of values.
            pub fn from_le_bytes(storage: Storage, bytes: &[u8]) -> Option<Buffer> {
                match storage {
                    $(Storage::$variant => FixedBytes::from_bytes(bytes).map(Buffer::$variant),)*
                    Storage::Text => None,
                }
            }
        }
    };
}

bytes_of_buffers!(Bool, Int8, Int16, Int32, Int64, UInt8, UInt16, UInt32, UInt64, Float32, Float64);

/// What stands in a message for a vector.
#[derive(Serialize, Deserialize)]
enum Raw<'a> {
    /// Its bytes.
    #[serde(borrow)]
    Inside(Bytes<'a>),
    /// The next of those that come beside the message.
    Beside,
}

/// Bytes that are encoded as such, not one by one.
struct Bytes<'a>(Cow<'a, [u8]>);

impl Serialize for Bytes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Bytes<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Bytes<'a>, D::Error> {
        <&'a [u8]>::deserialize(deserializer).map(|bytes| Bytes(Cow::Borrowed(bytes)))
    }
}

pub(super) fn serialize<T: FixedBytes, S: Serializer>(values: &[T], serializer: S) -> Result<S::Ok, S::Error> {
    let little_endian = cfg!(target_endian = "little");
    let size_bytes = size_of_val(values);
    let is_lent = little_endian
        && size_bytes >= LENT_BYTES
        && LENT.with_borrow_mut(|lent| {
            let Some(lent) = lent else { return false };
            lent.push(Lent { address: values.as_ptr().cast(), size_bytes, value_bytes: size_of::<T>() });
            true
        });
    let raw = match is_lent {
        true => Raw::Beside,
        false if little_endian => Raw::Inside(Bytes(Cow::Borrowed(bytemuck::cast_slice(values)))),
        false => Raw::Inside(Bytes(Cow::Owned(T::to_bytes(values)))),
    };
    raw.serialize(serializer)
}

pub(super) fn deserialize<'de, T: FixedBytes, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    let values = match Raw::deserialize(deserializer)? {
        Raw::Inside(Bytes(bytes)) => T::from_bytes(&bytes),
        Raw::Beside => ARRIVED.with_borrow_mut(VecDeque::pop_front).and_then(T::from_segment),
    };
    values.ok_or_else(|| D::Error::custom(format!("expected a whole number of {}-byte values", size_of::<T>())))
}

#[cfg(test)]
mod tests {
    use super::*;

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
            if buffer.storage() != Storage::Text {
                assert_eq!(bytes.len(), buffer.size_bytes() + 3, "{buffer:?}");
            }
        }
    }

    #[test]
    fn large_vectors_go_beside_their_message() {
        let count = LENT_BYTES / 4;
        let sent = (Buffer::Float32(vec![1.5; count]), Buffer::Int8(vec![3; 4]), Buffer::Bool(vec![true; LENT_BYTES]));
        let (bytes, lent) = lending(|| postcard::to_stdvec(&sent).unwrap());
        assert!(bytes.len() < 20);
        let sizes: Vec<_> = lent.iter().map(|lent| (lent.size_bytes, lent.value_bytes)).collect();
        assert_eq!(sizes, [(LENT_BYTES, 4), (LENT_BYTES, 1)]);
        let segments = || vec![Segment::Four(vec![1.5f32.to_bits(); count]), Segment::One(vec![1; LENT_BYTES])];
        let back = with_arrived(segments(), || postcard::from_bytes(&bytes).unwrap());
        assert_eq!(sent, back);
        let missing = with_arrived(Vec::new(), || postcard::from_bytes::<(Buffer, Buffer, Buffer)>(&bytes));
        assert!(missing.is_err());
        // Outside of `lending` everything is inside.
        assert!(postcard::to_stdvec(&sent).unwrap().len() > LENT_BYTES);
    }
}
