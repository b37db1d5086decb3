//! Whoever asks what is kept of them is given all that an erasure would take, and nothing of anybody else.

use crate::{
    erasing::{MARKERS, erase_wholly, person, places, rosa, told_before},
    support::{NOW, World, json::item, on_both, said::said},
};
use tertulia_engine::export;
use tertulia_model::{Batch, Inbound, InboundKind, PersonId, RecipientRole};
use tertulia_store::Sql;

/// What stands in the archive, whose files are stored as they are.
pub(crate) async fn archive(world: &World, person: PersonId) -> Vec<u8> {
    let whole = export::person(&world.engine, person).await.unwrap();
    let mut bytes = Vec::new();
    whole.write(&world.engine.blobs, &mut bytes).unwrap();
    bytes
}

pub(crate) fn holds(archive: &[u8], text: &str) -> bool {
    archive.windows(text.len()).any(|part| part.eq_ignore_ascii_case(text.as_bytes()))
}

/// With HTML, and an address that they gave and nobody confirmed.
fn claiming() -> Inbound {
    let mut event = rosa("html", "The visitor's page").at_minute(5).created();
    if let InboundKind::Created(content) = &mut event.kind {
        content.html = Some("<b>htmlxx</b>".to_owned());
        content.author.claimed_mail = Some("claimedxx@home.example".to_owned());
    }
    event
}

#[test]
fn whoever_asks_is_given_all_that_an_erasure_would_take() {
    on_both(async |world| {
        told_before(&world).await;
        let to_claimed = said("sent", "What was sentxx there").by_us().to(RecipientRole::To, "claimedxx@home.example");
        world.hear(&[claiming(), to_claimed.at_minute(6).created()]).await;
        // One item tells of them and of somebody else.
        let bo = said("bo-3", "What bothxx came with").by("bo@other.example").created();
        let both = item("both", &[rosa("both", "Togetherxx").created(), bo], NOW);
        world.submit(Batch { items: vec![both], ..Batch::default() }).await.unwrap();
        let rosa = person(&world).await;
        let given = archive(&world, rosa).await;
        let more = ["htmlxx", "claimedxx", "sentxx", "togetherxx"];
        for marker in MARKERS.iter().chain(&more) {
            assert!(holds(&given, marker), "{marker}");
        }
        let of_each_kind = [
            "\"html\": \"<b>htmlxx</b>\"",
            // As it came.
            "\"text\":\"The zanahoriaxx is bitter.\"",
            "\"text\":\"An edit of zanahoriaxx that waits\"",
            "no event, from MARKER-ROSA",
            // The file of a wording that is shown no more, and one that waits to be sent.
            "archivoxx bytes",
            "archivoxx of ours",
            "\"claimed_mail\": \"claimedxx@home.example\"",
        ];
        for text in of_each_kind {
            assert!(holds(&given, text), "{text}");
        }
        for of_others in ["When do you open?", "a logo", "bothxx"] {
            assert!(!holds(&given, of_others), "{of_others}");
        }
        erase_wholly(&world, rosa).await;
        // An address that nobody confirmed may be somebody else's: what was said to it goes, and whoever has it stays.
        let has_address = "SELECT person_id FROM identities WHERE handle = 'claimedxx@home.example'";
        let stays = PersonId(world.engine.db.reader().number(has_address, vec![]).await.unwrap());
        let mut all = MARKERS.to_vec();
        all.extend(["htmlxx", "sentxx", "togetherxx"]);
        assert_eq!(places(&world, &all).await, Vec::<String>::new(), "and an erasure takes no less");
        erase_wholly(&world, stays).await;
        assert_eq!(places(&world, &["claimedxx"]).await, Vec::<String>::new());
        assert_eq!(world.message("bo-3").await.text, "What bothxx came with");
    });
}
