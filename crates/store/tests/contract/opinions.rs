//! Ballots, who votes on them, and each vote with the batch that brought it.

use crate::{
    person_merges::{AMINA, BAKER, join, merge, part, three},
    support::{NOW, on_both, person, write},
};
use tertulia_model::{IdentityId, PersonId, UserId};
use tertulia_store::{
    Result, Sql,
    erasing::Counts,
    opinions::{self, Ballot, Batch, Cast, Size, Statement, Voter},
    people,
};

fn ballot(id: i64) -> Ballot {
    Ballot { id, question: format!("Question {id}"), created_by: UserId(1), created_at: NOW, stamp: 0 }
}

fn statement(id: i64, batch_id: Option<i64>) -> Statement {
    Statement {
        id,
        ballot_id: 1,
        statement_key: id.to_string(),
        text: format!("Statement {id}"),
        language: "und".to_owned(),
        position: 100 - id,
        is_hidden: false,
        is_about_people: false,
        batch_id,
    }
}

fn voter(id: i64, name: &str, batch_id: Option<i64>) -> Voter {
    Voter { id, ballot_id: 1, voter_key: name.to_owned(), person_id: None, batch_id }
}

fn batch(id: i64, state: &str) -> Batch {
    Batch {
        id,
        ballot_id: 1,
        name: "votes.csv".to_owned(),
        state: state.to_owned(),
        statements: 0,
        votes: 0,
        known: 0,
        wrong: 0,
        by_user: UserId(1),
        at: NOW,
    }
}

fn cast(voter_id: i64, statement_id: i64, batch_id: i64, vote: i64) -> Cast {
    Cast { voter_id, statement_id, batch_id, vote, at: NOW + batch_id }
}

/// What plans are looked at for. All votes of a ballot are read when its map is drawn anew; ballots are few.
pub async fn ask(on: &mut impl Sql) -> Result<()> {
    opinions::all(on, Some(9), 10).await?;
    opinions::get(on, 1).await?;
    opinions::size(on, 1).await?;
    opinions::statements(on, 1, Some((1, 1)), 10).await?;
    opinions::statement(on, 1, 1).await?;
    opinions::voters(on, 1, &["a".to_owned()]).await?;
    opinions::voters_by_id(on, &[1, 2]).await?;
    opinions::batches(on, 1, Some(9), 10).await?;
    opinions::votes(on, 1).await?;
    opinions::votes_of(on, 1, &[1, 2]).await?;
    opinions::votes_on(on, 1, 1).await?;
    opinions::list_votes(on, 1, Some((1, 1, 1)), 10).await?;
    opinions::of_person(on, PersonId(1), &["a@example.org".to_owned()]).await?;
    opinions::persons_there(on, &[PersonId(1)]).await?;
    opinions::tied(on, 1).await?;
    Ok(())
}

#[test]
fn a_ballot_is_kept_with_its_statements_in_their_order() {
    on_both(async |mut db| {
        write!(db, |tx| {
            opinions::add(tx, &ballot(1)).await.unwrap();
            opinions::add(tx, &ballot(2)).await.unwrap();
            opinions::add_statements(tx, &[statement(3, None), statement(4, None)]).await.unwrap();
            // The same key again changes nothing.
            let again = Statement { id: 9, text: "Other".to_owned(), ..statement(3, None) };
            opinions::add_statements(tx, &[again]).await.unwrap();
            assert!(opinions::rename(tx, 2, "How?").await.unwrap());
            assert!(!opinions::rename(tx, 7, "How?").await.unwrap());
            opinions::touch(tx, 1).await.unwrap();
            assert_eq!(opinions::get_to_change(tx, 1).await.unwrap().unwrap().stamp, 1);
        });
        let renamed = Ballot { question: "How?".to_owned(), ..ballot(2) };
        assert_eq!(opinions::all(&mut db, None, 9).await.unwrap()[0], renamed);
        assert_eq!(opinions::all(&mut db, Some(2), 9).await.unwrap().len(), 1);
        assert_eq!(opinions::count(&mut db).await.unwrap(), 2);
        let both = [statement(4, None), statement(3, None)];
        assert_eq!(opinions::statements(&mut db, 1, None, 9).await.unwrap(), both);
        assert_eq!(opinions::statements(&mut db, 1, Some((96, 4)), 9).await.unwrap(), both[1..]);
        let hidden = Statement { is_hidden: true, language: "en".to_owned(), ..statement(3, None) };
        write!(db, |tx| opinions::change_statement(tx, &hidden).await.unwrap());
        assert_eq!(opinions::statement(&mut db, 1, 3).await.unwrap(), Some(hidden));
        assert_eq!(opinions::statement(&mut db, 2, 3).await.unwrap(), None, "it is another ballot's");
        write!(db, |tx| opinions::remove(tx, 1).await.unwrap());
        assert_eq!(opinions::get(&mut db, 1).await.unwrap(), None);
        assert_eq!(opinions::size(&mut db, 1).await.unwrap(), Size::default());
    });
}

#[test]
fn votes_count_once_their_batch_is_done_and_are_taken_back_with_it() {
    on_both(async |mut db| {
        write!(db, |tx| {
            opinions::add(tx, &ballot(1)).await.unwrap();
            opinions::add_batch(tx, &batch(10, "taking")).await.unwrap();
            opinions::add_batch(tx, &batch(11, "done")).await.unwrap();
            opinions::add_statements(tx, &[statement(3, Some(10)), statement(4, Some(10))]).await.unwrap();
            opinions::add_voters(tx, &[voter(5, "a", Some(10)), voter(6, "b", Some(10))]).await.unwrap();
            opinions::add_voters(tx, &[voter(7, "a", Some(11))]).await.unwrap();
            opinions::cast(tx, 1, &[cast(5, 3, 10, 1), cast(6, 4, 10, -1), cast(5, 3, 11, 0)]).await.unwrap();
            opinions::cast(tx, 1, &[cast(6, 4, 10, 1)]).await.unwrap();
        });
        assert_eq!(opinions::votes(&mut db, 1).await.unwrap(), [cast(5, 3, 11, 0)]);
        let found = opinions::voters(&mut db, 1, &["b".to_owned(), "z".to_owned()]).await.unwrap();
        assert_eq!(found, [voter(6, "b", Some(10))]);
        assert_eq!(opinions::voters_by_id(&mut db, &[6, 9]).await.unwrap(), found);
        assert_eq!(opinions::size(&mut db, 1).await.unwrap(), Size { statements: 2, voters: 2 });
        let done = Batch { votes: 2, ..batch(10, "done") };
        write!(db, |tx| {
            assert!(opinions::change_batch(tx, &done).await.unwrap());
            assert!(!opinions::change_batch(tx, &batch(99, "done")).await.unwrap());
            assert_eq!(opinions::batch_to_change(tx, 1, 10).await.unwrap(), Some(done.clone()));
        });
        assert_eq!(opinions::votes(&mut db, 1).await.unwrap().len(), 3);
        let on_one = opinions::votes_on(&mut db, 1, 3).await.unwrap();
        assert_eq!(
            on_one.iter().map(|one| (one.voter_id, one.vote)).collect::<Vec<_>>(),
            [(5, 1), (5, 0)],
            "the latest last"
        );
        assert!(opinions::votes_on(&mut db, 2, 3).await.unwrap().is_empty(), "it is another ballot's");
        assert_eq!(opinions::votes_of(&mut db, 1, &[6]).await.unwrap(), [cast(6, 4, 10, 1)], "the later one holds");
        let page = opinions::list_votes(&mut db, 1, None, 2).await.unwrap();
        assert_eq!(page, [cast(5, 3, 10, 1), cast(5, 3, 11, 0)]);
        let rest = opinions::list_votes(&mut db, 1, Some((5, 3, 11)), 9).await.unwrap();
        assert_eq!(rest, [cast(6, 4, 10, 1)]);
        assert_eq!(opinions::batches(&mut db, 1, Some(11), 9).await.unwrap(), [done]);
        write!(db, |tx| {
            assert_eq!(opinions::uncast(tx, 10, 1).await.unwrap(), 1);
            assert_eq!(opinions::uncast(tx, 10, 9).await.unwrap(), 1);
            opinions::remove_batch(tx, 10).await.unwrap();
        });
        assert_eq!(
            opinions::statements(&mut db, 1, None, 9).await.unwrap(),
            [statement(3, Some(11))],
            "a vote of the other rests on it"
        );
        assert_eq!(opinions::voters_by_id(&mut db, &[5, 6]).await.unwrap(), [voter(5, "a", Some(11))]);
        write!(db, |tx| {
            opinions::uncast(tx, 11, 9).await.unwrap();
            opinions::remove_batch(tx, 11).await.unwrap();
        });
        assert_eq!(opinions::size(&mut db, 1).await.unwrap(), Size::default(), "nothing is left of either");
    });
}

#[test]
fn what_a_batch_brought_stays_while_another_is_taken_that_may_name_it() {
    on_both(async |mut db| {
        write!(db, |tx| {
            opinions::add(tx, &ballot(1)).await.unwrap();
            opinions::add_batch(tx, &batch(10, "going")).await.unwrap();
            opinions::add_batch(tx, &batch(11, "taking")).await.unwrap();
            opinions::add_statements(tx, &[statement(2, None), statement(3, Some(10))]).await.unwrap();
            opinions::add_voters(tx, &[voter(5, "a", Some(10))]).await.unwrap();
            opinions::remove_batch(tx, 10).await.unwrap();
        });
        assert_eq!(
            opinions::statements(&mut db, 1, None, 9).await.unwrap(),
            [statement(3, Some(11)), statement(2, None)]
        );
        write!(db, |tx| opinions::remove_batch(tx, 11).await.unwrap());
        assert_eq!(opinions::statements(&mut db, 1, None, 9).await.unwrap(), [statement(2, None)], "somebody wrote it");
        assert_eq!(opinions::size(&mut db, 1).await.unwrap(), Size { statements: 1, voters: 0 });
    });
}

#[test]
fn two_who_turn_out_to_be_one_person_are_so_on_each_ballot_until_they_are_parted() {
    on_both(async |mut db| {
        three(&db).await;
        write!(db, |tx| {
            opinions::add(tx, &ballot(1)).await.unwrap();
            opinions::add(tx, &ballot(2)).await.unwrap();
            opinions::add_voters(tx, &[voter(5, "a", None), voter(6, "b", None), voter(7, "c", None)]).await.unwrap();
            opinions::tie(tx, 5, AMINA).await.unwrap();
            opinions::tie(tx, 6, BAKER).await.unwrap();
        });
        assert_eq!(opinions::tied(&mut db, 1).await.unwrap(), [(5, AMINA), (6, BAKER)]);
        join(&db, &merge(10, BAKER, AMINA)).await;
        assert_eq!(opinions::tied(&mut db, 1).await.unwrap(), [(5, AMINA), (6, AMINA)]);
        assert_eq!(opinions::get(&mut db, 1).await.unwrap().unwrap().stamp, 1, "its map is drawn anew");
        assert_eq!(opinions::get(&mut db, 2).await.unwrap().unwrap().stamp, 0, "nobody votes on it");
        part(&db, 10).await;
        assert_eq!(opinions::tied(&mut db, 1).await.unwrap(), [(5, AMINA), (6, BAKER)]);
        assert_eq!(opinions::get(&mut db, 1).await.unwrap().unwrap().stamp, 2);
        // Whoever is nobody without the address that another has by now votes as that one.
        write!(db, |tx| people::link(tx, 70, IdentityId(2), AMINA, "the same hand", 1.0, NOW).await.unwrap());
        assert_eq!(opinions::tied(&mut db, 1).await.unwrap(), [(5, AMINA), (6, AMINA)]);
        assert_eq!(opinions::get(&mut db, 1).await.unwrap().unwrap().stamp, 3);
        write!(db, |tx| opinions::touch_of(tx, AMINA).await.unwrap());
        write!(db, |tx| opinions::touch_of(tx, PersonId(77)).await.unwrap());
        assert_eq!(opinions::get(&mut db, 1).await.unwrap().unwrap().stamp, 4, "once more, and not for a stranger");
    });
}

#[test]
fn an_erasure_takes_the_votes_of_a_person_and_of_who_is_called_by_their_address() {
    on_both(async |mut db| {
        write!(db, |tx| {
            people::add_persons(tx, &[person(40, "Amina")]).await.unwrap();
            opinions::add(tx, &ballot(1)).await.unwrap();
            opinions::add_batch(tx, &batch(10, "done")).await.unwrap();
            opinions::add_statements(tx, &[statement(3, None)]).await.unwrap();
            let all = [voter(5, "17", None), voter(6, "amina@example.org", None), voter(7, "18", None)];
            opinions::add_voters(tx, &all).await.unwrap();
            opinions::tie(tx, 5, PersonId(40)).await.unwrap();
            opinions::cast(tx, 1, &[cast(5, 3, 10, 1), cast(6, 3, 10, 1), cast(7, 3, 10, -1)]).await.unwrap();
        });
        let said = ("Question 1".to_owned(), "Statement 3".to_owned(), 1, NOW + 10);
        assert_eq!(opinions::of_person(&mut db, PersonId(40), &[]).await.unwrap(), std::slice::from_ref(&said));
        let addresses = ["Amina@Example.org".to_owned()];
        let told = opinions::of_person(&mut db, PersonId(40), &addresses).await.unwrap();
        assert_eq!(told, [said.clone(), said], "also what they said under their address");
        assert_eq!(opinions::persons_there(&mut db, &[PersonId(40), PersonId(41)]).await.unwrap(), [PersonId(40)]);
        let mut counts = Counts::new();
        write!(db, |tx| {
            let gone = opinions::forget(tx, Some(PersonId(40)), &addresses, &mut counts).await.unwrap();
            assert_eq!(gone, [(1, "17".to_owned()), (1, "amina@example.org".to_owned())]);
        });
        assert_eq!((counts["ballot_votes"], counts["ballot_voters"]), (2, 2));
        assert_eq!(opinions::votes(&mut db, 1).await.unwrap(), [cast(7, 3, 10, -1)]);
        assert_eq!(opinions::get(&mut db, 1).await.unwrap().unwrap().stamp, 1, "its map is drawn anew");
    });
}

#[test]
fn a_vote_is_of_whoever_its_voter_is_by_now() {
    on_both(async |mut db| {
        write!(db, |tx| {
            people::add_persons(tx, &[person(8, "Ana"), person(9, "Ana too")]).await.unwrap();
            tx.run("UPDATE persons SET merged_into = 8 WHERE id = 9", vec![]).await.unwrap();
            opinions::add(tx, &ballot(1)).await.unwrap();
            opinions::add_batch(tx, &batch(10, "done")).await.unwrap();
            opinions::add_batch(tx, &batch(11, "taking")).await.unwrap();
            opinions::add_statements(tx, &[statement(3, Some(10))]).await.unwrap();
            opinions::add_voters(tx, &[voter(5, "a", Some(10)), voter(6, "b", Some(10))]).await.unwrap();
            opinions::tie(tx, 5, PersonId(9)).await.unwrap();
            opinions::cast(tx, 1, &[cast(5, 3, 10, 1), cast(6, 3, 10, -1), cast(6, 3, 11, 1)]).await.unwrap();
        });
        let found = opinions::votes_on(&mut db, 1, 3).await.unwrap();
        let told: Vec<_> = found.iter().map(|one| (one.person_id, one.vote, one.at)).collect();
        assert_eq!(told, [(Some(PersonId(8)), 1, NOW + 10), (None, -1, NOW + 10)], "and only what is done");
    });
}
