use crate::support::{NOW, before, conversation, identity, on_both, person, write};
use tertulia_model::{ConversationId, IdentityId, PersonId, UserId};
use tertulia_store::{
    Db, Tx,
    conversations::{self, Conversation},
    endings::{self, Ending},
    keys, merges,
    notes::{self, Note},
    people,
};

const ANA: UserId = UserId(1);
pub const BO: UserId = UserId(2);
const HERE: ConversationId = ConversationId(1);
const AMINA: PersonId = PersonId(1);
const ALL: (i64, i64) = (i64::MIN, i64::MAX);

/// The `n`th note, in the first conversation.
fn note(n: i64) -> Note {
    let at = NOW + n * 60_000;
    Note {
        id: n,
        conversation_id: Some(HERE),
        written_in: Some(HERE),
        person_id: None,
        place: keys::place(at, n),
        text: format!("Note {n}"),
        text_before: None,
        written_by: ANA,
        written_at: at,
        changed_at: None,
        removed_at: None,
        version: 0,
    }
}

fn of_amina(n: i64) -> Note {
    Note { conversation_id: None, written_in: None, person_id: Some(AMINA), ..note(n) }
}

fn written_in(n: i64, conversation: i64) -> Note {
    let id = Some(ConversationId(conversation));
    Note { conversation_id: id, written_in: id, ..note(n) }
}

pub async fn stage(tx: &mut Tx) {
    people::add_persons(tx, &[person(1, "Amina")]).await.unwrap();
    let with_amina = Conversation { person_id: Some(AMINA), ..conversation(1) };
    conversations::put(tx, &[with_amina, conversation(2), conversation(3)]).await.unwrap();
    for one in [note(1), note(2), of_amina(3), of_amina(4)] {
        notes::add(tx, &one).await.unwrap();
    }
}

fn ids(notes: Vec<Note>) -> Vec<i64> {
    notes.into_iter().map(|note| note.id).collect()
}

async fn in_conversation(db: &mut Db, n: i64) -> Vec<i64> {
    ids(notes::of_conversation(db, ConversationId(n), ALL, 10).await.unwrap())
}

#[test]
fn notes_stand_where_they_were_written_the_last_first_and_in_pages() {
    on_both(async |mut db| {
        write!(db, |tx| stage(tx).await);
        assert_eq!(notes::of_conversation(&mut db, HERE, ALL, 10).await.unwrap(), [note(2), note(1)]);
        let first = (note(1).place, note(2).place);
        assert_eq!(notes::of_conversation(&mut db, HERE, first, 10).await.unwrap(), [note(1)]);
        assert_eq!(notes::of_conversation(&mut db, HERE, ALL, 1).await.unwrap(), [note(2)]);
        assert_eq!(ids(notes::of_person(&mut db, AMINA, None, 1).await.unwrap()), [4]);
        assert_eq!(notes::of_person(&mut db, AMINA, Some(4), 9).await.unwrap(), [of_amina(3)]);
        assert_eq!(ids(notes::about(&mut db, AMINA, &[HERE, HERE]).await.unwrap()), [1, 2, 3, 4]);
        assert_eq!(ids(notes::all(&mut db, Some(4), 2).await.unwrap()), [3, 2]);
        assert_eq!(notes::get(&mut db, 1).await.unwrap(), Some(note(1)));
    });
}

#[test]
fn a_note_that_was_taken_away_is_shown_to_nobody_and_forgotten_after_a_while() {
    on_both(async |mut db| {
        write!(db, |tx| {
            stage(tx).await;
            let mut gone = notes::get_to_change(tx, 1).await.unwrap().unwrap();
            gone.removed_at = Some(NOW + 5);
            notes::put(tx, &gone).await.unwrap();
            let mut other = notes::get_to_change(tx, 2).await.unwrap().unwrap();
            (other.text, other.text_before, other.changed_at) = ("Now".to_owned(), Some(other.text), Some(NOW + 9));
            notes::put(tx, &other).await.unwrap();
            notes::mention(tx, 1, &[BO]).await.unwrap();
        });
        assert_eq!(in_conversation(&mut db, 1).await, [2]);
        assert_eq!(ids(notes::about(&mut db, AMINA, &[HERE]).await.unwrap()), [2, 3, 4]);
        assert_eq!(ids(notes::all(&mut db, None, 9).await.unwrap()), [4, 3, 2]);
        assert_eq!(notes::mentions(&mut db, BO, None, 9).await.unwrap(), []);
        assert_eq!(notes::count_unseen(&mut db, BO, 9).await.unwrap(), 0);
        let stands = notes::get(&mut db, 2).await.unwrap().unwrap();
        assert_eq!((stands.text.as_str(), stands.text_before.as_deref(), stands.version), ("Now", Some("Note 2"), 1));
        assert_eq!(notes::count_removed(&mut db).await.unwrap(), 2);
        write!(db, |tx| notes::forget_removed(tx, NOW + 6).await.unwrap());
        assert_eq!(notes::get(&mut db, 1).await.unwrap(), None);
        assert_eq!(notes::count_removed(&mut db).await.unwrap(), 1, "how the other read can still come back");
        write!(db, |tx| notes::forget_removed(tx, NOW + 10).await.unwrap());
        let stands = notes::get(&mut db, 2).await.unwrap().unwrap();
        assert_eq!((stands.text.as_str(), stands.text_before), ("Now", None));
        write!(db, |tx| notes::remove(tx, 2).await.unwrap());
        assert_eq!(notes::get(&mut db, 2).await.unwrap(), None);
    });
}

#[test]
fn who_is_named_has_it_in_a_list_until_it_was_seen_there() {
    on_both(async |mut db| {
        write!(db, |tx| {
            stage(tx).await;
            assert_eq!(notes::mention(tx, 2, &[BO, ANA]).await.unwrap(), [BO, ANA]);
            notes::mention(tx, 3, &[BO]).await.unwrap();
        });
        assert_eq!(notes::mentioned(&mut db, 2).await.unwrap(), [ANA, BO]);
        let list = notes::mentions(&mut db, BO, None, 9).await.unwrap();
        let told: Vec<_> = list.iter().map(|m| (m.note.id, m.seen_at, m.about_name.as_deref())).collect();
        assert_eq!(told, [(3, None, Some("Amina")), (2, None, Some("Amina"))]);
        assert_eq!(
            ids(notes::mentions(&mut db, BO, Some(3), 9).await.unwrap().into_iter().map(|m| m.note).collect()),
            [2]
        );
        assert_eq!(notes::count_unseen(&mut db, BO, 9).await.unwrap(), 2);
        assert_eq!(notes::count_unseen(&mut db, BO, 1).await.unwrap(), 1, "counting stops");
        assert_eq!(notes::unseen(&mut db, BO, &[1, 2, 3, 9]).await.unwrap(), [2, 3]);
        write!(db, |tx| notes::see(tx, BO, &[1, 2], NOW + 1).await.unwrap());
        assert_eq!(notes::unseen(&mut db, BO, &[1, 2, 3, 9]).await.unwrap(), [3]);
        assert_eq!(notes::count_unseen(&mut db, ANA, 9).await.unwrap(), 1, "what one has seen concerns no other");
        write!(db, |tx| notes::see(tx, BO, &[3, 2], NOW + 2).await.unwrap());
        write!(db, |tx| notes::see_all(tx, ANA, NOW + 3).await.unwrap());
        assert_eq!(notes::count_unseen(&mut db, ANA, 9).await.unwrap(), 0);
        // Other words name others; who stays named has seen it.
        write!(db, |tx| assert_eq!(notes::mention(tx, 2, &[BO, UserId(3)]).await.unwrap(), [ANA, UserId(3)]));
        let seen: Vec<_> = notes::mentions(&mut db, BO, None, 9).await.unwrap().iter().map(|m| m.seen_at).collect();
        assert_eq!(seen, [Some(NOW + 2), Some(NOW + 1)]);
    });
}

#[test]
fn notes_go_with_their_conversation_into_another_and_back() {
    on_both(async |mut db| {
        let merged = |from: i64, into: i64| before(ConversationId(from), ConversationId(into));
        write!(db, |tx| {
            stage(tx).await;
            notes::add(tx, &written_in(5, 2)).await.unwrap();
            notes::add(tx, &written_in(6, 3)).await.unwrap();
            merges::join(tx, &merged(1, 2), NOW).await.unwrap();
            notes::add(tx, &written_in(7, 2)).await.unwrap();
            merges::join(tx, &merged(2, 3), NOW).await.unwrap();
            notes::add(tx, &written_in(8, 3)).await.unwrap();
        });
        assert_eq!(in_conversation(&mut db, 3).await, [8, 7, 6, 5, 2, 1]);
        write!(db, |tx| merges::part(tx, &merged(2, 3), ConversationId(3)).await.unwrap());
        assert_eq!(in_conversation(&mut db, 2).await, [7, 5, 2, 1], "with what had become part of it");
        assert_eq!(in_conversation(&mut db, 3).await, [8, 6]);
        write!(db, |tx| merges::part(tx, &merged(1, 2), ConversationId(2)).await.unwrap());
        assert_eq!(in_conversation(&mut db, 1).await, [2, 1]);
        assert_eq!(in_conversation(&mut db, 2).await, [7, 5]);
    });
}

#[test]
fn an_erasure_takes_the_notes_of_a_person_and_those_in_conversations() {
    on_both(async |mut db| {
        write!(db, |tx| {
            stage(tx).await;
            notes::mention(tx, 1, &[BO]).await.unwrap();
            notes::mention(tx, 3, &[BO]).await.unwrap();
            assert_eq!(notes::forget_person(tx, AMINA).await.unwrap(), 2);
            assert_eq!(notes::forget_in(tx, &[ConversationId(2)]).await.unwrap(), 0);
            assert_eq!(notes::forget_in(tx, &[HERE]).await.unwrap(), 2);
        });
        assert_eq!(notes::all(&mut db, None, 9).await.unwrap(), []);
        assert_eq!(notes::mentioned(&mut db, 1).await.unwrap(), []);
        assert_eq!(notes::mentioned(&mut db, 3).await.unwrap(), []);
    });
}

#[test]
fn what_was_noted_of_who_is_nobody_without_an_identity_goes_with_it_and_stays_else() {
    on_both(async |mut db| {
        write!(db, |tx| {
            stage(tx).await;
            people::add_persons(tx, &[person(2, "Rosa")]).await.unwrap();
            people::add_identities(tx, &[identity(1, 1, "visitor"), identity(2, 1, "other")]).await.unwrap();
            people::link(tx, 77, IdentityId(1), PersonId(2), "confirmed by mail", 1.0, NOW).await.unwrap();
        });
        assert_eq!(ids(notes::of_person(&mut db, AMINA, None, 9).await.unwrap()), [4, 3], "she is known otherwise");
        write!(db, |tx| people::link(tx, 78, IdentityId(2), PersonId(2), "said so", 1.0, NOW).await.unwrap());
        assert_eq!(ids(notes::of_person(&mut db, AMINA, None, 9).await.unwrap()), Vec::<i64>::new());
        assert_eq!(ids(notes::of_person(&mut db, PersonId(2), None, 9).await.unwrap()), [4, 3]);
        write!(db, |tx| {
            notes::add(tx, &of_amina(9)).await.unwrap();
            notes::follow_identity(tx, AMINA, IdentityId(2), PersonId(2)).await.unwrap();
        });
        assert_eq!(ids(notes::of_person(&mut db, PersonId(2), None, 9).await.unwrap()), [9, 4, 3]);
    });
}

#[test]
fn what_stands_beside_messages_goes_where_these_have_gone_or_with_their_conversation() {
    on_both(async |mut db| {
        let ending = |n: i64| Ending {
            id: n,
            conversation_id: ConversationId(n),
            written_in: ConversationId(n),
            place: note(n).place,
            outcome: "listened".to_owned(),
            by_user: ANA,
            at: NOW,
        };
        write!(db, |tx| {
            stage(tx).await;
            notes::add(tx, &written_in(5, 2)).await.unwrap();
            notes::mention(tx, 5, &[BO]).await.unwrap();
            for n in 1..=2 {
                endings::add(tx, &ending(n)).await.unwrap();
            }
            conversations::leave(tx, HERE, Some(ConversationId(3))).await.unwrap();
            conversations::leave(tx, ConversationId(2), None).await.unwrap();
        });
        assert_eq!(in_conversation(&mut db, 3).await, [2, 1]);
        assert_eq!(notes::get(&mut db, 1).await.unwrap().unwrap().written_in, Some(ConversationId(3)));
        assert_eq!(
            (notes::get(&mut db, 5).await.unwrap(), notes::mentioned(&mut db, 5).await.unwrap()),
            (None, vec![])
        );
        let mut left = Vec::new();
        for n in 1..=3 {
            left.push(endings::of_conversation(&mut db, ConversationId(n), ALL, 9).await.unwrap().len());
        }
        assert_eq!(left, [0, 0, 1]);
    });
}
