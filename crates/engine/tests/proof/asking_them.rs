//! What writers say of themselves is a ground to ask, and somebody is asked themselves whether another identity is theirs.

use crate::{
    exporting::{archive, holds},
    same_person::{by_itself, suggested, want_it, who},
    support::{World, json::Wire, on_both, on_both_by_mail, said::said},
};
use tertulia_analysis::identity::{Comparison, Level};
use tertulia_engine::{EngineError, outbound, people};
use tertulia_model::{IdentityId, PersonId};
use tertulia_store::{
    deliveries::{self, Delivery},
    drafts, identity_traits, people as stored, person_merges, suggestions,
};

const DAY: i64 = 24 * 3_600_000;

/// Zofia writes from home and from work, and it is suggested that she is one.
async fn zofia_twice(world: &World) -> (PersonId, PersonId) {
    let by = |id: &str, handle: &str, name: &str| said(id, "Hello").by(handle).called(name);
    world
        .hear(&[
            by("one", "zofia.kowalczyk@home.example", "Zofia Kowalczyk").asks_answers_to("list@home.example").created(),
            by("two", "zofia.kowalczyk@work.example", "Zofia Kowalczyk").created(),
            by("three", "bo@elsewhere.example", "Bo Lindqvist").created(),
        ])
        .await;
    world.clock.advance(5_000);
    let pair = (who(world, "one").await, who(world, "two").await);
    assert_eq!(suggested(world, pair.0).await.len(), 1);
    pair
}

async fn identity_of(world: &World, person: PersonId) -> IdentityId {
    stored::identities(&mut world.engine.db.reader(), person).await.unwrap()[0].id
}

async fn ask(world: &World, pair: (PersonId, PersonId), whom: PersonId) -> Result<Delivery, EngineError> {
    let identity = identity_of(world, whom).await;
    people::ask(&world.engine, world.user, pair, identity, "").await
}

/// What stands at the end of the link.
fn token(delivery: &Delivery) -> String {
    let (_, token) = delivery.outgoing.text.rsplit_once("http://desk.example/is-this-you/").unwrap();
    assert_eq!(token.len(), 64);
    token.to_owned()
}

fn refused<T: std::fmt::Debug>(done: Result<T, EngineError>) -> String {
    match done {
        Err(EngineError::Refused(why)) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn whoever_is_asked_says_yes_by_the_link_once_and_nothing_is_merged_by_it() {
    on_both_by_mail(async |world| {
        let pair = zofia_twice(&world).await;
        let choices = people::choices(&world.engine, pair).await.unwrap();
        let handles: Vec<&str> = choices.iter().map(|choice| choice.asked.handle.as_str()).collect();
        assert_eq!(handles, ["zofia.kowalczyk@home.example", "zofia.kowalczyk@work.example"]);
        assert!(choices.iter().all(|choice| choice.waits));
        let sent = ask(&world, pair, pair.0).await.unwrap();
        let to: Vec<&str> = sent.outgoing.recipients.iter().map(|to| to.address.as_str()).collect();
        assert_eq!(to, ["zofia.kowalczyk@home.example"], "to whom it is about, wherever they want to be answered");
        assert!(sent.outgoing.text.starts_with(people::USUAL_WORDS));
        assert!(!sent.outgoing.text.contains("work.example"), "the other is on the page alone");
        let link = token(&sent);
        // Looking changes nothing, however often.
        for _ in 0..2 {
            assert_eq!(people::look(&world.engine, &link).await.unwrap().other, "z…@w….example");
        }
        assert!(people::asked(&world.engine, pair).await.unwrap()[0].answer.is_none());
        let passed_on = outbound::way_to_forward(&world.engine, sent.conversation_id, sent.message_id).await.unwrap();
        let passed_on = passed_on.unwrap().forwarded.text;
        assert!(passed_on.contains("[link]") && !passed_on.contains(&link), "{passed_on}");
        refused(ask(&world, pair, pair.0).await);
        people::say(&world.engine, &link, true).await.unwrap();
        people::say(&world.engine, &link, false).await.unwrap();
        let asked = people::asked(&world.engine, pair).await.unwrap();
        assert_eq!((asked.len(), asked[0].answer.as_deref()), (1, Some("yes")), "what was said first holds");
        refused(people::look(&world.engine, &link).await);
        assert_eq!(person_merges::apart_from(&mut world.engine.db.reader(), pair.0).await.unwrap(), []);
        assert_ne!(who(&world, "one").await, who(&world, "two").await);
        let evidence = people::evidence(&world.engine, pair).await.unwrap();
        assert_eq!(evidence.words, "One of them was asked, and said that both are them.");
        assert!(holds(&archive(&world, pair.0).await, "asked_whether_another_is_them"));
    });
}

#[test]
fn that_they_are_two_is_remembered_as_if_a_member_had_said_so() {
    on_both(async |world| {
        let pair = zofia_twice(&world).await;
        let link = token(&ask(&world, pair, pair.1).await.unwrap());
        people::say(&world.engine, &link, false).await.unwrap();
        assert_eq!(person_merges::apart_from(&mut world.engine.db.reader(), pair.0).await.unwrap(), [pair.1]);
        assert!(suggested(&world, pair.0).await.is_empty());
        assert!(people::choices(&world.engine, pair).await.unwrap().is_empty(), "nobody is asked once more");
        refused(ask(&world, pair, pair.0).await);
        assert_eq!(people::evidence(&world.engine, pair).await.unwrap(), people::Evidence::known());
    });
}

#[test]
fn a_link_that_does_not_hold_says_the_same_whyever_it_does_not() {
    on_both(async |world| {
        let pair = zofia_twice(&world).await;
        let sent = ask(&world, pair, pair.0).await.unwrap();
        let unknown = refused(people::look(&world.engine, &"0".repeat(64)).await);
        world.clock.advance(8 * DAY);
        let late = [
            refused(people::look(&world.engine, &token(&sent)).await),
            refused(people::say(&world.engine, &token(&sent), true).await),
            refused(people::say(&world.engine, "", true).await),
        ];
        assert!(late.iter().all(|why| *why == unknown), "{late:?} {unknown}");
        assert!(people::asked(&world.engine, pair).await.unwrap()[0].answer.is_none());
        refused(ask(&world, pair, pair.0).await);
        world.clock.advance(30 * DAY);
        let again = token(&ask(&world, pair, pair.0).await.unwrap());
        let known = people::Evidence::known();
        people::merge(&world.engine, world.user, (pair.1, pair.0), "Zofia", &known).await.unwrap();
        assert_eq!(refused(people::say(&world.engine, &again, false).await), unknown, "they are one by now");
    });
}

#[test]
fn a_question_that_was_taken_back_was_not_asked_and_long_words_are_not_sent() {
    on_both(async |world| {
        let pair = zofia_twice(&world).await;
        let sent = ask(&world, pair, pair.0).await.unwrap();
        outbound::undo_reply(&world.engine, world.user, sent.id).await.unwrap();
        // Its link stands in no draft that goes out some other way, and holds no more.
        let key = drafts::Key::answer(world.user, sent.conversation_id);
        assert_eq!(drafts::get(&mut world.engine.db.reader(), key).await.unwrap(), None);
        refused(people::look(&world.engine, &token(&sent)).await);
        refused(people::say(&world.engine, &token(&sent), true).await);
        let identity = identity_of(&world, pair.0).await;
        let long = "x".repeat(people::MOST_ASKING + 1);
        let too_long = people::ask(&world.engine, world.user, pair, identity, &long).await;
        assert!(matches!(too_long, Err(EngineError::Invalid(_))), "{too_long:?}");
        let own = people::ask(&world.engine, world.user, pair, identity, " Are you both?\r\nTell us ").await.unwrap();
        assert!(own.outgoing.text.starts_with("Are you both?\nTell us\n\nhttp://"), "{}", own.outgoing.text);
        let strangers = (pair.0, who(&world, "three").await);
        assert!(people::choices(&world.engine, strangers).await.unwrap().is_empty(), "it is not suggested");
    });
}

#[test]
fn a_question_that_came_back_is_asked_anew_and_not_written_again() {
    on_both(async |world| {
        let pair = zofia_twice(&world).await;
        let sent = ask(&world, pair, pair.0).await.unwrap();
        world.wire.will([Wire::Rejected("The mailbox does not exist.")]);
        world.clock.advance(60_000);
        outbound::run_send(&world.engine, sent.id).await.unwrap();
        refused(outbound::write_again(&world.engine, world.user, sent.id).await);
        let key = drafts::Key::answer(world.user, sent.conversation_id);
        assert_eq!(drafts::get(&mut world.engine.db.reader(), key).await.unwrap(), None);
        let failed = deliveries::get(&mut world.engine.db.reader(), sent.id).await.unwrap().unwrap();
        assert_eq!(failed.left_at, None, "it needs somebody as before");
        ask(&world, pair, pair.0).await.unwrap();
    });
}

#[test]
fn a_yes_of_each_makes_nobody_one_by_itself() {
    on_both(async |world| {
        want_it(&world).await;
        let by = |id: &str, handle: &str| said(id, "Hello").by(handle).called("Zofia Kowalczyk-Brzezińska").created();
        world
            .hear(&[
                by("one", "zofia.kb@home.example"),
                by("two", "zofia.kb+me@home.example"),
                by("three", "zofia.kb@work.example"),
            ])
            .await;
        assert_eq!(by_itself(&world).await, []);
        let pair = (who(&world, "one").await, who(&world, "two").await);
        for whom in [pair.0, pair.1] {
            let link = token(&ask(&world, pair, whom).await.unwrap());
            // Nothing more than this is known of the other to who says yes: many begin so.
            assert_eq!(people::look(&world.engine, &link).await.unwrap().other, "z…@h….example");
            people::say(&world.engine, &link, true).await.unwrap();
        }
        let evidence = people::evidence(&world.engine, pair).await.unwrap();
        assert_eq!(evidence.words, "Each of both was asked, and said that the other is them.");
        people::want(&world.engine, world.user, true).await.unwrap();
        assert_eq!(by_itself(&world).await, []);
    });
}

#[test]
fn nobody_is_asked_below_what_another_wrote() {
    on_both_by_mail(async |world| {
        let pair = zofia_twice(&world).await;
        let bo = said("bo", "Me too").about("My order").by("bo@elsewhere.example").answering(&["one"]).at_minute(5);
        world.hear(&[bo.created()]).await;
        assert_eq!(world.conversation_of("bo").await.id, world.conversation_of("one").await.id);
        let choices = people::choices(&world.engine, pair).await.unwrap();
        let handles: Vec<&str> = choices.iter().map(|choice| choice.asked.handle.as_str()).collect();
        assert_eq!(handles, ["zofia.kowalczyk@work.example"]);
        refused(ask(&world, pair, pair.0).await);
    });
}

#[test]
fn somebody_is_asked_about_the_same_other_once_from_wherever_they_write() {
    on_both(async |world| {
        let pair = zofia_twice(&world).await;
        let third = said("four", "Hello").by("zofia.kowalczyk@club.example").called("Zofia Kowalczyk").created();
        world.hear(&[third]).await;
        world.clock.advance(5_000);
        let club = who(&world, "four").await;
        suggested(&world, club).await;
        ask(&world, pair, pair.0).await.unwrap();
        let known = people::Evidence::known();
        people::merge(&world.engine, world.user, (club, pair.0), "Zofia", &known).await.unwrap();
        for identity in stored::identities(&mut world.engine.db.reader(), pair.0).await.unwrap() {
            refused(people::ask(&world.engine, world.user, pair, identity.id, "").await);
        }
    });
}

/// What both say, where a link is among the grounds of what is suggested of a person.
async fn link_of(world: &World, person: PersonId) -> Option<String> {
    suggested(world, person).await;
    let found = suggestions::of_person(&mut world.engine.db.reader(), person, None, 9).await.unwrap();
    let grounds = found.iter().flat_map(|found| people::read_grounds(&found.reasons));
    let mut links =
        grounds.filter(|ground| ground.about == Some((Comparison::Link, Level::Exact)) && ground.bits > 5.0);
    links.find_map(|ground| ground.what)
}

#[test]
fn a_page_named_below_a_mail_and_in_a_profile_is_a_ground_and_goes_with_the_message() {
    on_both(async |world| {
        let text = "Is it open?\n-- \nZofia Kowalczyk\nHead of the mill\nhttps://example.social/@zofia\n";
        let mail = said("mail", text).by("z.k@mill.example").called("Zofia Kowalczyk");
        let post = said("post", "Good morning").by("zofia@example.social").called("Zofia");
        let post = crate::support::said::Said { space: "toots".to_owned(), ..post }
            .whose_profile_says("Milling. https://www.example.social/@Zofia/");
        world.hear(&[mail.created(), post.created()]).await;
        world.clock.advance(5_000);
        let zofia = who(&world, "mail").await;
        assert_eq!(link_of(&world, zofia).await.as_deref(), Some("example.social/@zofia"));
        assert!(holds(&archive(&world, zofia).await, "\"what\": \"line\""));
        // It is noted once, and a machine's mail says nothing of anybody.
        let again = said("again", text).by("z.k@mill.example").called("Zofia Kowalczyk");
        let away = said("away", "Away\n-- \nhttps://elsewhere.example\n").by("z.k@mill.example");
        world.hear(&[again.created(), away.auto(tertulia_model::AutoKind::Reply).created()]).await;
        let identity = identity_of(&world, zofia).await;
        let says = identity_traits::of(&mut world.engine.db.reader(), &[identity]).await.unwrap();
        let says: Vec<(&str, &str)> = says.iter().map(|one| (one.kind.as_str(), one.value.as_str())).collect();
        assert_eq!(says, [("line", "Head of the mill"), ("link", "example.social/@zofia")]);
        world.hear(&[mail.deleted()]).await;
        world.clock.advance(5_000);
        assert_eq!(link_of(&world, zofia).await, None);
    });
}
