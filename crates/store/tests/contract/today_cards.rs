use crate::{
    person_merges::{AMINA, BAKER, held, merge, three},
    promises::promise,
    support::{NOW, before, conversation, message, on_both, write},
};
use tertulia_model::{ConversationId, PersonId, UserId};
use tertulia_store::{
    conversations,
    erasing::Counts,
    keys, merges,
    messages::{self, NewMessage},
    person_merges,
    promises::{self, Promise},
    today_cards::{self, Decided, Ended, Key},
};

const INES: UserId = UserId(1);
const JO: UserId = UserId(2);
const DAY: i64 = 20_778;

fn key(kind: &str, subject_id: i64) -> Key {
    Key { kind: kind.to_owned(), subject_id, cause: 0 }
}

fn decided(id: i64, key: Key) -> Decided {
    Decided {
        id,
        key,
        person_id: None,
        conversation_id: None,
        state: "open".to_owned(),
        from_day: DAY,
        holder_id: Some(JO),
        passed_by: Some(INES),
        note: "You know them.".to_owned(),
        by_user: INES,
        at: NOW + id,
        version: 0,
    }
}

#[test]
fn of_a_card_there_is_one_row_whoever_decides_first() {
    on_both(async |mut db| {
        let (mine, theirs) = (decided(1, key("first", 7)), decided(2, key("first", 7)));
        let held = write!(db, |tx| today_cards::hold(tx, &mine).await.unwrap());
        assert_eq!(held, mine);
        let held = write!(db, |tx| today_cards::hold(tx, &theirs).await.unwrap());
        assert_eq!(held, mine, "the second sees what the first decided");
        let done = Decided { state: "done".to_owned(), holder_id: None, note: String::new(), ..mine.clone() };
        write!(db, |tx| today_cards::put(tx, &done).await.unwrap());
        let stands = today_cards::of(&mut db, &mine.key).await.unwrap().unwrap();
        assert_eq!(stands, Decided { version: 1, ..done });
        let held = write!(db, |tx| today_cards::get_to_change(tx, 1).await.unwrap());
        assert_eq!(held, Some(stands));
        write!(db, |tx| today_cards::remove(tx, 1).await.unwrap());
        assert_eq!(today_cards::of(&mut db, &mine.key).await.unwrap(), None);
    });
}

#[test]
fn what_was_passed_on_stands_with_a_member_from_its_day_on_until_they_leave() {
    on_both(async |mut db| {
        let later = Decided { from_day: DAY + 1, ..decided(2, key("quiet", 8)) };
        let done = Decided { state: "done".to_owned(), ..decided(3, key("new", 9)) };
        write!(db, |tx| {
            for one in [decided(1, key("back", 7)), later, done] {
                today_cards::hold(tx, &one).await.unwrap();
            }
        });
        let ids = |all: Vec<Decided>| all.into_iter().map(|one| one.id).collect::<Vec<_>>();
        assert_eq!(ids(today_cards::held_by(&mut db, JO, DAY, 9).await.unwrap()), [1]);
        assert_eq!(ids(today_cards::held_by(&mut db, JO, DAY + 1, 9).await.unwrap()), [1, 2]);
        assert!(ids(today_cards::held_by(&mut db, INES, DAY + 1, 9).await.unwrap()).is_empty());
        write!(db, |tx| today_cards::let_go_of(tx, JO).await.unwrap());
        assert!(ids(today_cards::held_by(&mut db, JO, DAY + 1, 9).await.unwrap()).is_empty());
        let left = today_cards::of(&mut db, &key("back", 7)).await.unwrap().unwrap();
        assert_eq!((left.holder_id, left.passed_by), (None, None));
    });
}

#[test]
fn decisions_of_a_day_are_counted_by_their_member_unless_the_thing_was_settled_on_it() {
    on_both(async |db| {
        write!(db, |tx| {
            let answered = Decided { person_id: Some(AMINA), ..decided(5, key("first", 1)) };
            let all = [
                decided(1, key("first", 7)),
                decided(2, key("promise", 8)),
                decided(3, key("quiet", 9)),
                decided(4, key("promise", 10)),
                answered,
            ];
            for one in all {
                today_cards::hold(tx, &one).await.unwrap();
            }
            let kept = Promise { closed_at: Some(NOW + 9), ..promise(10, "kept", Some(NOW)) };
            promises::add(tx, &[promise(8, "open", Some(NOW)), kept]).await.unwrap();
            conversations::put(tx, &[held(1, AMINA)]).await.unwrap();
            let ours = NewMessage {
                conversation_id: Some(ConversationId(1)),
                direction: "ours",
                auto: "person",
                place: keys::place(NOW + 9, 1),
                at: NOW + 9,
                ..message(1)
            };
            messages::add(tx, &[ours]).await.unwrap();
        });
        let count =
            async |member, from| today_cards::count_decided(&mut db.reader(), member, (from, NOW + 99)).await.unwrap();
        assert_eq!((count(INES, NOW).await, count(INES, NOW + 2).await, count(JO, NOW).await), (2, 1, 0));
    });
}

#[test]
fn what_was_decided_of_a_conversation_holds_of_what_it_became_part_of() {
    on_both(async |db| {
        let [from, into] = [1, 2].map(ConversationId);
        write!(db, |tx| {
            let about = |id, key| Decided { conversation_id: Some(from), ..decided(id, key) };
            for one in [about(1, key("first", 1)), about(2, key("back", 1)), decided(3, key("back", 2))] {
                today_cards::hold(tx, &one).await.unwrap();
            }
            conversations::put(tx, &[conversation(1), conversation(2)]).await.unwrap();
            merges::join(tx, &before(from, into), NOW).await.unwrap();
        });
        let of = async |kind, n| {
            let found = today_cards::of(&mut db.reader(), &key(kind, n)).await.unwrap();
            found.map(|one| (one.id, one.conversation_id))
        };
        assert_eq!((of("first", 1).await, of("first", 2).await), (None, Some((1, Some(into)))));
        assert_eq!(of("back", 2).await, Some((3, None)), "what was decided of the whole stands");
    });
}

#[test]
fn what_was_decided_of_somebody_goes_with_them_when_they_are_one_with_another_and_apart_again() {
    on_both(async |db| {
        three(&db).await;
        let about = |id, key, person, conversation: Option<i64>| Decided {
            person_id: Some(person),
            conversation_id: conversation.map(ConversationId),
            ..decided(id, key)
        };
        write!(db, |tx| {
            today_cards::hold(tx, &about(1, key("first", 2), BAKER, Some(2))).await.unwrap();
            today_cards::hold(tx, &about(2, key("quiet", BAKER.0), BAKER, None)).await.unwrap();
            today_cards::hold(tx, &about(3, key("first", 1), AMINA, Some(1))).await.unwrap();
        });
        let one = merge(9, BAKER, AMINA);
        write!(db, |tx| person_merges::join(tx, &one).await.unwrap());
        let ids = async |person: PersonId| {
            let all = today_cards::of_person(&mut db.reader(), person).await.unwrap();
            all.into_iter().map(|one| one.id).collect::<Vec<_>>()
        };
        assert_eq!((ids(AMINA).await, ids(BAKER).await), (vec![1, 2, 3], vec![]));
        let quiet = today_cards::of(&mut db.reader(), &key("quiet", AMINA.0)).await.unwrap();
        assert_eq!(quiet.map(|one| one.id), Some(2), "what was decided of a part holds of the whole");
        write!(db, |tx| person_merges::part(tx, &one, AMINA, (INES, NOW)).await.unwrap());
        assert_eq!((ids(AMINA).await, ids(BAKER).await), (vec![3], vec![1, 2]));
    });
}

#[test]
fn nothing_is_kept_of_who_was_erased() {
    on_both(async |mut db| {
        three(&db).await;
        write!(db, |tx| {
            let by_person = Decided { person_id: Some(AMINA), ..decided(1, key("promise", 5)) };
            let by_conversation = Decided { conversation_id: Some(ConversationId(1)), ..decided(2, key("first", 1)) };
            for one in [by_person, by_conversation, decided(3, key("new", AMINA.0)), decided(4, key("new", BAKER.0))] {
                today_cards::hold(tx, &one).await.unwrap();
            }
            assert!(today_cards::draw(tx, INES, DAY, &key("new", AMINA.0)).await.unwrap());
        });
        let mut counts = Counts::new();
        write!(db, |tx| today_cards::forget(tx, AMINA, &mut counts).await.unwrap());
        assert_eq!((counts["today_cards"], counts["today_draws"]), (3, 1));
        assert_eq!(today_cards::held_by(&mut db, JO, DAY, 9).await.unwrap().len(), 1);
        assert_eq!(today_cards::drawn(&mut db, INES, DAY).await.unwrap(), []);
        write!(db, |tx| conversations::put(tx, &[held(1, AMINA)]).await.unwrap());
    });
}

#[test]
fn one_card_of_a_kind_is_drawn_for_a_member_on_a_day() {
    on_both(async |mut db| {
        write!(db, |tx| {
            assert!(today_cards::draw(tx, INES, DAY, &key("quiet", 4)).await.unwrap());
            assert!(!today_cards::draw(tx, INES, DAY, &key("quiet", 5)).await.unwrap());
            assert!(today_cards::draw(tx, INES, DAY, &key("new", 5)).await.unwrap());
            assert!(today_cards::draw(tx, INES, DAY + 1, &key("quiet", 5)).await.unwrap());
        });
        assert_eq!(today_cards::drawn(&mut db, INES, DAY).await.unwrap(), [key("new", 5), key("quiet", 4)]);
        assert_eq!(today_cards::drawn(&mut db, JO, DAY).await.unwrap(), []);
        assert!(today_cards::drawn_since(&mut db, "quiet", 4, DAY).await.unwrap());
        assert!(!today_cards::drawn_since(&mut db, "quiet", 4, DAY + 1).await.unwrap());
        write!(db, |tx| {
            today_cards::take_back_draw(tx, INES, DAY, &key("quiet", 5)).await.unwrap();
            assert!(!today_cards::draw(tx, INES, DAY, &key("quiet", 6)).await.unwrap(), "another was drawn");
            today_cards::take_back_draw(tx, INES, DAY, &key("quiet", 4)).await.unwrap();
            assert!(today_cards::draw(tx, INES, DAY, &key("quiet", 6)).await.unwrap());
        });
        let gone = write!(db, |tx| today_cards::forget_draws(tx, DAY + 1).await.unwrap());
        assert_eq!((gone, today_cards::drawn(&mut db, INES, DAY).await.unwrap().len()), (2, 0));
    });
}

#[test]
fn how_a_day_ended_is_noted_once() {
    on_both(async |mut db| {
        assert_eq!(today_cards::last_day(&mut db).await.unwrap(), None);
        let ended = |day, left_over| Ended { day, due: 3, left_over };
        write!(db, |tx| {
            today_cards::note_day(tx, INES, ended(DAY, 0)).await.unwrap();
            today_cards::note_day(tx, INES, ended(DAY, 2)).await.unwrap();
            today_cards::note_day(tx, INES, ended(DAY + 1, 1)).await.unwrap();
            today_cards::note_day(tx, JO, ended(DAY + 2, 1)).await.unwrap();
        });
        let days = today_cards::days(&mut db, INES, (DAY, DAY + 9)).await.unwrap();
        assert_eq!(days, [ended(DAY, 0), ended(DAY + 1, 1)]);
        assert_eq!(today_cards::days(&mut db, INES, (DAY, DAY)).await.unwrap(), []);
        assert_eq!(today_cards::last_day(&mut db).await.unwrap(), Some(DAY + 2));
    });
}
