//! The model as bytes: the format is told where it is read, in `tertulia_analysis::language`.

use super::rows::Row;
use anyhow::{Context, Result, ensure};
use tertulia_analysis::language::learning::{BEGIN_BITS, EMPTY, FORMAT, MAGIC, MOST_PROBES, SINGLE, STEP, place};

/// A language's code and how much likelier than others it is at first, in nats.
pub type Named = (&'static str, f64);

/// Of so many slots three hold a row.
const SLOTS_FOR_THREE: usize = 5;

pub fn bytes(groups: &[Vec<Named>], rows: &[(u64, Row)], calibration: [f32; 2]) -> Result<Vec<u8>> {
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
    // Beyond the last place there is room for rows that find none.
    let count = rows.len() * SLOTS_FOR_THREE / 3 + MOST_PROBES;
    let mut slots = vec![EMPTY; count];
    let mut all: Vec<u8> = Vec::new();
    for (gram, row) in rows {
        let (first, fingerprint) = place(*gram, count);
        let own = fingerprint | u32::try_from(all.len() / 2).context("too many rows")?;
        ensure!(all.len() / 2 < 1 << BEGIN_BITS, "too many rows");
        let probed = slots.iter_mut().skip(first).take(MOST_PROBES);
        *probed.into_iter().find(|slot| **slot == EMPTY).context("too many rows at one place")? = own;
        match row {
            Row::Single(costs) => {
                let whole = costs.len().next_multiple_of(16);
                all.extend((SINGLE + whole as u16).to_le_bytes());
                all.extend(costs.iter().copied().chain(std::iter::repeat(0)).take(whole));
            }
            Row::Changes(changes) => {
                all.extend((changes.len() as u16).to_le_bytes());
                all.extend(changes.iter().flat_map(|(language, more)| [*language, more.cast_unsigned()]));
            }
        }
    }
    bytes.extend((count as u32).to_le_bytes());
    bytes.extend(slots.iter().flat_map(|slot| slot.to_le_bytes()));
    bytes.extend((all.len() as u32).to_le_bytes());
    bytes.extend(all);
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tertulia_analysis::language::learning::{Group, Model, detected_by, gram, letter};

    #[test]
    fn what_is_written_is_read_again() {
        let groups = [vec![("de", 0.0), ("en", 1.0)], vec![("ru", 0.0)], vec![("ar", 0.0)], vec![("hi", 0.0)]];
        let codes = |word: &str| word.chars().filter_map(letter).map(|found| found.1).collect::<Vec<_>>();
        let rows = [
            (gram(&codes("a")), Row::Single(vec![3, 4])),
            (gram(&codes("b")), Row::Single(vec![0, 0])),
            (gram(&codes("ab")), Row::Changes(vec![(0, -90), (1, 100)])),
            (gram(&codes("bb")), Row::Changes(vec![(0, 100), (1, -100)])),
        ];
        let bytes = bytes(&groups, &rows, [1.0, 0.0]).unwrap();
        assert_eq!(bytes, super::bytes(&groups, &rows, [1.0, 0.0]).unwrap());
        let model = Model::read(bytes.leak()).unwrap();
        assert_eq!(model.languages(Group::Latin).len(), 2);
        assert_eq!(model.languages(Group::Latin)[0].prior, 10);
        assert_eq!(detected_by(&model, "aab").language, "de");
        assert_eq!(detected_by(&model, "abbabb").language, "en");
    }
}
