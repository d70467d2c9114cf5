//! The filters of a chunk, done and undone: deflate, Zstandard, byte shuffle and Fletcher's checksum.
//!
//! Formats: HDF5 file format specification, section IV.A.2.l (filter pipeline). Filters are applied in their order, so
//! they are undone from the last to the first; a chunk's mask says which were left out. Other filters are left to the
//! library.

use crate::store::NetcdfStorage;
use libdeflater::{CompressionLvl, Compressor, Decompressor};
use std::borrow::Cow;
use std::cell::RefCell;

/// Number of the Zstandard filter in the HDF Group's registry.
const ZSTD: i32 = 32015;
/// Bytes of a checksum.
const CHECKSUM_BYTES: usize = 4;
/// Pairs of bytes that are summed before a sum of 32 bits could overflow.
const SUMMED_PAIRS: usize = 360;

/// A filter that is undone here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Filter {
    /// zlib's format at a level.
    Deflate(u8),
    /// First the first byte of every element, then the second, and so on.
    Shuffle {
        /// Bytes of an element.
        size: usize,
    },
    /// A checksum at the end.
    Fletcher32,
    /// A Zstandard frame.
    Zstd,
}

thread_local! {
    /// A decompressor takes longer to make than a small chunk to decode.
    static INFLATE: RefCell<Decompressor> = RefCell::new(Decompressor::new());
}

impl Filter {
    /// The filters of a dataset whose elements have so many bytes; `Err` with the one that isn't known here.
    pub(super) fn of(filters: &[hdf5::filters::Filter], element_bytes: usize) -> Result<Vec<Filter>, String> {
        let known = |filter: &hdf5::filters::Filter| match filter {
            hdf5::filters::Filter::Deflate(level) => Ok(Filter::Deflate(*level)),
            hdf5::filters::Filter::Shuffle => Ok(Filter::Shuffle { size: element_bytes }),
            hdf5::filters::Filter::Fletcher32 => Ok(Filter::Fletcher32),
            hdf5::filters::Filter::User(ZSTD, _) => Ok(Filter::Zstd),
            hdf5::filters::Filter::User(number, _) => Err(format!("number {number}")),
            other => Err(format!("{other:?}").to_lowercase()),
        };
        filters.iter().map(known).collect()
    }
}

/// Undoes the filters of a chunk whose values have `decoded_bytes` bytes; the result has so many.
pub(super) fn decode<'a>(
    filters: &[Filter],
    mask: u32,
    encoded: &'a [u8],
    decoded_bytes: usize,
) -> Result<Cow<'a, [u8]>, String> {
    let mut bytes = Cow::Borrowed(encoded);
    let applied: Vec<Filter> =
        filters.iter().enumerate().filter(|(place, _)| mask >> place & 1 == 0).map(|(_, filter)| *filter).collect();
    for (place, filter) in applied.iter().enumerate().rev() {
        // What was filtered before may have been longer by its checksums.
        let checksums = applied[..place].iter().filter(|filter| **filter == Filter::Fletcher32).count();
        let before = decoded_bytes + checksums * CHECKSUM_BYTES;
        bytes = match filter {
            Filter::Fletcher32 => strip_checksum(bytes)?,
            Filter::Shuffle { size } => {
                let mut output = vec![0; bytes.len()];
                unshuffle(&bytes, *size, &mut output);
                output.into()
            }
            Filter::Deflate(_) => {
                let mut output = vec![0; before];
                inflate(&bytes, &mut output)?;
                output.into()
            }
            Filter::Zstd => zstd::bulk::decompress(&bytes, before).map_err(|error| error.to_string())?.into(),
        };
    }
    match bytes.len() == decoded_bytes {
        true => Ok(bytes),
        false => Err(format!("expected {decoded_bytes} bytes, found {}", bytes.len())),
    }
}

/// Undoes the filters straight to where the values are wanted. The last step of the usual chain needs no buffer then.
pub(super) fn decode_into(filters: &[Filter], mask: u32, encoded: &[u8], target: &mut [u8]) -> Result<(), String> {
    match filters {
        [Filter::Deflate(_)] if mask == 0 => inflate(encoded, target),
        [Filter::Shuffle { size }, rest @ ..] if mask == 0 => {
            unshuffle(&decode(rest, 0, encoded, target.len())?, *size, target);
            Ok(())
        }
        _ => {
            target.copy_from_slice(&decode(filters, mask, encoded, target.len())?);
            Ok(())
        }
    }
}

fn inflate(encoded: &[u8], output: &mut [u8]) -> Result<(), String> {
    let found = INFLATE
        .with_borrow_mut(|inflate| inflate.zlib_decompress(encoded, output))
        .map_err(|error| error.to_string())?;
    match found == output.len() {
        true => Ok(()),
        false => Err(format!("expected {} bytes, found {found}", output.len())),
    }
}

/// Applies the filters that a variable of elements of so many bytes is written under.
pub(super) fn encode(bytes: &[u8], size: usize, storage: &NetcdfStorage) -> Vec<u8> {
    let mut encoded = match storage.deflate {
        None => bytes.to_vec(),
        Some(level) => {
            let shuffled = if storage.shuffle { shuffle(bytes, size) } else { bytes.to_vec() };
            deflate(&shuffled, level)
        }
    };
    if storage.fletcher32 {
        encoded.extend(fletcher32(&encoded).to_le_bytes());
    }
    encoded
}

fn deflate(bytes: &[u8], level: u8) -> Vec<u8> {
    let level = CompressionLvl::new(i32::from(level.min(9))).unwrap_or_default();
    let mut compressor = Compressor::new(level);
    let mut encoded = vec![0; compressor.zlib_compress_bound(bytes.len())];
    let length = compressor.zlib_compress(bytes, &mut encoded).expect("the bound is enough for any bytes");
    encoded.truncate(length);
    encoded
}

/// The first byte of every element, then the second, and so on; what is left over at the end stays there.
fn shuffle(bytes: &[u8], size: usize) -> Vec<u8> {
    let count = bytes.len() / size.max(1);
    let mut shuffled = Vec::with_capacity(bytes.len());
    for place in 0..size {
        shuffled.extend(bytes[..count * size].iter().skip(place).step_by(size));
    }
    shuffled.extend_from_slice(&bytes[count * size..]);
    shuffled
}

/// Puts the bytes of each element together; what is left over at the end was not shuffled.
fn unshuffle(bytes: &[u8], size: usize, output: &mut [u8]) {
    match size {
        2 => unshuffle_sized::<2>(bytes, output),
        4 => unshuffle_sized::<4>(bytes, output),
        8 => unshuffle_sized::<8>(bytes, output),
        _ => {
            let count = bytes.len() / size.max(1);
            if count > 0 && size > 1 {
                for (place, plane) in bytes[..count * size].chunks_exact(count).enumerate() {
                    output.iter_mut().skip(place).step_by(size).zip(plane).for_each(|(output, &byte)| *output = byte);
                }
                output[count * size..].copy_from_slice(&bytes[count * size..]);
            } else {
                output.copy_from_slice(bytes);
            }
        }
    }
}

/// The same for a size that the compiler knows, element by element.
fn unshuffle_sized<const SIZE: usize>(bytes: &[u8], output: &mut [u8]) {
    let count = bytes.len() / SIZE;
    let (elements, rest) = output.as_chunks_mut::<SIZE>();
    let elements = &mut elements[..count];
    // Slices of one known length, so that the loop needs no checks and becomes vector instructions.
    let planes: [&[u8]; SIZE] = std::array::from_fn(|place| &bytes[place * count..][..elements.len()]);
    for (index, element) in elements.iter_mut().enumerate() {
        *element = std::array::from_fn(|place| planes[place][index]);
    }
    rest.copy_from_slice(&bytes[count * SIZE..]);
}

/// What comes before the checksum, which must be its own.
fn strip_checksum(bytes: Cow<'_, [u8]>) -> Result<Cow<'_, [u8]>, String> {
    let Some(length) = bytes.len().checked_sub(CHECKSUM_BYTES) else {
        return Err(format!("{} bytes hold no checksum", bytes.len()));
    };
    let found = fletcher32(&bytes[..length]);
    let stored = u32::from_le_bytes(std::array::from_fn(|place| bytes[length + place]));
    if found != stored {
        return Err(format!("expected checksum {stored:08x}, found {found:08x}"));
    }
    Ok(match bytes {
        Cow::Borrowed(bytes) => Cow::Borrowed(&bytes[..length]),
        Cow::Owned(mut bytes) => {
            bytes.truncate(length);
            Cow::Owned(bytes)
        }
    })
}

/// Fletcher's checksum over pairs of bytes, high byte first, as HDF5 computes it (DOI 10.1109/TCOM.1982.1095369).
pub(super) fn fletcher32(bytes: &[u8]) -> u32 {
    let fold = |sum: u32| (sum & 0xffff) + (sum >> 16);
    let (mut first, mut second) = (0_u32, 0_u32);
    let (pairs, rest) = bytes.as_chunks::<2>();
    for pairs in pairs.chunks(SUMMED_PAIRS) {
        for pair in pairs {
            first += u32::from(u16::from_be_bytes(*pair));
            second += first;
        }
        (first, second) = (fold(first), fold(second));
    }
    if let [last] = rest {
        first += u32::from(*last) << 8;
        second += first;
        (first, second) = (fold(first), fold(second));
    }
    fold(second) << 16 | fold(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unshuffled_bytes_are_elements_again() {
        for size in [1, 2, 3, 4, 8] {
            let bytes: Vec<u8> = (0..8 * 5 + 3).collect();
            let count = bytes.len() / size;
            let mut by_hand: Vec<u8> =
                (0..size).flat_map(|place| (0..count).map(move |index| (index * size + place) as u8)).collect();
            by_hand.extend_from_slice(&bytes[count * size..]);
            let shuffled = shuffle(&bytes, size);
            assert_eq!(shuffled, by_hand);
            let mut output = vec![0; bytes.len()];
            unshuffle(&shuffled, size, &mut output);
            assert_eq!(output, bytes, "{size}");
        }
    }

    #[test]
    fn what_is_encoded_is_decoded() {
        let bytes: Vec<u8> = (0..4000_u32).flat_map(|value| (value / 7).to_le_bytes()).collect();
        for (deflate, shuffle, fletcher32) in
            [(Some(1), true, false), (Some(9), false, true), (Some(4), true, true), (None, false, true)]
        {
            let storage = NetcdfStorage { deflate, shuffle, fletcher32, ..NetcdfStorage::default() };
            let filters: Vec<Filter> = [
                (deflate.is_some() && shuffle).then_some(Filter::Shuffle { size: 4 }),
                deflate.map(Filter::Deflate),
                fletcher32.then_some(Filter::Fletcher32),
            ]
            .into_iter()
            .flatten()
            .collect();
            assert_eq!(decode(&filters, 0, &encode(&bytes, 4, &storage), bytes.len()).unwrap(), bytes, "{storage:?}");
        }
    }

    #[test]
    fn a_wrong_checksum_is_found() {
        let mut bytes = b"swath of ground".to_vec();
        bytes.extend(fletcher32(&bytes).to_le_bytes());
        assert_eq!(decode(&[Filter::Fletcher32], 0, &bytes, 15).unwrap().as_ref(), b"swath of ground");
        bytes[3] ^= 1;
        assert!(decode(&[Filter::Fletcher32], 0, &bytes, 15).unwrap_err().contains("checksum"));
        assert!(decode(&[Filter::Fletcher32], 0, &[1, 2], 0).is_err());
    }

    #[test]
    fn filters_that_the_mask_names_are_left_out() {
        let decoded = decode(&[Filter::Shuffle { size: 2 }, Filter::Deflate(1)], 0b11, &[1, 2, 3, 4], 4).unwrap();
        assert_eq!(decoded.as_ref(), [1, 2, 3, 4]);
        assert!(decode(&[Filter::Deflate(1)], 0, &[1, 2, 3, 4], 4).is_err());
        assert!(decode(&[], 0, &[1, 2, 3, 4], 5).is_err());
    }
}
