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

/// Where the random word of a position comes from. Four positions share two blocks, those two apart one block: runs of
/// neighbours and runs of every other position both use all that is computed.
#[inline(always)]
fn source(position: u64) -> (u64, usize) {
    ((position >> 2) << 1 | (position & 1), (position >> 1 & 1) as usize)
}

/// The word of one position.
#[inline(always)]
fn word(key: u64, position: u64) -> u64 {
    let (block, word) = source(position);
    blocks([[block, 0]], key)[0][word]
}

/// The words at positions `first`, `first + step`, ...
pub(super) fn words(key: u64, first: u64, step: i64, output: &mut [u64]) {
    match step {
        1 => ascending(key, first, output),
        2 => alternate(key, first, output),
        -1 | -2 if !output.is_empty() => {
            let last = first.wrapping_add_signed(step.wrapping_mul(output.len() as i64 - 1));
            words(key, last, -step, output);
            output.reverse();
        }
        _ => scattered(key, first, step, output),
    }
}

/// Words of neighbouring positions.
fn ascending(key: u64, first: u64, output: &mut [u64]) {
    let unaligned = (first.wrapping_neg() & 3).min(output.len() as u64) as usize;
    let (head, output) = output.split_at_mut(unaligned);
    (first..).zip(head).for_each(|(position, result)| *result = word(key, position));
    let mut position = first.wrapping_add(unaligned as u64);
    let (groups, rest) = output.as_chunks_mut::<{ 2 * TOGETHER }>();
    for group in groups {
        let block = source(position).0;
        let computed = blocks::<TOGETHER>(std::array::from_fn(|index| [block.wrapping_add(index as u64), 0]), key);
        *group = std::array::from_fn(|index| {
            let (block, word) = source(index as u64);
            computed[block as usize][word]
        });
        position = position.wrapping_add(2 * TOGETHER as u64);
    }
    (position..).zip(rest).for_each(|(position, result)| *result = word(key, position));
}

/// Words of every other position: both of each second block.
fn alternate(key: u64, first: u64, output: &mut [u64]) {
    let unaligned = ((first >> 1 & 1) as usize).min(output.len());
    let (head, output) = output.split_at_mut(unaligned);
    head.iter_mut().for_each(|result| *result = word(key, first));
    let mut position = first.wrapping_add(2 * unaligned as u64);
    let (groups, rest) = output.as_chunks_mut::<{ 2 * TOGETHER }>();
    for group in groups {
        let block = source(position).0;
        let counters = std::array::from_fn(|index| [block.wrapping_add(2 * index as u64), 0]);
        group.copy_from_slice(blocks::<TOGETHER>(counters, key).as_flattened());
        position = position.wrapping_add(4 * TOGETHER as u64);
    }
    for result in rest {
        *result = word(key, position);
        position = position.wrapping_add(2);
    }
}

/// Words of positions apart: one of each block.
fn scattered(key: u64, first: u64, step: i64, output: &mut [u64]) {
    let mut position = first;
    let mut next = || {
        let this = source(position);
        position = position.wrapping_add_signed(step);
        this
    };
    let (groups, rest) = output.as_chunks_mut::<TOGETHER>();
    for group in groups {
        let sources: [(u64, usize); TOGETHER] = std::array::from_fn(|_| next());
        let computed = blocks::<TOGETHER>(sources.map(|(block, _)| [block, 0]), key);
        *group = std::array::from_fn(|index| computed[index][sources[index].1]);
    }
    rest.iter_mut().for_each(|result| {
        let (block, word) = next();
        *result = blocks([[block, 0]], key)[0][word];
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_finds_the_word_of_a_position() {
        for first in 0..9 {
            for step in [-9_i64, -2, -1, 1, 2, 3, 40] {
                for count in [0, 1, 2, 7, 8, 9, 31] {
                    let first = 1000 + first;
                    let mut found = vec![0; count];
                    words(7, first, step, &mut found);
                    let expected = (0..count as i64).map(|index| word(7, first.wrapping_add_signed(index * step)));
                    assert_eq!(found, expected.collect::<Vec<_>>(), "{count} from {first} by {step}");
                }
            }
        }
    }

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
