//! Philox2x64-10, a counter-based generator: word `w` of block `b` is a function of (b, w) and a key.
//!
//! Salmon, Moraes, Dror and Shaw 2011, doi:10.1145/2063384.2063405, section 4.3.

const MULTIPLIER: u64 = 0xD2B7_4407_B1CE_6E93;
const KEY_STEP: u64 = 0x9E37_79B9_7F4A_7C15;
const ROUNDS: usize = 10;

/// Blocks computed at once: each round waits for the one before, so several independent ones keep the multiplier busy.
const TOGETHER: usize = 4;

/// The two words of each block, by its 128-bit counter (low, high).
#[inline(always)]
fn blocks<const COUNT: usize>(counters: [[u64; 2]; COUNT], mut key: u64) -> [[u64; 2]; COUNT] {
    let mut state = counters;
    for _ in 0..ROUNDS {
        for words in &mut state {
            let product = u128::from(words[0]) * u128::from(MULTIPLIER);
            *words = [(product >> 64) as u64 ^ key ^ words[1], product as u64];
        }
        key = key.wrapping_add(KEY_STEP);
    }
    state
}

/// Word `position & 1` of block `position >> 1`.
#[inline(always)]
fn word(key: u64, position: u64) -> u64 {
    blocks([[position >> 1, 0]], key)[0][(position & 1) as usize]
}

/// The words at positions `first`, `first + step`, ...
pub(super) fn words(key: u64, first: u64, step: i64, output: &mut [u64]) {
    match step {
        1 => ascending(key, first, output),
        -1 if !output.is_empty() => {
            ascending(key, first.wrapping_sub(output.len() as u64 - 1), output);
            output.reverse();
        }
        _ => scattered(key, first, step, output),
    }
}

/// Words of neighbouring positions: both of each block.
fn ascending(key: u64, first: u64, output: &mut [u64]) {
    let unpaired = (first & 1) as usize;
    let (head, output) = output.split_at_mut(unpaired.min(output.len()));
    head.iter_mut().for_each(|result| *result = word(key, first));
    let mut block = (first >> 1).wrapping_add(unpaired as u64);
    let (groups, rest) = output.as_chunks_mut::<{ 2 * TOGETHER }>();
    for group in groups {
        let counters = std::array::from_fn(|index| [block.wrapping_add(index as u64), 0]);
        group.copy_from_slice(blocks::<TOGETHER>(counters, key).as_flattened());
        block = block.wrapping_add(TOGETHER as u64);
    }
    for pair in rest.chunks_mut(2) {
        let words = blocks([[block, 0]], key)[0];
        pair.copy_from_slice(&words[..pair.len()]);
        block = block.wrapping_add(1);
    }
}

/// Words of positions apart: one of each block.
fn scattered(key: u64, first: u64, step: i64, output: &mut [u64]) {
    let mut position = first;
    let mut next = || {
        let this = position;
        position = position.wrapping_add_signed(step);
        this
    };
    let (groups, rest) = output.as_chunks_mut::<TOGETHER>();
    for group in groups {
        let positions: [u64; TOGETHER] = std::array::from_fn(|_| next());
        let words = blocks::<TOGETHER>(positions.map(|position| [position >> 1, 0]), key);
        *group = std::array::from_fn(|index| words[index][(positions[index] & 1) as usize]);
    }
    rest.iter_mut().for_each(|result| *result = word(key, next()));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `kat_vectors` of the authors' library Random123.
    #[test]
    fn known_answers_are_met() {
        let known: [([u64; 2], u64, [u64; 2]); 3] = [
            ([0, 0], 0, [0xca00_a045_9843_d731, 0x66c2_4222_c9a8_45b5]),
            ([u64::MAX; 2], u64::MAX, [0x65b0_21d6_0cd8_310f, 0x4d02_f322_2f86_df20]),
            (
                [0x243f_6a88_85a3_08d3, 0x1319_8a2e_0370_7344],
                0xa409_3822_299f_31d0,
                [0x0a5e_742c_2997_341c, 0xb0f8_83d3_8000_de5d],
            ),
        ];
        for (counter, key, expected) in known {
            assert_eq!(blocks([counter], key)[0], expected);
            assert_eq!(blocks::<TOGETHER>([counter; TOGETHER], key)[TOGETHER - 1], expected);
        }
    }
}
