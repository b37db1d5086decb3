//! A hash that is the same for ever, since what is made of it may be kept.

/// FNV-1a (Fowler, Noll and Vo) of a number and some words; 0xff, which no UTF-8 holds, parts them.
pub(super) fn hash<'a>(kind: u8, words: impl IntoIterator<Item = &'a str>) -> u64 {
    let step = |state: u64, byte: u8| (state ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    let bytes = words.into_iter().flat_map(|word| word.bytes().chain([0xff]));
    bytes.fold(step(0xcbf2_9ce4_8422_2325, kind), step)
}
