use crate::support::{NOW, blob, on_both, write};
use tertulia_model::{AttachmentId, ConversationId, UserId};
use tertulia_store::drafts::{self, Draft, DraftFile};

const ME: UserId = UserId(1);
const HERE: ConversationId = ConversationId(9);

#[test]
fn a_draft_is_saved_over_itself_and_thrown_away_with_its_files() {
    on_both(async |mut db| {
        let file = |n: i64| DraftFile {
            id: AttachmentId(n),
            name: format!("Rechnung {n}.pdf"),
            media_type: "application/pdf".to_owned(),
            content: blob(3),
        };
        write!(db, |tx| {
            drafts::save(tx, ME, HERE, "{\"text\":\"Dear\"}", NOW).await.unwrap();
            drafts::save(tx, ME, HERE, "{\"text\":\"Dear Amina\"}", NOW + 1).await.unwrap();
            drafts::save(tx, UserId(2), HERE, "{}", NOW).await.unwrap();
            for n in [2, 1, 3] {
                drafts::add_file(tx, ME, HERE, &file(n), NOW).await.unwrap();
            }
            drafts::remove_file(tx, ME, AttachmentId(2)).await.unwrap();
            drafts::remove_file(tx, UserId(2), AttachmentId(1)).await.unwrap();
        });
        let saved = Draft { form: "{\"text\":\"Dear Amina\"}".to_owned(), updated_at: NOW + 1 };
        assert_eq!(drafts::get(&mut db, ME, HERE).await.unwrap(), Some(saved));
        assert_eq!(drafts::files(&mut db, ME, HERE).await.unwrap(), [file(1), file(3)]);
        write!(db, |tx| drafts::discard(tx, ME, HERE).await.unwrap());
        assert_eq!(drafts::get(&mut db, ME, HERE).await.unwrap(), None);
        assert!(drafts::files(&mut db, ME, HERE).await.unwrap().is_empty());
        assert!(drafts::get(&mut db, UserId(2), HERE).await.unwrap().is_some(), "a colleague's draft stays");
    });
}
