//! The bodies of the fuzz targets for what is read here: whatever the bytes are, none of these panics.

use crate::opinions::{Rules, Votes, map, votes::read_vote};

/// A vote a line: who, on what, and a cell that may say anything. Every figure of the map is finite, and the order of the
/// lines, where nobody votes twice, means nothing.
pub fn votes(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (mut votes, mut backwards) = (Votes::new(), Votes::new());
    let mut told = Vec::new();
    for line in text.lines().take(4_000) {
        let mut cells = line.splitn(3, ',');
        let (Some(who), Some(what), Some(cell)) = (cells.next(), cells.next(), cells.next()) else { continue };
        let Some(vote) = read_vote(cell) else { continue };
        assert_eq!(read_vote(&format!("\u{a0}{cell} ")), Some(vote), "{cell:?} with space around it");
        let number = |text: &str| text.bytes().fold(0, |sum: u64, byte| (sum * 31 + u64::from(byte)) % 97);
        told.push((number(who), number(what), vote));
    }
    for (who, what, vote) in &told {
        assert!(votes.add(*who, *what, *vote).is_ok(), "there is room for so few");
    }
    for (who, what, vote) in votes.iter().collect::<Vec<_>>().into_iter().rev() {
        assert!(backwards.add(who, what, vote).is_ok(), "there is room for so few");
    }
    let drawn = map(&votes, &Rules::default());
    assert_eq!(drawn, map(&backwards, &Rules::default()));
    let places =
        drawn.participants.iter().filter_map(|one| one.position).chain(drawn.statements.iter().map(|one| one.position));
    assert!(places.flatten().all(f64::is_finite), "somebody stands nowhere");
    let need = u32::try_from(Rules::default().seen).unwrap_or(u32::MAX);
    let agreed = drawn.consensus.across_groups.iter().chain(&drawn.consensus.over_all);
    assert!(agreed.into_iter().all(|one| one.tally.seen >= need), "what few have seen is called agreed");
}

#[cfg(test)]
mod tests {
    use tertulia_testkit::replay;

    #[test]
    fn the_corpus_of_votes_is_read_and_drawn() {
        replay("votes", super::votes);
    }
}
