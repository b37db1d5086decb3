use crate::support::{NOW, blob, body, conversation, identity, message, on_both, person, write};
use tertulia_model::{AttachmentId, ChannelId, ConversationId, IdentityId, MessageId, PersonId, ThreadId, UserId};
use tertulia_store::{
    conversations::{self, Conversation},
    keys::place,
    messages::{self, NewAttachment, NewBody, NewMessage},
    people, reading,
};

const HERE: ConversationId = ConversationId(1);

#[test]
fn a_message_is_shown_with_its_words_and_its_writer() {
    on_both(async |mut db| {
        let written = NewMessage {
            identity_id: Some(IdentityId(2)),
            person_id: Some(PersonId(3)),
            sent_by: Some(UserId(4)),
            conversation_id: Some(HERE),
            flags: i64::MAX,
            fingerprint: i64::MIN,
            ..message(1)
        };
        let words = NewBody {
            html: Some("<p>שלום</p>".to_owned()), text: "שלום 👩‍👩‍👧 \u{202e}abc".to_owned(), ..body(1)
        };
        write!(db, |tx| {
            people::add_persons(tx, &[person(3, "דנה")]).await.unwrap();
            people::add_identities(tx, &[identity(2, 3, "dana@example.org")]).await.unwrap();
            messages::add(tx, std::slice::from_ref(&written)).await.unwrap();
            messages::add_bodies(tx, std::slice::from_ref(&words)).await.unwrap();
        });
        let shown = reading::message(&mut db, MessageId(1)).await.unwrap().unwrap();
        assert_eq!((shown.text, shown.subject, shown.snippet), (words.text, words.subject, words.snippet));
        assert_eq!((shown.person_name.as_deref(), shown.handle.as_deref()), (Some("דנה"), Some("dana@example.org")));
        assert_eq!((shown.has_html, shown.flags, shown.sent_by), (true, i64::MAX, Some(UserId(4))));
        assert_eq!((shown.at, shown.stated_at, shown.heard_at), (written.at, written.stated_at, written.heard_at));
        assert_eq!((shown.source.as_str(), shown.external_id), ("mail", written.external_id));
        assert_eq!(reading::html(&mut db, MessageId(1)).await.unwrap(), words.html);
        assert_eq!(reading::message(&mut db, MessageId(2)).await.unwrap(), None);
    });
}

#[test]
fn a_conversation_a_thread_and_a_person_are_read_in_order_page_by_page() {
    on_both(async |mut db| {
        let told = |n: i64, state: &'static str| NewMessage {
            // Two messages to each moment: the tie decides.
            at: NOW + n / 2,
            place: place(NOW + n / 2, n),
            conversation_id: Some(HERE),
            thread_id: ThreadId(1),
            person_id: Some(PersonId(3)),
            state,
            ..message(n)
        };
        let all: Vec<_> = (1..=7).map(|n| told(n, if n == 4 { "waiting" } else { "shown" })).collect();
        write!(db, |tx| {
            messages::add(tx, &all).await.unwrap();
            messages::add_bodies(tx, &(1..=7).map(body).collect::<Vec<_>>()).await.unwrap();
        });
        let ids = |page: &[reading::Message]| page.iter().map(|m| m.id.0).collect::<Vec<_>>();
        let page = reading::conversation(&mut db, HERE, None, 3).await.unwrap();
        assert_eq!(ids(&page), [7, 6, 5]);
        let page = reading::conversation(&mut db, HERE, Some(page[2].place), 9).await.unwrap();
        assert_eq!(ids(&page), [3, 2, 1], "what waits for its original is not shown");
        assert_eq!(ids(&reading::thread(&mut db, ThreadId(1), 4).await.unwrap()), [1, 2, 3, 5]);
        let page = reading::person(&mut db, PersonId(3), Some(all[2].place), 9).await.unwrap();
        assert_eq!(ids(&page), [2, 1]);
        let places = [all[0].place, all[6].place, all[0].place, 12];
        assert_eq!(ids(&reading::at_places(&mut db, &places).await.unwrap()), [7, 1]);
    });
}

#[test]
fn what_was_said_with_a_person_is_theirs_everywhere_and_ours_in_their_conversations() {
    on_both(async |mut db| {
        let amina = Some(PersonId(3));
        let theirs = |n: i64, held: Option<i64>| NewMessage {
            person_id: amina,
            conversation_id: held.map(ConversationId),
            ..message(n)
        };
        let ours = |n: i64, held: i64| NewMessage {
            direction: "ours",
            auto: "person",
            person_id: None,
            ..theirs(n, Some(held))
        };
        write!(db, |tx| {
            let held = |n: i64, person_id| Conversation { person_id, ..conversation(n) };
            conversations::put(tx, &[held(1, amina), held(2, Some(PersonId(4))), held(3, amina)]).await.unwrap();
            let all = [
                theirs(1, Some(1)),
                ours(2, 1),
                theirs(3, None),
                ours(4, 2),
                NewMessage { flags: messages::flags::FORWARD, ..ours(5, 1) },
                ours(6, 3),
                NewMessage { auto: "reply", ..ours(7, 3) },
                theirs(8, Some(2)),
                NewMessage { person_id: amina, ..ours(9, 3) },
            ];
            messages::add(tx, &all).await.unwrap();
        });
        let ids = |page: &[reading::Message]| page.iter().map(|m| m.id.0).collect::<Vec<_>>();
        let page = reading::timeline(&mut db, PersonId(3), None, 4).await.unwrap();
        assert_eq!(ids(&page), [9, 8, 6, 3]);
        let page = reading::timeline(&mut db, PersonId(3), Some(page[3].place), 4).await.unwrap();
        assert_eq!(ids(&page), [2, 1]);
    });
}

#[test]
fn an_edit_shows_its_own_attachments_and_keeps_all_wordings() {
    on_both(async |mut db| {
        let file = |id: i64, revision: i64| NewAttachment {
            id: AttachmentId(id),
            message_id: MessageId(1),
            revision,
            name: format!("photo {id}.jpg"),
            media_type: "image/jpeg".to_owned(),
            content_id: Some("cid".to_owned()),
            inline: id == 2,
            content: blob(5),
        };
        let edited = NewBody { revision: 2, text: "Corrected".to_owned(), ..body(1) };
        write!(db, |tx| {
            messages::add(tx, &[message(1)]).await.unwrap();
            messages::add_bodies(tx, &[body(1), edited.clone(), body(1)]).await.unwrap();
            messages::add_attachments(tx, &[file(1, 1), file(3, 2), file(2, 2)]).await.unwrap();
        });
        let names = async |db: &mut tertulia_store::Db| {
            let shown = reading::attachments(db, &[MessageId(1), MessageId(1)]).await.unwrap();
            shown.into_iter().map(|a| (a.id.0, a.inline)).collect::<Vec<_>>()
        };
        assert_eq!(names(&mut db).await, [(1, false)]);
        write!(db, |tx| messages::show_revision(tx, MessageId(1), 2, "de", messages::flags::IMAGE, 9).await.unwrap());
        assert_eq!(names(&mut db).await, [(2, true), (3, false)]);
        let shown = reading::message(&mut db, MessageId(1)).await.unwrap().unwrap();
        assert_eq!((shown.text.as_str(), shown.language.as_str(), shown.revision), ("Corrected", "de", 2));
        let wordings = reading::revisions(&mut db, MessageId(1)).await.unwrap();
        assert_eq!(wordings.iter().map(|r| r.text.as_str()).collect::<Vec<_>>(), ["Where is order 1?", "Corrected"]);
        let one = reading::attachment(&mut db, AttachmentId(2)).await.unwrap().unwrap();
        assert_eq!((one.content(), one.content_id.as_deref()), (blob(5), Some("cid")));
    });
}

#[test]
fn what_came_of_them_after_a_message_is_counted_whatever_its_date_and_what_we_said_is_not() {
    on_both(async |mut db| {
        let said =
            |n: i64, direction: &'static str| NewMessage { conversation_id: Some(HERE), direction, ..message(n) };
        write!(db, |tx| {
            let dated_back = NewMessage { place: message(1).place - 1, ..said(4, "theirs") };
            let all = [said(1, "theirs"), said(2, "theirs"), said(3, "ours"), dated_back];
            messages::add(tx, &all).await.unwrap();
        });
        assert_eq!(reading::count_theirs_after(&mut db, HERE, MessageId(1), &[]).await.unwrap(), 2);
        let shown = [MessageId(4), MessageId(3), MessageId(4)];
        assert_eq!(
            reading::count_theirs_after(&mut db, HERE, MessageId(1), &shown).await.unwrap(),
            1,
            "ours is none of them"
        );
        assert_eq!(reading::count_theirs_after(&mut db, HERE, MessageId(4), &[]).await.unwrap(), 0);
    });
}

#[test]
fn when_theirs_were_last_heard_goes_by_the_channel_and_not_by_ours() {
    on_both(async |mut db| {
        let said = |n: i64, direction: &'static str, on: i64| NewMessage {
            conversation_id: Some(HERE),
            channel_id: ChannelId(on),
            heard_at: 100 * n,
            direction,
            ..message(n)
        };
        let all = [said(1, "theirs", 1), said(2, "theirs", 1), said(3, "ours", 1), said(4, "theirs", 2)];
        write!(db, |tx| messages::add(tx, &all).await.unwrap());
        for (on, last) in [(1, Some(200)), (2, Some(400)), (3, None)] {
            let heard = reading::last_theirs_heard(&mut db, HERE, ChannelId(on)).await.unwrap();
            assert_eq!(heard, last, "channel {on}");
        }
    });
}

#[test]
fn an_answer_counts_as_given_elsewhere_if_it_is_no_forward_was_not_written_here_and_stands_later() {
    on_both(async |mut db| {
        let ours = |n: i64| NewMessage { conversation_id: Some(HERE), direction: "ours", sent_by: None, ..message(n) };
        write!(db, |tx| {
            let all = [
                ours(1),
                NewMessage { sent_by: Some(UserId(3)), ..ours(2) },
                NewMessage { flags: messages::flags::FORWARD, ..ours(3) },
                NewMessage { state: "deleted", ..ours(4) },
                NewMessage { direction: "theirs", ..ours(5) },
            ];
            messages::add(tx, &all).await.unwrap();
        });
        assert!(reading::is_answered_elsewhere(&mut db, HERE, message(1).place - 1).await.unwrap());
        assert!(!reading::is_answered_elsewhere(&mut db, HERE, message(1).place).await.unwrap());
    });
}

#[test]
fn what_a_person_said_last_is_no_machines_nor_ours_and_a_place_is_asked_within_a_conversation() {
    on_both(async |mut db| {
        let said = |n: i64| NewMessage { conversation_id: Some(HERE), auto: "person", ..message(n) };
        write!(db, |tx| {
            let all = [
                said(1),
                said(2),
                NewMessage { auto: "reply", ..said(3) },
                NewMessage { direction: "ours", ..said(4) },
            ];
            messages::add(tx, &all).await.unwrap();
            messages::add_bodies(tx, &[NewBody { revision: message(2).revision, ..body(2) }]).await.unwrap();
        });
        let last = reading::last_theirs(&mut db, HERE).await.unwrap().unwrap();
        let expected = (message(2).place, message(2).heard_at, "Where is 2");
        assert_eq!((last.place, last.heard_at, last.snippet.as_str()), expected);
        assert_eq!(reading::last_theirs(&mut db, ConversationId(99)).await.unwrap(), None);
        assert_eq!(reading::place_in(&mut db, HERE, MessageId(2)).await.unwrap(), Some(message(2).place));
        assert_eq!(reading::place_in(&mut db, ConversationId(99), MessageId(2)).await.unwrap(), None);
    });
}

#[test]
fn a_person_was_first_heard_when_their_oldest_words_that_are_left_were_said() {
    on_both(async |mut db| {
        let said = |n: i64, state: &'static str| NewMessage { person_id: Some(PersonId(3)), state, ..message(n) };
        write!(db, |tx| messages::add(tx, &[said(1, "deleted"), said(2, "shown"), said(3, "shown")]).await.unwrap());
        assert_eq!(reading::first_heard(&mut db, PersonId(3)).await.unwrap(), Some(message(2).at));
        assert_eq!(reading::first_heard(&mut db, PersonId(4)).await.unwrap(), None);
    });
}

#[test]
fn what_a_person_said_in_no_conversation_or_another_one_is_heard_elsewhere() {
    on_both(async |mut db| {
        let said = |n: i64, person: i64, conversation: Option<i64>, state: &'static str| NewMessage {
            person_id: Some(PersonId(person)),
            conversation_id: conversation.map(ConversationId),
            state,
            ..message(n)
        };
        write!(db, |tx| {
            let all = [
                said(1, 3, Some(HERE.0), "shown"),
                said(2, 3, None, "deleted"),
                said(3, 4, Some(HERE.0), "shown"),
                said(4, 4, None, "shown"),
                said(5, 5, Some(HERE.0 + 1), "shown"),
            ];
            messages::add(tx, &all).await.unwrap();
        });
        let mut found = Vec::new();
        for person in [3, 4, 5, 6] {
            found.push(reading::is_heard_elsewhere(&mut db, PersonId(person), HERE).await.unwrap());
        }
        assert_eq!(found, [false, true, true, false]);
    });
}
