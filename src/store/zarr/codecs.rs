//! Decoding and encoding one chunk: the codec chain of `zarrs`, and a short cut for what most chunks are made of.
//!
//! A chunk of native numbers under no compressor, or Zstandard, decodes straight to the memory where it is wanted.
//! Everything else goes through the chain, which makes a new buffer a codec. `zarrs` never uses threads of its own here.

use super::element::Element;
use crate::array::{Buffer, DType};
use crate::store::place::{self, Decoded};
use serde_json::Value;
use std::borrow::Cow;
use std::cell::RefCell;
use std::num::NonZeroU64;
use zarrs::array::codec::api::{ArrayToBytesCodecTraits as _, CodecError};
use zarrs::array::codec::{BytesCodec, VlenUtf8Codec, ZstdCodec};
use zarrs::array::{ArrayBytes, ArrayBytesOffsets, CodecChain, CodecOptions, DataType, FillValue};
use zarrs::metadata::v3::MetadataV3;

thread_local! {
    /// A decompression context takes longer to make than a small chunk to decode.
    static ZSTD: RefCell<Option<zstd::bulk::Decompressor<'static>>> = const { RefCell::new(None) };
}

/// The codecs of an array's chunks.
#[derive(Debug)]
pub(super) struct ChunkCodec {
    chain: CodecChain,
    element: Element,
    data_type: DataType,
    fill_value: FillValue,
    first: FirstCodec,
}

/// What stands between the values in memory and the bytes that follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FirstCodec {
    /// Nothing: the bytes are the values.
    Native,
    /// Zstandard of the values.
    NativeZstd,
    /// Strings, each after its length. `zarrs` panics where these lengths are damaged.
    Utf8,
    /// Something else.
    Other,
}

/// A codec that can't be used: its name and why.
pub(super) struct UnsupportedCodec {
    pub(super) codec: String,
    pub(super) reason: String,
}

impl ChunkCodec {
    /// The codecs that v3 metadata lists, for chunks of about this shape. `fill` holds the fill value in the storage of
    /// the element's dtype.
    pub(super) fn new(
        codecs: &[MetadataV3],
        element: Element,
        fill: &Buffer,
        chunk_shape: &[usize],
    ) -> Result<ChunkCodec, UnsupportedCodec> {
        for codec in codecs {
            // One by one, since the chain's error doesn't name the codec.
            zarrs::array::codec::api::Codec::from_metadata(codec)
                .map_err(|error| UnsupportedCodec { codec: codec.name().to_owned(), reason: error.to_string() })?;
        }
        let chain = CodecChain::from_metadata(codecs)
            .map_err(|error| UnsupportedCodec { codec: describe(codecs), reason: error.to_string() })?;
        let native_endian = if cfg!(target_endian = "little") { "little" } else { "big" };
        let native = chain.array_to_array_codecs().is_empty()
            && chain.array_to_bytes_codec().as_any().is::<BytesCodec>()
            && codecs
                .iter()
                .filter_map(|codec| codec.configuration()?.get("endian"))
                .all(|endian| endian == native_endian || element.size_bytes() == Some(1))
            && !matches!(element, Element::Plain(DType::Bool));
        let first = match (native, element, chain.bytes_to_bytes_codecs().first()) {
            (true, Element::Plain(_), None) => FirstCodec::Native,
            (true, Element::Plain(_), Some(codec)) if codec.as_any().is::<ZstdCodec>() => FirstCodec::NativeZstd,
            _ if chain.array_to_array_codecs().is_empty()
                && chain.array_to_bytes_codec().as_any().is::<VlenUtf8Codec>() =>
            {
                FirstCodec::Utf8
            }
            _ => FirstCodec::Other,
        };
        let (data_type, fill_value) = (element.data_type(), element.codec_fill_value(fill));
        // Some codecs are refused only for the dtype or the number of axes that they meet.
        chain.encoded_representation(&non_zero(chunk_shape), &data_type, &fill_value).map_err(|error| {
            let reason = match error {
                CodecError::UnsupportedDataType(..) => format!("not defined for {}", element.dtype()),
                error => error.to_string(),
            };
            UnsupportedCodec { codec: describe(codecs), reason }
        })?;
        Ok(ChunkCodec { chain, element, data_type, fill_value, first })
    }

    /// Decodes a chunk of native numbers into `target`, which has exactly its size; false where this chain can't.
    pub(super) fn decode_in_place(&self, encoded: &[u8], shape: &[usize], target: &mut [u8]) -> Result<bool, String> {
        if !self.is_native() {
            return Ok(false);
        }
        let encoded = self.undo_later_codecs(Cow::Borrowed(encoded), shape)?;
        match self.first {
            FirstCodec::NativeZstd => decompress(&encoded, target, target.len())?,
            _ if encoded.len() == target.len() => target.copy_from_slice(&encoded),
            _ => return Err(wrong_size(target.len(), encoded.len())),
        }
        Ok(true)
    }

    /// Whether a chunk's stored bytes are its values as they are in memory.
    pub(super) fn is_plain(&self) -> bool {
        self.first == FirstCodec::Native
    }

    /// Decodes a chunk of this full shape.
    pub(super) fn decode<'a>(&self, encoded: Cow<'a, [u8]>, shape: &[usize]) -> Result<Decoded<'a>, String> {
        let count: usize = shape.iter().product();
        if self.is_native() {
            let size = count * self.element.dtype().size_bytes();
            let encoded = self.undo_later_codecs(encoded, shape)?;
            if self.first == FirstCodec::Native {
                return if encoded.len() == size {
                    Ok(Decoded::Bytes(encoded))
                } else {
                    Err(wrong_size(size, encoded.len()))
                };
            }
            let mut decoded = Vec::with_capacity(size);
            decompress(&encoded, &mut decoded, size)?;
            return Ok(Decoded::Bytes(decoded.into()));
        }
        if self.first == FirstCodec::Utf8 {
            return texts(&self.undo_later_codecs(encoded, shape)?, count)
                .map(|texts| Decoded::Values(Buffer::Text(texts)));
        }
        let decoded = self
            .chain
            .decode(encoded, &non_zero(shape), &self.data_type, &self.fill_value, &options())
            .and_then(|decoded| Ok(decoded.into_fixed()?))
            .map_err(|error| error.to_string())?;
        self.to_values(decoded, count)
    }

    /// Encodes a full chunk of values, in row-major order.
    pub(super) fn encode(&self, values: &Buffer, shape: &[usize]) -> Result<Vec<u8>, String> {
        let bytes = match (self.element, values) {
            (Element::Plain(_), values) => {
                place::as_bytes(values).map(|bytes| ArrayBytes::new_flen(Cow::Borrowed(bytes)))
            }
            (Element::Utf8, Buffer::Text(values)) => Some(variable_length(values)?),
            _ => None,
        };
        let bytes = bytes.ok_or("text of fixed length can't be written")?;
        self.chain
            .encode(bytes, &non_zero(shape), &self.data_type, &self.fill_value, &options())
            .map(Cow::into_owned)
            .map_err(|error| error.to_string())
    }

    /// An upper bound for the bytes that decoding a chunk of this shape takes beside the values it is wanted for:
    /// the encoded bytes, a decoded copy where it isn't wanted whole, and one more a codec that makes its own.
    pub(super) fn scratch_bytes(&self, shape: &[usize]) -> usize {
        let decoded =
            shape.iter().product::<usize>() * self.element.size_bytes().unwrap_or(0).max(self.element.memory_bytes());
        let representation =
            self.chain.encoded_representation(&non_zero(shape), &self.data_type, &self.fill_value).ok();
        let encoded = representation.and_then(|size| size.size()).map_or(decoded + decoded / 8, |size| size as usize);
        let copies = match self.first {
            FirstCodec::Other | FirstCodec::Utf8 => 2 + self.chain.array_to_array_codecs().len().min(1),
            _ => 1 + usize::from(self.chain.bytes_to_bytes_codecs().len() > 1),
        };
        encoded + copies * decoded
    }

    /// Whether values in memory and the bytes that the first compressor saw are the same.
    fn is_native(&self) -> bool {
        matches!(self.first, FirstCodec::Native | FirstCodec::NativeZstd)
    }

    /// Decodes what was encoded after the step that `first` names: checksums of compressed bytes, for instance.
    fn undo_later_codecs<'a>(&self, encoded: Cow<'a, [u8]>, shape: &[usize]) -> Result<Cow<'a, [u8]>, String> {
        let codecs = self.chain.bytes_to_bytes_codecs();
        let kept = usize::from(self.first == FirstCodec::NativeZstd);
        if codecs.len() <= kept {
            return Ok(encoded);
        }
        let plain = self.chain.array_to_bytes_codec();
        let size = plain.encoded_representation(&non_zero(shape), &self.data_type, &self.fill_value);
        let mut sizes = vec![size.map_err(|error| error.to_string())?];
        for codec in codecs {
            sizes.push(codec.encoded_representation(&sizes[sizes.len() - 1]));
        }
        let mut bytes = encoded;
        for (codec, size) in codecs.iter().zip(&sizes).skip(kept).rev() {
            bytes = codec.decode(bytes, size, &options()).map_err(|error| error.to_string())?;
        }
        Ok(bytes)
    }

    /// Values of what the chain decoded, elements of one size.
    fn to_values<'a>(&self, bytes: Cow<'a, [u8]>, count: usize) -> Result<Decoded<'a>, String> {
        let expected = count * self.element.size_bytes().unwrap_or(0);
        if bytes.len() != expected {
            return Err(wrong_size(expected, bytes.len()));
        }
        Ok(match self.element {
            Element::Plain(DType::Bool) => Decoded::Values(Buffer::Bool(bytes.iter().map(|&byte| byte != 0).collect())),
            Element::Utf32 { length, big_endian } => Decoded::Values(Buffer::Text(if length == 0 {
                vec![String::new(); count]
            } else {
                bytes.chunks_exact(4 * length).map(|text| utf32(text, big_endian)).collect::<Result<_, _>>()?
            })),
            Element::Bytes { length } => Decoded::Values(Buffer::Text(if length == 0 {
                vec![String::new(); count]
            } else {
                bytes.chunks_exact(length).map(|text| utf8(strip_zeros(text))).collect::<Result<_, _>>()?
            })),
            _ => Decoded::Bytes(bytes),
        })
    }
}

/// The codecs as readable text, in the order of encoding: `bytes(little), zstd(level 0)`.
pub(super) fn describe(codecs: &[MetadataV3]) -> String {
    let one = |codec: &MetadataV3| {
        let settings: Vec<String> = codec
            .configuration()
            .into_iter()
            .flat_map(|configuration| configuration.iter())
            .filter(|(name, value)| **value != Value::Bool(false) && *name != "index_codecs")
            .map(|(name, value)| match (name.as_str(), value) {
                ("endian" | "cname" | "shuffle", Value::String(value)) => value.clone(),
                ("codecs", inner) => serde_json::from_value(inner.clone())
                    .map_or_else(|_| inner.to_string(), |inner: Vec<_>| describe(&inner)),
                (name, Value::String(value)) => format!("{name} {value}"),
                (name, value) => format!("{name} {value}"),
            })
            .collect();
        if settings.is_empty() { codec.name().to_owned() } else { format!("{}({})", codec.name(), settings.join(", ")) }
    };
    codecs.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// Options of every call: no threads of `zarrs`' own, checksums are checked.
pub(super) fn options() -> CodecOptions {
    CodecOptions::default().with_concurrent_target(1)
}

/// A shape as `zarrs` wants it; stored chunks have no axis of length 0.
pub(super) fn non_zero(shape: &[usize]) -> Vec<NonZeroU64> {
    shape.iter().map(|&length| NonZeroU64::new(length as u64).unwrap_or(NonZeroU64::MIN)).collect()
}

/// Decompresses Zstandard frames that hold exactly `size` bytes.
fn decompress<T: zstd::zstd_safe::WriteBuf + ?Sized>(
    encoded: &[u8],
    target: &mut T,
    size: usize,
) -> Result<(), String> {
    ZSTD.with_borrow_mut(|context| {
        let context = match context {
            Some(context) => context,
            None => context.insert(zstd::bulk::Decompressor::new().map_err(|error| error.to_string())?),
        };
        match context.decompress_to_buffer(encoded, target) {
            Ok(found) if found == size => Ok(()),
            Ok(found) => Err(wrong_size(size, found)),
            Err(error) => Err(error.to_string()),
        }
    })
}

fn wrong_size(expected: usize, found: usize) -> String {
    format!("expected {expected} decoded bytes, found {found}")
}

/// Strings of a chunk: their number, then each after its length, all numbers of 4 bytes.
fn texts(bytes: &[u8], count: usize) -> Result<Vec<String>, String> {
    let (found, mut rest) = bytes.split_first_chunk::<4>().ok_or("strings end early")?;
    let found = u32::from_le_bytes(*found) as usize;
    if found != count {
        return Err(format!("expected {count} strings, found {found}"));
    }
    let mut texts = Vec::with_capacity(count);
    for _ in 0..count {
        let (first, others) = rest.split_first_chunk::<4>().ok_or("strings end early")?;
        let (text, others) = others.split_at_checked(u32::from_le_bytes(*first) as usize).ok_or("strings end early")?;
        texts.push(utf8(text)?);
        rest = others;
    }
    Ok(texts)
}

/// Strings one after the other, and where each begins.
fn variable_length(values: &[String]) -> Result<ArrayBytes<'static>, String> {
    let mut offsets = vec![0];
    let mut bytes = Vec::new();
    for value in values {
        bytes.extend_from_slice(value.as_bytes());
        offsets.push(bytes.len());
    }
    let offsets = ArrayBytesOffsets::new(offsets).map_err(|error| error.to_string())?;
    ArrayBytes::new_vlen(bytes, offsets).map_err(|error| error.to_string())
}

fn strip_zeros(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
    &bytes[..end]
}

fn utf8(bytes: &[u8]) -> Result<String, &'static str> {
    std::str::from_utf8(bytes).map(str::to_owned).map_err(|_| "text that is not UTF-8")
}

fn utf32(bytes: &[u8], big_endian: bool) -> Result<String, &'static str> {
    let points = bytes.chunks_exact(4).map(|bytes| {
        let bytes = [bytes[0], bytes[1], bytes[2], bytes[3]];
        if big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }
    });
    let text: String = points.map(char::from_u32).collect::<Option<_>>().ok_or("text that is not UTF-32")?;
    Ok(text.trim_end_matches('\0').to_owned())
}
