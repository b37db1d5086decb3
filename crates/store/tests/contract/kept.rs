use crate::support::{NOW, blob, body, message, on_both, write};
use tertulia_model::{AttachmentId, ConversationId, MessageId, UserId};
use tertulia_store::{
    drafts::{self, DraftFile, Key},
    kept::{self, WhichDrafts},
    messages::{self, NewAttachment, NewBody},
};

#[test]
fn every_wording_is_read_as_it_came_with_its_files_and_what_is_being_written() {
    on_both(async |mut db| {
        let file = |id, revision| NewAttachment {
            id: AttachmentId(id),
            message_id: MessageId(1),
            revision,
            name: format!("file {id}"),
            media_type: "image/png".to_owned(),
            content_id: None,
            inline: false,
            content: blob(2),
        };
        let key = Key::answer(UserId(1), ConversationId(7));
        let in_draft = DraftFile {
            id: AttachmentId(9),
            name: "a draft's".to_owned(),
            media_type: "image/png".to_owned(),
            content: blob(3),
        };
        write!(db, |tx| {
            messages::add(tx, &[message(1), message(2)]).await.unwrap();
            let older = NewBody { raw: Some(blob(1)), html: Some("<p>".to_owned()), ..body(1) };
            let newer = NewBody { revision: older.revision + 1, raw: None, ..body(1) };
            messages::add_bodies(tx, &[newer, older, body(2)]).await.unwrap();
            messages::add_attachments(tx, &[file(5, 1), file(4, 2)]).await.unwrap();
            drafts::save(tx, key, "{}", NOW).await.unwrap();
            drafts::add_file(tx, key, &in_draft, NOW).await.unwrap();
        });
        let all = kept::wordings(&mut db, &[MessageId(1)]).await.unwrap();
        assert_eq!(all.iter().map(|w| w.original()).collect::<Vec<_>>(), [Some(blob(1)), None]);
        assert_eq!((all[0].html.as_deref(), all[0].heard_at), (Some("<p>"), body(1).heard_at));
        let files = kept::files(&mut db, &[MessageId(1), MessageId(2)]).await.unwrap();
        let named: Vec<_> = files.iter().map(|f| (f.id.0, f.belongs_to, f.name.as_str(), f.content())).collect();
        assert_eq!(named, [(4, 1, "file 4", blob(2)), (5, 1, "file 5", blob(2))]);
        let all_in = |n| WhichDrafts { in_conversations: vec![ConversationId(n)], ..WhichDrafts::default() };
        let (forms, files) = kept::drafts(&mut db, &all_in(7)).await.unwrap();
        assert_eq!(forms, [(ConversationId(7), "{}".to_owned())]);
        assert_eq!((files[0].belongs_to, files[0].content()), (7, blob(3)));
        assert_eq!(kept::drafts(&mut db, &all_in(8)).await.unwrap(), (Vec::new(), Vec::new()));
    });
}
