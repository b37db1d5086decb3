//! The pieces of one text message: which is which (3GPP TS 23.040 §9.2.3.24), and what they say together.

use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

/// One piece, still in bytes: a character may be cut in two between them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// From 1.
    pub n: u8,
    pub charset: String,
    #[serde(with = "base64_bytes")]
    pub bytes: Vec<u8>,
}

mod base64_bytes {
    use super::STANDARD;
    use base64::Engine as _;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&STANDARD.encode(bytes))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        STANDARD.decode(String::deserialize(from)?).map_err(D::Error::custom)
    }
}

/// What a user data header says of joining.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Joint {
    pub reference: u16,
    pub of: u8,
    pub n: u8,
}

/// Reads a user data header: its length, and then elements of a name, a length and so many bytes. Of a message in one
/// piece, or a header that says nonsense, there is no joint.
pub fn joint(udh: &[u8]) -> Option<Joint> {
    let (&length, rest) = udh.split_first()?;
    let mut rest = rest.get(..usize::from(length))?;
    while let [name, length, after @ ..] = rest {
        let element = after.get(..usize::from(*length))?;
        let found = match (name, element) {
            (0x00, [reference, of, n]) => Some((u16::from(*reference), *of, *n)),
            (0x08, [high, low, of, n]) => Some((u16::from_be_bytes([*high, *low]), *of, *n)),
            _ => None,
        };
        if let Some((reference, of, n)) = found {
            return (of > 1 && (1..=of).contains(&n)).then_some(Joint { reference, of, n });
        }
        rest = &after[usize::from(*length)..];
    }
    None
}

/// The words of a message of `of` pieces, and what must be remarked on them. Neighbours of one alphabet are put together
/// before they are read.
pub fn read(pieces: &[Piece], of: u8) -> Result<(String, Vec<String>), String> {
    let mut sorted: Vec<&Piece> = pieces.iter().filter(|piece| (1..=of).contains(&piece.n)).collect();
    sorted.sort_by_key(|piece| piece.n);
    sorted.dedup_by_key(|piece| piece.n);
    let (mut text, mut broken) = (String::new(), false);
    let mut missing: Vec<String> = Vec::new();
    let mut rest = sorted.as_slice();
    for n in 1..=of {
        match rest.first() {
            Some(first) if first.n == n => {
                let run = rest.iter().zip(n..=of).take_while(|(p, n)| p.n == *n && p.charset == first.charset).count();
                let bytes: Vec<u8> = rest[..run].iter().flat_map(|piece| piece.bytes.iter().copied()).collect();
                let (read, whole) = decode(&first.charset, &bytes)?;
                text.push_str(&read);
                broken |= !whole;
                rest = &rest[run..];
            }
            // Read with the run that began before it.
            _ if sorted.iter().any(|piece| piece.n == n) => {}
            _ => {
                text.push_str(" […] ");
                missing.push(n.to_string());
            }
        }
    }
    let mut remarks = Vec::new();
    if !missing.is_empty() {
        remarks.push(format!("Of its {of} parts, these have not come: {}.", missing.join(", ")));
    }
    if broken {
        remarks.push("Some of its characters could not be read.".to_owned());
    }
    Ok((text, remarks))
}

fn decode(charset: &str, bytes: &[u8]) -> Result<(String, bool), String> {
    let name = charset.trim_matches('"');
    if matches!(name.to_ascii_uppercase().as_str(), "8-BIT" | "BINARY") {
        let reason = "This text message holds data for the phone itself (8-bit, such as settings or a ringing tone) and \
            no words.";
        return Err(reason.to_owned());
    }
    let encoding = match name.to_ascii_uppercase().as_str() {
        "" | "GSM" | "UTF-8" => encoding_rs::UTF_8,
        "UCS-2" | "UCS2" | "UTF-16" | "UTF-16BE" => encoding_rs::UTF_16BE,
        _ => encoding_rs::Encoding::for_label(name.as_bytes())
            .ok_or_else(|| format!("This text message is in an alphabet that is not known here ({name})."))?,
    };
    let (text, broken) = encoding.decode_without_bom_handling(bytes);
    Ok((text.into_owned(), !broken))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn piece(n: u8, charset: &str, bytes: &[u8]) -> Piece {
        Piece { n, charset: charset.to_owned(), bytes: bytes.to_vec() }
    }

    fn utf16(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_be_bytes).collect()
    }

    #[test]
    fn both_sizes_of_reference_are_read_and_nonsense_is_not() {
        assert_eq!(joint(&[5, 0, 3, 0xcc, 2, 1]), Some(Joint { reference: 0xcc, of: 2, n: 1 }));
        assert_eq!(joint(&[6, 8, 4, 0x12, 0x34, 3, 3]), Some(Joint { reference: 0x1234, of: 3, n: 3 }));
        let behind_ports = [11, 5, 4, 0x0b, 0x84, 0x23, 0xf0, 0, 3, 7, 2, 2];
        assert_eq!(joint(&behind_ports), Some(Joint { reference: 7, of: 2, n: 2 }));
        for wrong in
            [&[][..], &[0], &[5, 0, 3, 1, 2], &[5, 0, 3, 1, 2, 3], &[5, 0, 3, 1, 0, 0], &[5, 0, 3, 1, 1, 1], &[9, 0]]
        {
            assert_eq!(joint(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn a_character_cut_in_two_between_parts_is_whole_again() {
        let bytes = utf16("Hi 👋 there");
        let (first, second) = bytes.split_at(8);
        let pieces = [piece(2, "UTF-16BE", second), piece(1, "UTF-16BE", first)];
        assert_eq!(read(&pieces, 2).unwrap(), ("Hi 👋 there".to_owned(), Vec::new()));
        let mixed = [piece(1, "UTF-8", b"plain, "), piece(2, "UTF-16BE", &utf16("жук")), piece(3, "UTF-8", b"!")];
        assert_eq!(read(&mixed, 3).unwrap().0, "plain, жук!");
    }

    #[test]
    fn what_is_missing_or_broken_is_said() {
        let (text, remarks) = read(&[piece(1, "UTF-8", b"one"), piece(3, "UTF-8", b"three")], 4).unwrap();
        assert_eq!(text, "one […] three […] ");
        assert_eq!(remarks, ["Of its 4 parts, these have not come: 2, 4."]);
        let (text, remarks) = read(&[piece(1, "UTF-16BE", &[0xd8, 0x3d])], 1).unwrap();
        assert_eq!((text.as_str(), remarks.len()), ("\u{fffd}", 1));
        assert!(read(&[piece(1, "8-BIT", b"\x01\x02")], 1).unwrap_err().contains("no words"));
        assert!(read(&[piece(1, "KLINGON", b"x")], 1).unwrap_err().contains("KLINGON"));
    }

    proptest! {
        #[test]
        fn whatever_a_header_says_is_read_without_harm(udh in proptest::collection::vec(any::<u8>(), 0..40)) {
            if let Some(joint) = joint(&udh) {
                prop_assert!(joint.n >= 1 && joint.n <= joint.of && joint.of > 1);
            }
        }

        #[test]
        fn a_text_cut_anywhere_reads_as_it_was(text in "\\PC{1,60}", cuts in proptest::collection::vec(0usize..200, 0..5)) {
            let bytes = utf16(&text);
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut % (bytes.len() + 1)).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            let pieces: Vec<Piece> =
                (1u8..).zip(cuts.windows(2)).map(|(n, cut)| piece(n, "UTF-16BE", &bytes[cut[0]..cut[1]])).collect();
            let of = u8::try_from(pieces.len()).unwrap();
            prop_assert_eq!(read(&pieces, of).unwrap(), (text, Vec::new()));
        }
    }
}
