use crate::support::{NOW, before, blob, on_both, write};
use tertulia_model::{AttachmentId, ConversationId, MessageId, UserId};
use tertulia_store::{
    drafts::{self, Draft, DraftFile, Key},
    merges,
};

const HERE: ConversationId = ConversationId(9);

fn mine() -> Key {
    Key::answer(UserId(1), HERE)
}

fn file(n: i64) -> DraftFile {
    DraftFile {
        id: AttachmentId(n),
        name: format!("Rechnung {n}.pdf"),
        media_type: "application/pdf".to_owned(),
        content: blob(3),
    }
}

#[test]
fn a_draft_is_saved_over_itself_and_taken_with_its_files() {
    on_both(async |mut db| {
        let theirs = Key::answer(UserId(2), HERE);
        write!(db, |tx| {
            drafts::save(tx, mine(), "{\"text\":\"Dear\"}", NOW).await.unwrap();
            drafts::save(tx, mine(), "{\"text\":\"Dear Amina\"}", NOW + 1).await.unwrap();
            drafts::save(tx, theirs, "{}", NOW).await.unwrap();
            for n in [2, 1, 3] {
                drafts::add_file(tx, mine(), &file(n), NOW).await.unwrap();
            }
            assert_eq!(drafts::remove_file(tx, UserId(1), AttachmentId(2)).await.unwrap(), [blob(3).blob]);
            let of_another = drafts::remove_file(tx, UserId(2), AttachmentId(1)).await.unwrap();
            assert!(of_another.is_empty());
        });
        let saved = Draft { form: "{\"text\":\"Dear Amina\"}".to_owned(), updated_at: NOW + 1 };
        assert_eq!(drafts::get(&mut db, mine()).await.unwrap(), Some(saved));
        assert_eq!(drafts::files(&mut db, mine()).await.unwrap(), [file(1), file(3)]);
        let taken = write!(db, |tx| drafts::take(tx, mine()).await.unwrap());
        assert_eq!(taken, [file(1), file(3)]);
        assert_eq!(drafts::get(&mut db, mine()).await.unwrap(), None);
        assert!(drafts::files(&mut db, mine()).await.unwrap().is_empty());
        assert!(drafts::get(&mut db, theirs).await.unwrap().is_some(), "a colleague's draft stays");
    });
}

#[test]
fn a_draft_takes_the_place_of_what_its_writer_knew_and_of_nothing_else() {
    on_both(async |mut db| {
        let there = async |db: &mut _| drafts::get(db, mine()).await.unwrap().map(|draft| draft.form);
        write!(db, |tx| {
            assert!(drafts::replace(tx, mine(), None, "first", NOW).await.unwrap());
            assert!(!drafts::replace(tx, mine(), None, "elsewhere", NOW + 1).await.unwrap());
            assert!(!drafts::replace(tx, mine(), Some("elsewhere"), "later", NOW + 1).await.unwrap());
        });
        assert_eq!(there(&mut db).await.as_deref(), Some("first"));
        write!(db, |tx| assert!(drafts::replace(tx, mine(), Some("first"), "second", NOW + 2).await.unwrap()));
        let saved = Draft { form: "second".to_owned(), updated_at: NOW + 2 };
        assert_eq!(drafts::get(&mut db, mine()).await.unwrap(), Some(saved));
        write!(db, |tx| {
            drafts::throw_away(tx, mine(), NOW + 3).await.unwrap();
            assert!(
                drafts::replace(tx, mine(), None, "third", NOW + 4).await.unwrap(),
                "what was thrown away is nothing"
            );
        });
        assert_eq!(there(&mut db).await.as_deref(), Some("third"));
        assert!(drafts::get(&mut db, Key::answer(UserId(2), HERE)).await.unwrap().is_none());
    });
}

#[test]
fn an_answer_and_what_is_passed_on_are_drafts_of_their_own_and_move_with_the_conversation() {
    on_both(async |mut db| {
        let there = ConversationId(10);
        let forward = |conversation| Key::forward(UserId(1), conversation, MessageId(4));
        write!(db, |tx| {
            drafts::save(tx, mine(), "answer", NOW).await.unwrap();
            drafts::save(tx, forward(HERE), "forward", NOW).await.unwrap();
            drafts::add_file(tx, forward(HERE), &file(1), NOW).await.unwrap();
            drafts::save(tx, Key::answer(UserId(1), there), "begun there", NOW).await.unwrap();
        });
        assert_eq!(drafts::get(&mut db, mine()).await.unwrap().unwrap().form, "answer");
        assert!(drafts::files(&mut db, mine()).await.unwrap().is_empty());
        write!(db, |tx| merges::join(tx, &before(HERE, there), NOW).await.unwrap());
        assert_eq!(drafts::get(&mut db, forward(there)).await.unwrap().unwrap().form, "forward");
        assert_eq!(drafts::files(&mut db, forward(there)).await.unwrap(), [file(1)]);
        assert_eq!(drafts::get(&mut db, mine()).await.unwrap().unwrap().form, "answer", "its place is taken");
    });
}

#[test]
fn what_was_thrown_away_is_taken_up_again_until_something_stands_in_its_place() {
    on_both(async |mut db| {
        write!(db, |tx| {
            drafts::save(tx, mine(), "first", NOW).await.unwrap();
            drafts::add_file(tx, mine(), &file(1), NOW).await.unwrap();
            drafts::throw_away(tx, mine(), NOW + 5).await.unwrap();
        });
        assert_eq!(drafts::get(&mut db, mine()).await.unwrap(), None);
        assert!(drafts::files(&mut db, mine()).await.unwrap().is_empty());
        write!(db, |tx| {
            assert!(!drafts::take_up(tx, mine(), NOW + 4).await.unwrap(), "that was another time");
            assert!(drafts::take_up(tx, mine(), NOW + 5).await.unwrap());
            assert!(!drafts::take_up(tx, mine(), NOW + 5).await.unwrap(), "it is there already");
        });
        assert_eq!(drafts::get(&mut db, mine()).await.unwrap().unwrap().form, "first");
        assert_eq!(drafts::files(&mut db, mine()).await.unwrap(), [file(1)]);
        write!(db, |tx| {
            drafts::throw_away(tx, mine(), NOW + 6).await.unwrap();
            drafts::save(tx, mine(), "second", NOW + 7).await.unwrap();
            assert!(!drafts::take_up(tx, mine(), NOW + 6).await.unwrap());
        });
        assert_eq!(drafts::get(&mut db, mine()).await.unwrap().unwrap().form, "second");
        assert!(drafts::files(&mut db, mine()).await.unwrap().is_empty(), "its files stay away");
        assert!(write!(db, |tx| drafts::take(tx, mine()).await.unwrap()).is_empty());
    });
}

#[test]
fn what_was_thrown_away_is_forgotten_after_a_while() {
    on_both(async |db| {
        let other = Key::answer(UserId(2), HERE);
        write!(db, |tx| {
            for (key, at) in [(mine(), NOW), (other, NOW + 10)] {
                drafts::save(tx, key, "{}", NOW).await.unwrap();
                drafts::throw_away(tx, key, at).await.unwrap();
            }
            drafts::forget_thrown(tx, NOW + 5).await.unwrap();
            assert_eq!(drafts::count_thrown(tx).await.unwrap(), 1, "one is too fresh");
            assert!(!drafts::take_up(tx, mine(), NOW).await.unwrap());
            assert!(drafts::take_up(tx, other, NOW + 10).await.unwrap());
            drafts::forget_thrown(tx, NOW + 50).await.unwrap();
            assert_eq!(drafts::count_thrown(tx).await.unwrap(), 0, "nobody threw the rest away");
        });
    });
}

#[test]
fn files_that_were_thrown_away_are_forgotten_also_where_their_draft_was_begun_anew() {
    on_both(async |db| {
        write!(db, |tx| {
            drafts::save(tx, mine(), "first", NOW).await.unwrap();
            drafts::add_file(tx, mine(), &file(1), NOW).await.unwrap();
            drafts::throw_away(tx, mine(), NOW + 5).await.unwrap();
            drafts::save(tx, mine(), "second", NOW + 6).await.unwrap();
            assert_eq!(drafts::forget_thrown(tx, NOW + 5).await.unwrap(), Vec::<String>::new());
            assert_eq!(drafts::count_thrown(tx).await.unwrap(), 1, "the file is still there");
            assert_eq!(drafts::forget_thrown(tx, NOW + 6).await.unwrap(), [blob(3).blob]);
            assert_eq!(drafts::count_thrown(tx).await.unwrap(), 0);
        });
    });
}

#[test]
fn a_draft_that_is_thrown_away_gives_the_blobs_of_the_one_thrown_away_before_it() {
    on_both(async |db| {
        let file = |n: u64| DraftFile { content: blob(n), ..file(n.cast_signed()) };
        write!(db, |tx| {
            drafts::save(tx, mine(), "first", NOW).await.unwrap();
            drafts::add_file(tx, mine(), &file(7), NOW).await.unwrap();
            assert_eq!(drafts::throw_away(tx, mine(), NOW + 1).await.unwrap(), Vec::<String>::new());
            drafts::save(tx, mine(), "second", NOW + 2).await.unwrap();
            drafts::add_file(tx, mine(), &file(8), NOW + 2).await.unwrap();
            assert_eq!(drafts::throw_away(tx, mine(), NOW + 3).await.unwrap(), [blob(7).blob]);
            assert!(drafts::take_up(tx, mine(), NOW + 3).await.unwrap());
            assert_eq!(drafts::files(tx, mine()).await.unwrap(), [file(8)], "it can still be had back");
        });
    });
}

#[test]
fn answers_in_a_conversation_are_found_and_nothing_that_was_thrown_away_or_is_passed_on() {
    on_both(async |mut db| {
        let [me, you, they] = [4, 5, 6].map(UserId);
        write!(db, |tx| {
            for (key, form) in [
                (Key::answer(you, HERE), "b"),
                (Key::answer(me, HERE), "a"),
                (Key::forward(me, HERE, MessageId(9)), "c"),
                (Key::answer(me, ConversationId(10)), "d"),
                (Key::answer(they, HERE), "e"),
            ] {
                drafts::save(tx, key, form, NOW).await.unwrap();
            }
            drafts::throw_away(tx, Key::answer(they, HERE), NOW).await.unwrap();
        });
        let answers = drafts::answers(&mut db, HERE).await.unwrap();
        assert_eq!(answers, [(me, "a".to_owned()), (you, "b".to_owned())]);
    });
}

#[test]
fn a_draft_goes_and_its_files_go_to_another() {
    on_both(async |mut db| {
        let there = Key::answer(UserId(1), ConversationId(10));
        write!(db, |tx| {
            drafts::save(tx, mine(), "a", NOW).await.unwrap();
            drafts::add_file(tx, mine(), &file(1), NOW).await.unwrap();
            drafts::add_file(tx, mine(), &file(2), NOW).await.unwrap();
            drafts::remove(tx, mine()).await.unwrap();
            drafts::move_file(tx, AttachmentId(2), there).await.unwrap();
            drafts::move_file(tx, AttachmentId(1), Key::answer(UserId(2), there.conversation)).await.unwrap();
        });
        assert_eq!(drafts::get(&mut db, mine()).await.unwrap(), None);
        assert_eq!(drafts::files(&mut db, mine()).await.unwrap(), [file(1)], "nobody takes another's file");
        assert_eq!(drafts::files(&mut db, there).await.unwrap(), [file(2)]);
    });
}

#[test]
fn what_programs_brought_is_taken_by_its_name_and_forgotten_where_nobody_took_it() {
    on_both(async |mut db| {
        let (key, there) = (Key::brought(UserId(1), HERE), ConversationId(10));
        let ids = [3, 1, 7].map(AttachmentId);
        write!(db, |tx| {
            for n in [1, 2, 3] {
                drafts::add_file(tx, key, &file(n), NOW + n).await.unwrap();
            }
            drafts::add_file(tx, mine(), &file(4), NOW).await.unwrap();
            for other in [Key::brought(UserId(2), HERE), Key::brought(UserId(1), there), mine()] {
                assert_eq!(drafts::take_files(tx, other, &ids, NOW + 5).await.unwrap(), [], "{other:?}");
            }
            assert_eq!(drafts::take_files(tx, key, &ids, NOW + 5).await.unwrap(), [file(3), file(1)]);
            assert_eq!(drafts::take_files(tx, key, &ids, NOW + 6).await.unwrap(), [], "each is taken once");
        });
        assert_eq!(drafts::files(&mut db, key).await.unwrap(), [file(2)]);
        assert_eq!(drafts::files(&mut db, mine()).await.unwrap(), [file(4)], "the member's own draft stays");
        assert_eq!(drafts::named(&mut db, key, &ids).await.unwrap(), [file(3), file(1)], "and is known a while");
        write!(db, |tx| {
            assert_eq!(drafts::forget_thrown(tx, NOW + 6).await.unwrap(), [blob(3).blob, blob(3).blob]);
            assert_eq!(drafts::count_thrown(tx).await.unwrap(), 0);
            drafts::forget_brought(tx, NOW + 2).await.unwrap();
        });
        assert_eq!(drafts::named(&mut db, key, &ids).await.unwrap(), []);
        assert_eq!(drafts::files(&mut db, key).await.unwrap(), [file(2)], "it is not so old");
        write!(db, |tx| merges::join(tx, &before(HERE, there), NOW).await.unwrap());
        let key = Key::brought(UserId(1), there);
        assert_eq!(drafts::files(&mut db, key).await.unwrap(), [file(2)], "it moved with its conversation");
        assert_eq!(write!(db, |tx| drafts::forget_brought(tx, NOW + 3).await.unwrap()), [blob(3).blob]);
        assert_eq!(drafts::files(&mut db, key).await.unwrap(), []);
        assert_eq!(drafts::files(&mut db, Key::answer(UserId(1), there)).await.unwrap(), [file(4)]);
    });
}
