//! The model as bytes: the format is told where it is read, in `tertulia_analysis::language`.

use super::rows::Row;
use tertulia_analysis::language::learning::{FORMAT, MAGIC, SINGLE, STEP, place};

/// A language's code and how much likelier than others it is at first, in nats.
pub type Named = (&'static str, f64);

/// The fewest bits of a bucket's number for which a bucket holds at most this many rows, on average.
const ROWS_IN_A_BUCKET: usize = 4;

pub fn bytes(groups: &[Vec<Named>], rows: &[(u64, Row)], calibration: [f32; 2]) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    bytes.extend(FORMAT.to_le_bytes());
    let likeliest = groups.iter().flatten().map(|named| named.1).fold(0.0, f64::max);
    for group in groups {
        bytes.push(group.len() as u8);
        for (code, prior) in group {
            bytes.push(code.len() as u8);
            bytes.extend(code.as_bytes());
            bytes.push(((likeliest - prior) / f64::from(STEP)).round().clamp(0.0, 255.0) as u8);
        }
    }
    for number in calibration {
        bytes.extend(number.to_le_bytes());
    }
    let bits = (rows.len() / ROWS_IN_A_BUCKET).next_power_of_two().ilog2().clamp(1, 24);
    bytes.push(bits as u8);
    let mut buckets: Vec<Vec<u8>> = vec![Vec::new(); 1 << bits];
    for (gram, row) in rows {
        let (bucket, fingerprint) = place(*gram, bits);
        let bucket = &mut buckets[bucket];
        bucket.extend(fingerprint.to_le_bytes());
        match row {
            Row::Single(costs) => {
                bucket.push(SINGLE + costs.len() as u8);
                bucket.extend(costs);
            }
            Row::Changes(changes) => {
                bucket.push(changes.len() as u8);
                bucket.extend(changes.iter().flat_map(|(language, more)| [*language, more.cast_unsigned()]));
            }
        }
    }
    let mut begins = 0_u32;
    for bucket in &buckets {
        bytes.extend(begins.to_le_bytes());
        begins += bucket.len() as u32;
    }
    bytes.extend(begins.to_le_bytes());
    bytes.extend(buckets.concat());
    bytes
}
