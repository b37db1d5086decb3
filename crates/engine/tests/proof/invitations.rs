//! Customers who never wrote are invited one by one, in what was looked at; whoever cannot be is told with the reason.

use crate::{
    customers::{bring, called},
    erasing::{erase_wholly, places},
    exporting::{archive, holds},
    support::{World, on_both, on_both_by_mail, said::said},
    telling::{refused, wire},
};
use tertulia_engine::{
    EngineError, consent, customers as customers_desk,
    invitations::{self, Asked, Look, Plan, SendForm, Trouble},
    outbound,
    people::{self as people_desk, Evidence},
};
use tertulia_model::{DeliveryId, PersonId};
use tertulia_store::{
    conversations,
    invitations::{self as stored, Row},
    people,
};

const LIST: &str = "id,name,email,segment,language\n1,Rosa Vidal,rosa@home.example,Retail,es\n\
    2,Bo Berg,bo@other.example,Wholesale,en\n3,Cy,,Wholesale,en\n4,Dee Dorn,dee@other.example,Wholesale,de\n\
    5,Eve,shop@other.example,Retail,en\n6,Flo,shop@other.example,Retail,en\n";

fn asked(size: i64) -> Asked {
    Asked { attribute: "segment".to_owned(), size, seed: 7, rest_days: 180 }
}

async fn plan(world: &World) -> Plan {
    invitations::plan(&world.engine, &asked(30)).await.unwrap().expect("there are customers")
}

/// A list, one of whom has written, a draw and a text in English.
async fn begin(world: &World) -> i64 {
    bring(world, LIST, "keep").await;
    world.hear(&[said("r", "Is the mill open?").created()]).await;
    let round = invitations::draw(&world.engine, world.user, &asked(30)).await.unwrap();
    write(world, round, "en", "Hello {first name|there}, what do you miss? {member}", None).await;
    round
}

async fn write(world: &World, round: i64, language: &str, words: &str, version: Option<i64>) {
    let text = (language, "A question, {first name|dear customer}", words);
    invitations::save_text(&world.engine, world.user, round, text, version).await.unwrap();
}

async fn all(world: &World, round: i64) -> Vec<Row> {
    let states = ["draft", "queued", "unknown", "failed", "sent", "skipped", "unsent"];
    stored::list(&mut world.engine.db.reader(), round, &states, 0, 99).await.unwrap()
}

async fn of(world: &World, round: i64, name: &str) -> Row {
    let all = all(world, round).await;
    all.into_iter().find(|row| row.customer_name.contains(name)).unwrap_or_else(|| panic!("{name} was not drawn"))
}

async fn look(world: &World, id: i64) -> Look {
    invitations::look(&world.engine, &mut world.engine.db.reader(), world.user, id).await.unwrap()
}

fn form(look: &Look, key: &str) -> SendForm {
    SendForm { invitation: look.invitation.id, seen: look.seen.clone(), words: look.words.clone(), key: key.to_owned() }
}

async fn queue(world: &World, id: i64, key: &str) -> DeliveryId {
    let form = form(&look(world, id).await, key);
    invitations::send(&world.engine, world.user, form).await.unwrap().id
}

async fn who(world: &World, address: &str) -> PersonId {
    people::identity(&mut world.engine.db.reader(), "mail", address).await.unwrap().expect("is known").person_id
}

#[test]
fn a_plan_says_who_was_not_heard_and_why_some_cannot_be_invited() {
    on_both_by_mail(async |world| {
        bring(&world, LIST, "keep").await;
        world.hear(&[said("r", "Is the mill open?").created()]).await;
        let plan = plan(&world).await;
        let told: Vec<_> = plan.parts.iter().map(|p| (p.name.as_str(), p.customers, p.heard, p.reachable)).collect();
        assert_eq!(told, [("Wholesale", 3, 0, 2), ("Retail", 3, 1, 0)], "the least heard first");
        assert_eq!(plan.parts[0].cannot.iter().collect::<Vec<_>>(), [(&"no_address", &1)]);
        assert_eq!(plan.parts[1].cannot.iter().collect::<Vec<_>>(), [(&"shared", &2)]);
        assert_eq!(plan.invited(), 2);
        let unknown = Asked { attribute: "plan".to_owned(), ..asked(1) };
        let nobody = invitations::plan(&world.engine, &unknown).await.unwrap();
        assert!(nobody.is_none_or(|plan| plan.parts.len() == 1), "of nobody is it known");
        for wrong in [asked(0), Asked { seed: -1, ..asked(1) }, Asked { attribute: "shoe".to_owned(), ..asked(1) }] {
            let answer = invitations::plan(&world.engine, &wrong).await;
            assert!(matches!(answer, Err(EngineError::Invalid(_))), "{answer:?}");
        }
    });
}

#[test]
fn where_nobody_can_be_written_to_first_nobody_is_drawn() {
    on_both(async |world| {
        assert_eq!(invitations::plan(&world.engine, &asked(5)).await.unwrap(), None, "no list, nobody");
        bring(&world, LIST, "keep").await;
        let plan = plan(&world).await;
        assert_eq!(plan.invited(), 0);
        assert_eq!(plan.parts.iter().map(|part| part.cannot["no_way"]).sum::<u64>(), 5);
        refused(invitations::draw(&world.engine, world.user, &asked(5)).await);
    });
}

#[test]
fn one_who_was_drawn_is_written_to_and_their_answer_is_found() {
    on_both_by_mail(async |world| {
        let round = begin(&world).await;
        assert_eq!(all(&world, round).await.len(), 2);
        assert!(world.wire.sent_ids().is_empty(), "nothing is sent by drawing");
        let bo = look(&world, of(&world, round, "Bo").await.id).await;
        assert!(bo.words.starts_with("Hello Bo, what do you miss?"), "{}", bo.words);
        let way = bo.way.clone().unwrap();
        assert_eq!((way.to_handle.as_str(), way.subject.as_deref()), ("bo@other.example", Some("A question, Bo")));
        assert_eq!((bo.is_other_language, bo.trouble.clone()), (false, None));
        let dee = look(&world, of(&world, round, "Dee").await.id).await;
        assert_eq!(
            (dee.invitation.language.as_str(), dee.is_other_language),
            ("de", true),
            "there is no text in German"
        );

        let delivery = queue(&world, bo.invitation.id, "k1").await;
        let again = invitations::send(&world.engine, world.user, form(&bo, "k1")).await.unwrap();
        assert_eq!(again.id, delivery, "the same form twice is one message");
        refused(invitations::send(&world.engine, world.user, form(&bo, "k2")).await);
        wire(&world, delivery).await;
        assert_eq!(world.wire.sent_ids().len(), 1);
        let row = of(&world, round, "Bo").await;
        assert_eq!((row.state.as_str(), row.answer_message_id), ("sent", None));
        let held = world.conversation(row.conversation_id.unwrap()).await.unwrap();
        assert_eq!((held.state.as_str(), held.waiting_since), ("closed", None), "it waits for nobody");
        assert_eq!(held.person_id, row.person_id);

        let ours = world.wire.sent_ids()[0].clone();
        let answer = said("a", "Sunday hours!").by("bo@other.example").answering(&[&ours]).at_minute(120);
        world.hear_late(&[answer.created()]).await;
        let row = of(&world, round, "Bo").await;
        assert_eq!(row.answer_message_id, Some(world.message("a").await.id));
        assert_eq!(world.conversation_of("a").await.id, row.conversation_id.unwrap());
        assert_eq!(stored::answers(&mut world.engine.db.reader(), round).await.unwrap(), [(0, 1, 1)]);
        let after = plan(&world).await;
        let wholesale = after.parts.iter().find(|part| part.name == "Wholesale").unwrap();
        assert_eq!((wholesale.heard, wholesale.cannot["invited"]), (1, 1), "Bo is heard from now on; Dee has a draft");
    });
}

#[test]
fn two_who_turn_out_to_be_one_take_the_invitation_and_its_answer_along() {
    on_both_by_mail(async |world| {
        let round = begin(&world).await;
        let delivery = queue(&world, of(&world, round, "Bo").await.id, "k").await;
        wire(&world, delivery).await;
        let ours = world.wire.sent_ids()[0].clone();
        let answer = said("a", "Sunday hours!").by("bo@other.example").answering(&[&ours]).at_minute(120);
        world.hear_late(&[answer.created(), said("h", "Hello").by("bo@home.example").created()]).await;
        let (bo, home) = (who(&world, "bo@other.example").await, who(&world, "bo@home.example").await);
        let merge = people_desk::merge(&world.engine, world.user, (bo, home), "Bo Berg", &Evidence::known()).await;
        let row = of(&world, round, "Bo").await;
        assert_eq!((row.person_id, row.answer_message_id.is_some()), (Some(home), true));
        people_desk::part(&world.engine, world.user, merge.unwrap()).await.unwrap();
        let row = of(&world, round, "Bo").await;
        assert_eq!((row.person_id, row.answer_message_id.is_some()), (Some(bo), true));
    });
}

#[test]
fn what_was_not_looked_at_is_not_sent() {
    on_both_by_mail(async |world| {
        let round = begin(&world).await;
        let id = of(&world, round, "Bo").await.id;
        let before = look(&world, id).await;
        write(&world, round, "en", "Other words", Some(0)).await;
        assert!(refused(invitations::send(&world.engine, world.user, form(&before, "k")).await).contains("changed"));
        bring(&world, &LIST.replace("bo@other.example", "bo@new.example"), "keep").await;
        let before = look(&world, id).await;
        assert_eq!(
            (before.to.as_ref().unwrap().handle.as_str(), before.words.as_str()),
            ("bo@new.example", "Other words")
        );
        let unfilled = SendForm { words: "Dear {name}".to_owned(), ..form(&before, "k") };
        let answer = invitations::send(&world.engine, world.user, unfilled).await;
        assert!(matches!(answer, Err(EngineError::Invalid(_))), "{answer:?}");
        // They write before it is sent.
        world.hear(&[said("b", "Hello, Bo here").by("bo@new.example").created()]).await;
        assert!(
            refused(invitations::send(&world.engine, world.user, form(&before, "k")).await).contains("written to you")
        );
        assert!(matches!(look(&world, id).await.trouble, Some(Trouble::Stands(_))));
        assert!(world.wire.sent_ids().is_empty());
    });
}

#[test]
fn a_sending_that_is_taken_back_is_a_draft_again_and_what_was_done_can_be_undone() {
    on_both_by_mail(async |world| {
        let round = begin(&world).await;
        let id = of(&world, round, "Bo").await.id;
        let other = SendForm { words: "Just for you, Bo.".to_owned(), ..form(&look(&world, id).await, "k1") };
        let delivery = invitations::send(&world.engine, world.user, other).await.unwrap();
        refused(invitations::skip(&world.engine, world.user, id).await);
        outbound::undo_reply(&world.engine, world.user, delivery.id).await.unwrap();
        let back = look(&world, id).await;
        assert_eq!((back.invitation.state.as_str(), back.words.as_str()), ("draft", "Just for you, Bo."));
        let undo = invitations::keep_words(&world.engine, id, "", Some(back.invitation.version)).await.unwrap();
        assert!(look(&world, id).await.words.starts_with("Hello Bo"));
        invitations::undo(&world.engine, &undo).await.unwrap();
        assert_eq!(look(&world, id).await.words, "Just for you, Bo.");
        let undo = invitations::skip(&world.engine, world.user, id).await.unwrap();
        assert_eq!(of(&world, round, "Bo").await.state, "skipped");
        invitations::undo(&world.engine, &undo).await.unwrap();
        refused(invitations::undo(&world.engine, &undo).await.map(|_| ()));
        let delivery = queue(&world, id, "k3").await;
        wire(&world, delivery).await;
        let row = of(&world, round, "Bo").await;
        assert_eq!(row.state, "sent");
        let of_person = conversations::of_person(&mut world.engine.db.reader(), row.person_id.unwrap(), 9).await;
        assert_eq!(of_person.unwrap().len(), 1, "the conversation that was begun first");
    });
}

#[test]
fn who_does_not_want_to_be_written_to_is_left_alone_with_the_reason() {
    on_both_by_mail(async |world| {
        let round = begin(&world).await;
        let id = of(&world, round, "Bo").await.id;
        let delivery = queue(&world, id, "k1").await;
        outbound::undo_reply(&world.engine, world.user, delivery).await.unwrap();
        let bo = who(&world, "bo@other.example").await;
        let before = look(&world, id).await;
        consent::set(&world.engine, bo, None, false, "Said so on the phone.", world.user).await.unwrap();
        refused(invitations::send(&world.engine, world.user, form(&before, "k2")).await);
        let row = of(&world, round, "Bo").await;
        assert_eq!((row.state.as_str(), row.reason.as_deref()), ("unsent", Some("refused")));
        assert_eq!(plan(&world).await.parts[0].cannot["refused"], 1);
        consent::set(&world.engine, bo, None, true, "Changed their mind.", world.user).await.unwrap();
        invitations::draft_again(&world.engine, world.user, id).await.unwrap();
        assert_eq!(look(&world, id).await.trouble, None);
    });
}

#[test]
fn the_same_seed_draws_the_same_people_and_whoever_was_drawn_rests() {
    on_both_by_mail(async |world| {
        let row = |n: usize| {
            format!("{n},Customer {n},c{n}@home.example,{}\n", if n.is_multiple_of(3) { "Retail" } else { "Wholesale" })
        };
        let list: String = (0..60).map(row).collect();
        bring(&world, &format!("id,name,email,segment\n{list}"), "keep").await;
        let (one, again) = (plan(&world).await, plan(&world).await);
        assert_eq!(one, again);
        let other = Asked { seed: 8, ..asked(30) };
        assert_ne!(invitations::plan(&world.engine, &other).await.unwrap(), Some(one));
        let first = invitations::draw(&world.engine, world.user, &asked(30)).await.unwrap();
        let second = invitations::draw(&world.engine, world.user, &asked(40)).await.unwrap();
        let names = async |round| all(&world, round).await.into_iter().map(|row| row.customer_name).collect::<Vec<_>>();
        let (first, second) = (names(first).await, names(second).await);
        assert_eq!((first.len(), second.len()), (30, 30), "the rest of them");
        assert!(first.iter().all(|name| !second.contains(name)));
        refused(invitations::draw(&world.engine, world.user, &asked(1)).await);
    });
}

#[test]
fn a_customer_who_is_erased_takes_the_invitation_along_and_an_export_holds_it() {
    on_both_by_mail(async |world| {
        bring(&world, "id,name,email,segment\n1,Rosalindaxx Vidal,marker-rosa@home.example,Retail\n", "keep").await;
        let round = invitations::draw(&world.engine, world.user, &asked(3)).await.unwrap();
        write(&world, round, "en", "Hello {name}, zanahoriaxx?", None).await;
        let id = of(&world, round, "Rosa").await.id;
        invitations::keep_words(&world.engine, id, "Rosalindaxx, zanahoriaxx?", None).await.unwrap();
        let delivery = queue(&world, id, "k").await;
        wire(&world, delivery).await;
        let person = who(&world, "marker-rosa@home.example").await;
        let given = archive(&world, person).await;
        assert!(holds(&given, "\"invited\"") && holds(&given, "zanahoriaxx") && holds(&given, "by_message"));
        invitations::remove_text(&world.engine, round, "en").await.unwrap();
        erase_wholly(&world, person).await;
        assert_eq!(all(&world, round).await, []);
        assert_eq!(places(&world, &["marker-rosa", "Rosalindaxx"]).await, Vec::<String>::new());
        let parts = stored::parts(&mut world.engine.db.reader(), round).await.unwrap();
        assert_eq!(parts[0].drawn, 1, "that somebody was drawn stays");
    });
}

#[test]
fn who_is_doubtful_is_not_invited() {
    on_both_by_mail(async |world| {
        bring(&world, LIST, "keep").await;
        world.hear(&[said("e", "Hello").by("shop@other.example").created()]).await;
        let retail = |plan: Plan| plan.parts.into_iter().find(|part| part.name == "Retail").unwrap();
        assert_eq!(retail(plan(&world).await).cannot["doubtful"], 2);
        let (eve, shop) = (called(&world, "Eve").await.id, who(&world, "shop@other.example").await);
        customers_desk::say(&world.engine, world.user, (eve, shop), Some(true)).await.unwrap();
        let retail = retail(plan(&world).await);
        assert_eq!((retail.heard, retail.cannot.get("doubtful")), (1, Some(&1)), "of Flo nobody said so");
    });
}
