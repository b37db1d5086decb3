//! Others beside us: what is counted is what was said in public, the same way for both, and an account that is a person's goes
//! with them.

use crate::{
    erasing::{erase_wholly, told},
    exporting::{archive, holds},
    support::{
        World, add_channel, on_both, rounds,
        said::{Said, said},
    },
};
use std::collections::BTreeMap;
use tertulia_engine::{
    EngineError,
    figures::Period,
    others::{self, AccountForm, Compared, Kind, OtherForm, Undo},
    people as desk_of_people,
};
use tertulia_model::{AutoKind, Chance, PersonId, SeededChance};
use tertulia_store::{others as stored, people};

const MINUTE: i64 = 60_000;

fn account(account: &str) -> AccountForm {
    AccountForm { account: account.to_owned(), ..AccountForm::default() }
}

fn form(name: &str, accounts: &[AccountForm]) -> OtherForm {
    OtherForm { name: name.to_owned(), accounts: accounts.to_vec() }
}

/// Said in public on a network by an account, to nobody as far as the channel knows.
fn posted(id: &str, by: &str, minute: i64, text: &str) -> Said {
    let said = said(id, text).by(by).at_minute(minute).overheard().in_public();
    Said { space: "net".to_owned(), ..said }
}

fn to_us(one: Said) -> Said {
    Said { addressed: true, ..one }
}

fn ours(one: Said) -> Said {
    Said { space: "net".to_owned(), ..one.by_us() }
}

async fn hear(world: &World, all: &[Said]) {
    world.hear(&all.iter().map(Said::created).collect::<Vec<_>>()).await;
}

async fn named(world: &World, name: &str, accounts: &[AccountForm]) -> i64 {
    others::add(&world.engine, world.user, &form(name, accounts)).await.unwrap().0
}

async fn compared(world: &World, id: i64) -> Compared {
    let period = Period::last_days(&world.engine, 30).await.unwrap();
    others::compare(&world.engine, id, period).await.unwrap()
}

/// Minutes until each answer, in the order in which they were asked; none where there is none.
fn minutes(cases: &[others::Case]) -> Vec<Option<i64>> {
    cases.iter().map(|case| case.answer.map(|(_, took)| took / MINUTE)).collect()
}

#[test]
fn both_are_counted_by_what_was_said_to_them_in_public_in_the_same_ways() {
    on_both(async |world| {
        hear(
            &world,
            &[
                posted("r0", "rival", 0, "Our beans are here"),
                posted("a1", "ana", 1, "Which ones?").answering(&["r0"]),
                posted("r1", "rival", 4, "Huila").answering(&["r0", "a1"]),
                posted("b1", "bo", 2, "@Rival are you open on Sundays?"),
                posted("b2", "bo", 3, "@rival hello?").answering(&["b1"]),
                posted("c1", "cy", 5, "The rival is closed, says everybody"),
                posted("d1", "di", 6, "@rivals are others"),
                Said { auto: AutoKind::Bulk, ..posted("e1", "eve", 7, "@rival buy followers") },
                // To us: a question that is answered, one in private, and one on another network.
                to_us(posted("u1", "uma", 8, "@us do you have decaf?")),
                ours(posted("o1", "us", 18, "We do").answering(&["u1"])),
                ours(posted("o2", "us", 9, "We are open")),
                to_us(posted("v1", "vic", 10, "At last").answering(&["o2"])),
                said("m1", "By mail"),
                Said { space: "elsewhere".to_owned(), ..to_us(posted("w1", "wim", 11, "@us hello")) },
            ],
        )
        .await;
        let id = named(&world, "Rival", &[account("@rival")]).await;
        let found = compared(&world, id).await;
        assert_eq!(minutes(&found.theirs.cases), [Some(3), None], "Bo counts once, and was not answered");
        assert_eq!(found.theirs.cases.iter().map(|case| case.kind).collect::<Vec<_>>(), [Kind::Reply, Kind::Named]);
        assert_eq!(minutes(&found.ours.cases), [Some(10), None]);
        assert_eq!((found.theirs.said.n, found.theirs.said.people, found.theirs.said.share), (2, 2, None));
        assert!(found.silent.is_empty() && found.left_out == 0 && !found.is_cut);
    });
}

#[test]
fn where_they_are_only_named_what_answers_us_is_left_out_and_said() {
    on_both(async |world| {
        hear(
            &world,
            &[
                posted("r0", "rival", 0, "Good morning"),
                posted("b1", "bo", 2, "@rival are you open?"),
                to_us(posted("u1", "uma", 8, "@us do you have decaf?")),
                ours(posted("o2", "us", 9, "We are open")),
                posted("v1", "vic", 10, "At last").answering(&["o2"]),
                to_us(posted("v2", "val", 11, "Good").answering(&["o2"])),
                ours(posted("o3", "us", 12, "Tomorrow as well")),
                posted("v3", "vera", 13, "Very good").answering(&["o3"]),
            ],
        )
        .await;
        let id = named(&world, "Rival", &[account("rival")]).await;
        let found = compared(&world, id).await;
        assert_eq!(found.theirs.cases.len(), 1);
        assert_eq!(found.ours.cases.iter().map(|case| case.kind).collect::<Vec<_>>(), [Kind::Named]);
        assert_eq!(found.left_out, 3, "each answers what we said");
    });
}

#[test]
fn where_nothing_of_theirs_was_heard_in_these_days_nothing_is_said_of_their_answers() {
    on_both(async |world| {
        let long_ago = posted("r0", "rival", -60 * 24 * 60, "Our beans are here");
        hear(
            &world,
            &[long_ago, posted("b1", "bo", 2, "@rival hello"), posted("b2", "bea", 3, "And?").answering(&["r0"])],
        )
        .await;
        let id = named(&world, "Rival", &[account("rival")]).await;
        let found = compared(&world, id).await;
        assert!(found.theirs.cases.is_empty() && found.ours.cases.is_empty());
        assert_eq!(found.silent, [others::Silent { accounts: vec!["rival".to_owned()], cases: 2 }]);
    });
}

#[test]
fn what_whoever_speaks_for_them_says_by_their_own_account_is_no_answer_of_theirs() {
    on_both(async |world| {
        hear(
            &world,
            &[
                posted("r0", "rival", 0, "Good morning"),
                posted("a1", "ana", 1, "@rival are you open?"),
                posted("p1", "rosa", 5, "I am just on my way there").answering(&["a1"]),
                posted("p2", "rosa", 6, "@rival see you").answering(&["r0"]),
            ],
        )
        .await;
        let who = async |id: &str| world.message(id).await.person_id.unwrap();
        let (rosa, rival) = (who("p1").await, who("r0").await);
        let known = desk_of_people::Evidence::known();
        desk_of_people::merge(&world.engine, world.user, (rosa, rival), "Rosa", &known).await.unwrap();
        let id = named(&world, "Rival", &[account("rival")]).await;
        let found = compared(&world, id).await;
        assert_eq!(minutes(&found.theirs.cases), [None], "Ana was not answered, and Rosa asked nobody");
    });
}

#[test]
fn whatever_others_begin_on_their_page_is_said_to_them() {
    on_both(async |world| {
        let reviews = add_channel(&world.engine, "reviews").await;
        hear(
            &world,
            &[
                posted("r0", "rival", 0, "Welcome"),
                posted("a1", "ana", 1, "Two stars, cold"),
                posted("b1", "bo", 2, "Agreed").answering(&["a1"]),
                posted("r1", "rival", 31, "We are sorry").answering(&["a1"]),
            ],
        )
        .await;
        let page = |id| AccountForm { page: Some(id), ..account("rival") };
        let on = others::add(&world.engine, world.user, &form("On", &[page(world.channel.id)])).await.unwrap().0;
        let off = others::add(&world.engine, world.user, &form("Off", &[page(reviews.id)])).await.unwrap().0;
        assert_eq!(minutes(&compared(&world, on).await.theirs.cases), [Some(30)], "Bo speaks to Ana");
        assert!(compared(&world, off).await.theirs.cases.is_empty());
    });
}

#[test]
fn only_what_was_heard_in_public_can_be_named_and_what_was_done_can_be_undone() {
    on_both(async |world| {
        hear(&world, &[posted("r0", "rival", 0, "Hello"), posted("s0", "sister", 1, "Hello"), said("m1", "By mail")])
            .await;
        let add = async |form: OtherForm| others::add(&world.engine, world.user, &form).await;
        let field = |error: EngineError| match error {
            EngineError::Invalid(errors) => errors[0].field.clone(),
            other => panic!("{other:?}"),
        };
        for unheard in ["rosa@home.example", "nobody", ""] {
            assert_eq!(field(add(form("X", &[account(unheard)])).await.unwrap_err()), "accounts", "{unheard}");
        }
        assert_eq!(field(add(form("X", &[account("rival"), account("net rival")])).await.unwrap_err()), "accounts");
        assert_eq!(field(add(form(" ", &[account("rival")])).await.unwrap_err()), "name");
        let (id, _) = add(form("Rival", &[account("net rival")])).await.unwrap();
        assert_eq!(field(add(form("RIVAL", &[account("sister")])).await.unwrap_err()), "name");
        let both = form("Both", &[account("rival"), account("sister")]);
        let undo = others::change(&world.engine, world.user, (id, Some(0)), &both).await.unwrap();
        let stale = others::change(&world.engine, world.user, (id, Some(0)), &both).await;
        assert!(matches!(stale, Err(EngineError::Refused(_))), "somebody changed it");
        others::undo(&world.engine, world.user, undo.clone()).await.unwrap();
        let known = others::one(&world.engine, id).await.unwrap();
        assert_eq!((known.other.name.as_str(), known.accounts.len()), ("Rival", 1));
        assert!(others::undo(&world.engine, world.user, undo).await.is_err(), "only once");
        let undo = others::remove(&world.engine, id).await.unwrap();
        assert!(others::all(&world.engine).await.unwrap().is_empty() && others::one(&world.engine, id).await.is_err());
        assert_eq!(undo, Undo::Removed(id));
        assert_eq!(others::undo(&world.engine, world.user, undo).await.unwrap(), Some(id));
        assert_eq!(others::all(&world.engine).await.unwrap(), [others::one(&world.engine, id).await.unwrap()]);
    });
}

#[test]
fn an_account_that_is_a_persons_is_in_their_export_and_goes_with_them_for_good() {
    on_both(async |world| {
        hear(
            &world,
            &[posted("r0", "rival", 0, "Hello").called("Rosa Vidal"), posted("a1", "ana", 1, "Hi").answering(&["r0"])],
        )
        .await;
        let id = named(&world, "Rosa Vidal's shop", &[account("rival")]).await;
        let before = others::one(&world.engine, id).await.unwrap();
        let person: PersonId = before.accounts[0].person_id;
        let files = archive(&world, person).await;
        assert!(holds(&files, "Rosa Vidal's shop"), "what members look at them as");
        let undo = others::remove(&world.engine, id).await.unwrap();
        others::undo(&world.engine, world.user, undo).await.unwrap();
        let changed =
            others::change(&world.engine, world.user, (id, None), &form("Shop", &[account("rival")])).await.unwrap();
        let gone = named(&world, "Rosa Vidal's stall", &[account("rival")]).await;
        let removed = others::remove(&world.engine, gone).await.unwrap();
        let report = erase_wholly(&world, person).await;
        assert!(others::undo(&world.engine, world.user, removed).await.is_err(), "it bore their name");
        let report = told(&world, report).await;
        assert_eq!(report["rows"]["other_accounts"], 2, "{report}");
        let found = compared(&world, id).await;
        assert!(found.known.accounts.is_empty() && found.theirs.cases.is_empty() && found.silent.is_empty());
        // What is undone afterwards brings nobody back.
        others::undo(&world.engine, world.user, changed).await.unwrap();
        let known = others::one(&world.engine, id).await.unwrap();
        assert!(known.accounts.is_empty(), "{known:?}");
        let again = others::add(&world.engine, world.user, &form("Again", &[account("rival")])).await;
        assert!(matches!(again, Err(EngineError::Invalid(_))), "they are not known here any more");
        assert!(
            people::with_handles(&mut world.engine.db.reader(), vec!["rival".to_owned()]).await.unwrap().is_empty()
        );
    });
}

#[test]
fn who_asked_and_is_erased_counts_no_more() {
    on_both(async |world| {
        hear(&world, &[posted("r0", "rival", 0, "Hello"), posted("a1", "ana", 1, "Hi").answering(&["r0"])]).await;
        let id = named(&world, "Rival", &[account("rival")]).await;
        let case = compared(&world, id).await.theirs.cases.remove(0);
        erase_wholly(&world, case.person).await;
        assert!(compared(&world, id).await.theirs.cases.is_empty());
        assert_eq!(stored::accounts(&mut world.engine.db.reader(), &[id]).await.unwrap().len(), 1, "the other stays");
    });
}

/// Who wrote, what it answers, whether it names them.
type Post = (usize, Option<usize>, bool);

/// Slow and plain: for each thread and person the first post to them, and the first answer to that person after it.
fn plainly(posts: &[Post]) -> BTreeMap<(usize, usize), Option<usize>> {
    let root = |mut n: usize| {
        while let Some(above) = posts[n].1 {
            n = above;
        }
        n
    };
    let mut found: BTreeMap<(usize, usize), Option<usize>> = BTreeMap::new();
    for (n, (by, above, names)) in posts.iter().enumerate() {
        let to_them = *names || above.is_some_and(|above| posts[above].0 == 0);
        if *by == 0 || !to_them || found.contains_key(&(root(n), *by)) {
            continue;
        }
        let answers = |m: &usize| {
            let (writer, above, _) = posts[*m];
            writer == 0 && above.is_some_and(|above| posts[above].0 == *by) && root(*m) == root(n)
        };
        found.insert((root(n), *by), (n + 1..posts.len()).find(answers).map(|m| m - n));
    }
    found
}

#[test]
fn any_history_gives_what_a_plain_look_gives() {
    on_both(async |world| {
        let chance = SeededChance::new(7);
        for round in 0..rounds() {
            let many = 5 + chance.below(30) as usize;
            let mut posts: Vec<Post> = vec![(0, None, false)];
            for n in 1..many {
                let above = (chance.below(3) > 0).then(|| chance.below(n as u64) as usize);
                posts.push((chance.below(4) as usize, above, chance.below(3) == 0));
            }
            let who = |n: usize| if n == 0 { format!("rival{round}") } else { format!("p{n}") };
            let said: Vec<Said> = posts
                .iter()
                .enumerate()
                .map(|(n, (by, above, names))| {
                    let text = if *names { format!("@rival{round} hello") } else { "Hello".to_owned() };
                    let post = posted(&format!("{round}-{n}"), &who(*by), n as i64, &text);
                    match above {
                        Some(above) => post.answering(&[&format!("{round}-{above}")]),
                        None => post,
                    }
                })
                .collect();
            hear(&world, &said).await;
            let id = named(&world, &who(0), &[account(&who(0))]).await;
            let found = compared(&world, id).await;
            let mut expected: Vec<Option<i64>> =
                plainly(&posts).into_values().map(|after| after.map(|after| after as i64)).collect();
            let mut counted = minutes(&found.theirs.cases);
            expected.sort_unstable();
            counted.sort_unstable();
            assert_eq!(counted, expected, "{posts:?}");
            others::remove(&world.engine, id).await.unwrap();
        }
    });
}
