//! The bodies of the fuzz targets for what is read here: whatever the bytes are, none of these panics.

use crate::connector;
use serde_json::json;
use tertulia_connector::{
    by_hand::{ByHand, File},
    conformance::{context, understood},
};
use tertulia_model::RawContent;

/// A table of talks. Of each row that is kept, it is told whether it is understood: those that are not are named.
pub fn notes(bytes: &[u8]) {
    let connector = connector();
    let ctx = context(&connector, json!({ "name": "Counter", "country_code": "+49" }));
    let file = File {
        name: "talks.csv".to_owned(),
        bytes: bytes.to_vec().into(),
        key: None,
        zone: "Europe/Berlin".to_owned(),
        at: 1_750_000_000_000,
    };
    let brought = match connector.file(&ctx, &file) {
        Ok(brought) => brought,
        Err(wrong) => {
            assert!(wrong.iter().any(|error| !error.message.is_empty()), "it is refused without a word");
            return;
        }
    };
    for item in brought.batch.items.into_iter().take(20) {
        if let RawContent::Memory(kept) = &item.content {
            understood(&connector, &ctx.account, item.hint.as_ref().clone(), kept);
        }
    }
}

#[cfg(test)]
mod tests {
    use tertulia_testkit::replay;

    #[test]
    fn the_corpus_of_talks_is_read() {
        replay("notes", super::notes);
    }
}
