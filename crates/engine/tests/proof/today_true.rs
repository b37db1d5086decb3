//! What a card of Today says stays true, nobody is asked about who should not be, and each thing counts once.

use crate::{
    monitors::{settle, watch},
    support::{
        add_member,
        json::Wire,
        on_both, on_both_by_mail,
        said::{bounced, said},
    },
    today::{DAY, DAY_IN_MINUTES, HOUR, bo, cards_of, done, is_refused, only_key, pairs, stands, talked},
};
use jiff::civil::date;
use tertulia_engine::{
    accounts, channels, consent, desk, monitors,
    outbound::{self, ReplyForm},
    today::{self, Act, Reader},
};
use tertulia_model::{ChannelState, ConversationId, Recipient, RecipientRole, Role};
use tertulia_store::{
    conversations::{self, Conversation},
    today::LOOKED_AT,
};

#[test]
fn whoever_was_passed_on_to_others_still_waits() {
    on_both_by_mail(async |world| {
        world.hear(&[said("q", "They were stale.").created()]).await;
        let message = world.message("q").await;
        let conversation = message.conversation_id.unwrap();
        outbound::begin_forward(&world.engine, world.user, conversation, message.id).await.unwrap();
        let nils = Recipient { role: RecipientRole::To, address: "nils@mill.example".to_owned(), name: None };
        let form = ReplyForm { recipients: vec![nils], forwards: Some(message.id), ..world.reply(conversation, "k") };
        outbound::queue_reply(&world.engine, world.user, form).await.unwrap();
        assert_eq!(stands(&world).await, pairs([("first", "Rosa Vidal")]));
    });
}

#[test]
fn who_was_answered_by_what_did_not_get_through_still_waits() {
    on_both(async |world| {
        world.hear_history(&talked("amina", 90)).await;
        world.hear(&[said("q", "Do you have it in blue?").created()]).await;
        world.hear(&[said("again", "Do you remember me?").by("amina@other.example").called("amina").created()]).await;
        let both = pairs([("first", "Rosa Vidal"), ("back", "amina")]);
        assert_eq!(stands(&world).await, both);
        let since = world.conversation_of("q").await.waiting_since;
        let no = "No such mailbox.";
        world.wire.will([Wire::Rejected(no), Wire::Rejected(no), Wire::Rejected(no)]);
        let [first, other] = [world.answer("q", "k1").await, world.answer("again", "k2").await];
        assert_eq!(stands(&world).await, [], "they are on their way");
        for sent in [&first, &other] {
            outbound::run_send(&world.engine, sent.id).await.unwrap();
        }
        assert_eq!(stands(&world).await, both);
        outbound::leave(&world.engine, world.user, first.id).await.unwrap();
        let held = world.conversation_of("q").await;
        assert_eq!((stands(&world).await, held.waiting_since), (both, since), "nobody has answered them");
        // Nor has a second one that came to the same, once both are known to have failed.
        let second = world.answer("q", "k3").await;
        outbound::run_send(&world.engine, second.id).await.unwrap();
        assert_eq!(world.conversation_of("q").await.waiting_since, since);
        outbound::send_again(&world.engine, second.id).await.unwrap();
        assert_eq!(world.conversation_of("q").await.waiting_since, None);
        assert_eq!(stands(&world).await, pairs([("back", "amina")]));
        outbound::run_send(&world.engine, second.id).await.unwrap();
        assert_eq!(stands(&world).await, pairs([("back", "amina")]));
        let bounce = bounced("notice", &world.wire.sent_ids()[0], true);
        world.hear(&[bounce]).await;
        assert_eq!((stands(&world).await.len(), world.conversation_of("q").await.waiting_since), (2, since));
    });
}

#[test]
fn where_more_waits_than_is_looked_through_it_is_said() {
    on_both(async |world| {
        world.hear(&[said("q", "Do you have it in blue?").created()]).await;
        let held = world.conversation_of("q").await;
        let is_said = async || today::today(&world.engine, Reader::Works(world.user)).await.unwrap().overfull;
        assert!(!is_said().await);
        let spam = |_| Conversation { id: ConversationId(world.engine.next_id()), person_id: None, ..held.clone() };
        let spam: Vec<Conversation> = (0..LOOKED_AT).map(spam).collect();
        let mut tx = world.engine.db.begin().await.unwrap();
        conversations::put(&mut tx, &spam).await.unwrap();
        tx.commit().await.unwrap();
        assert!(is_said().await);
    });
}

#[test]
fn what_failed_behind_a_later_answer_leaves_nobody_waiting() {
    on_both(async |world| {
        world.hear(&[said("q", "Do you have it in blue?").created()]).await;
        let first = world.answer("q", "k1").await;
        world.answer("q", "k2").await;
        world.wire.will([Wire::Rejected("No such mailbox.")]);
        outbound::run_send(&world.engine, first.id).await.unwrap();
        assert_eq!((stands(&world).await, world.conversation_of("q").await.waiting_since), (Vec::new(), None));
    });
}

#[test]
fn what_was_written_on_a_card_is_of_whoever_passed_it_on_also_after_it_was_put_off() {
    on_both(async |world| {
        world.hear_history(&talked("amina", 90)).await;
        world.hear(&[said("q", "Do you have it in blue?").created()]).await;
        let other = add_member(&world.engine).await;
        for card in cards_of(&world, world.user).await {
            let pass = Act::PassOn { to: other, note: "You know them".to_owned() };
            today::act(&world.engine, world.user, &card.key, &pass).await.unwrap();
            let put_off = Act::PutOff { until: date(2026, 11, 22) };
            today::act(&world.engine, other, &card.key, &put_off).await.unwrap();
        }
        world.clock.advance(DAY);
        let theirs = cards_of(&world, other).await;
        assert_eq!(theirs.iter().map(|card| card.key.kind.as_str()).collect::<Vec<_>>(), ["first", "quiet"]);
        for card in theirs {
            assert_eq!(card.passed_on, Some((world.user, "You know them".to_owned())), "{}", card.key.kind);
        }
    });
}

#[test]
fn who_came_back_and_was_answered_does_not_come_back_again() {
    on_both(async |world| {
        world.hear_history(&talked("amina", 90)).await;
        let by_amina = |id: &str| said(id, "Do you remember me?").by("amina@other.example").called("amina");
        world.hear(&[by_amina("again").created()]).await;
        assert_eq!(stands(&world).await, pairs([("back", "amina")]));
        world.answer("again", "k").await;
        world.clock.advance(HOUR);
        world.hear_late(&[by_amina("more").at_minute(90).created()]).await;
        assert!(world.conversation_of("more").await.waiting_since.is_some());
        assert_eq!(stands(&world).await, []);
        world.clock.advance(DAY);
        assert_eq!(stands(&world).await, []);
    });
}

#[test]
fn who_was_only_overheard_before_and_is_done_has_not_come_back_as_well() {
    on_both(async |world| {
        let long_ago = bo("public", "They are good").at_minute(-90 * DAY_IN_MINUTES).overheard();
        world.hear_history(&[long_ago.created()]).await;
        world.hear(&[bo("b", "Hello").created()]).await;
        assert_eq!(stands(&world).await, pairs([("first", "Bo")]));
        done(&world, &only_key(&world).await).await.unwrap();
        assert_eq!(stands(&world).await, []);
    });
}

#[test]
fn whoever_says_no_does_not_stay_proposed() {
    on_both(async |world| {
        world.hear_history(&talked("amina", 90)).await;
        let key = only_key(&world).await;
        let who = world.message("amina-1").await.person_id.unwrap();
        let may = async |allowed| {
            consent::set(&world.engine, who, None, allowed, "said so", world.user).await.unwrap();
        };
        may(false).await;
        assert_eq!(stands(&world).await, []);
        may(true).await;
        let put_off = Act::PutOff { until: date(2026, 11, 22) };
        today::act(&world.engine, world.user, &key, &put_off).await.unwrap();
        may(false).await;
        world.clock.advance(DAY);
        assert_eq!(stands(&world).await, []);
    });
}

#[test]
fn a_quiet_person_whom_a_colleague_has_or_whom_nobody_can_reach_is_not_proposed() {
    on_both(async |world| {
        world.hear_history(&talked("amina", 90)).await;
        let other = add_member(&world.engine).await;
        let id = world.conversation_of("amina-5").await.id;
        desk::assign(&world.engine, id, Some(other)).await.unwrap();
        assert_eq!(stands(&world).await, []);
        assert_eq!(cards_of(&world, other).await.len(), 1);
        channels::set_state(&world.engine, world.channel.id, ChannelState::Paused).await.unwrap();
        assert_eq!(cards_of(&world, other).await, []);
    });
}

#[test]
fn who_talked_best_is_found_behind_those_who_asked_once() {
    on_both(async |world| {
        let once = |n: i64| said(&format!("n{n}"), "Hello").by(&format!("n{n}@other.example"));
        let all: Vec<_> = (0..9).map(|n| once(n).at_minute((n - 80) * DAY_IN_MINUTES).created()).collect();
        world.hear_history(&all).await;
        world.hear_history(&talked("amina", 90)).await;
        assert_eq!(stands(&world).await, pairs([("quiet", "amina")]));
    });
}

#[test]
fn what_is_noise_does_not_count_as_speaking_of_us() {
    on_both(async |world| {
        let monitor = watch(&world, "Mercado").await;
        let speaks = |n: i64| said(&format!("m{n}"), "Mercado again").by("zoe@other.example").called("Zoë");
        world.hear(&[1, 2].map(|n| speaks(n).at_minute(n).overheard().created())).await;
        settle(&world).await;
        assert_eq!(stands(&world).await, pairs([("new", "Zoë")]));
        let noise = world.message("m2").await.id;
        monitors::decide(&world.engine, monitor, noise, "noise", world.user).await.unwrap();
        assert_eq!(stands(&world).await, [], "once is not often");
    });
}

#[test]
fn what_was_decided_of_a_conversation_stands_where_it_is_merged() {
    on_both(async |world| {
        world.hear(&[said("q", "In blue?").created(), said("q2", "And in red?").at_minute(3).created()]).await;
        done(&world, &only_key(&world).await).await.unwrap();
        let [from, into] = [world.conversation_of("q").await.id, world.conversation_of("q2").await.id];
        desk::merge(&world.engine, from, into).await.unwrap();
        assert_eq!(stands(&world).await, []);
    });
}

#[test]
fn what_stands_with_a_member_who_may_only_read_from_now_on_is_given_back() {
    on_both(async |world| {
        world.hear(&[said("q", "Do you have it in blue?").created()]).await;
        let other = add_member(&world.engine).await;
        let pass = Act::PassOn { to: other, note: String::new() };
        today::act(&world.engine, world.user, &only_key(&world).await, &pass).await.unwrap();
        accounts::set_password(&world.engine, world.user, "a quiet cup of coffee").await.unwrap();
        accounts::change_member(&world.engine, world.user, Role::Owner, false).await.unwrap();
        accounts::change_member(&world.engine, other, Role::Viewer, false).await.unwrap();
        assert_eq!(stands(&world).await, pairs([("first", "Rosa Vidal")]));
    });
}

#[test]
fn a_pass_that_is_undone_leaves_the_other_without_the_card_and_takes_nothing_that_was_answered() {
    on_both(async |world| {
        world.hear_history(&talked("amina", 90)).await;
        let other = add_member(&world.engine).await;
        let pass = Act::PassOn { to: other, note: String::new() };
        let undo = today::act(&world.engine, world.user, &only_key(&world).await, &pass).await.unwrap();
        assert_eq!(cards_of(&world, other).await.len(), 1);
        today::undo(&world.engine, world.user, &undo).await.unwrap();
        assert_eq!((stands(&world).await.len(), cards_of(&world, other).await.len()), (1, 0));
        done(&world, &only_key(&world).await).await.unwrap();
        world.hear(&[said("q", "Do you have it in blue?").created()]).await;
        let undo = today::act(&world.engine, world.user, &only_key(&world).await, &pass).await.unwrap();
        world.answer("q", "k").await;
        assert!(is_refused(&today::undo(&world.engine, world.user, &undo).await));
        assert_eq!(world.conversation_of("q").await.assignee_id, Some(other));
    });
}

#[test]
fn each_thing_counts_once_a_day_by_what_became_of_it() {
    on_both(async |world| {
        let ends = async || {
            let day = today::day_now(&world.engine).await.unwrap().0;
            world.clock.advance(day.ends - world.engine.now() + 60_000);
            today::note_day(&world.engine).await.unwrap();
        };
        let tomorrow = async || {
            let day = today::day_now(&world.engine).await.unwrap().0;
            Act::PutOff { until: day.date.tomorrow().unwrap() }
        };
        world.hear(&[said("q", "In blue?").created(), bo("b", "Hello").at_minute(2).created()]).await;
        ends().await;
        // What was left over is decided about: one is done and answered as well, one is put off.
        let cards = cards_of(&world, world.user).await;
        done(&world, &cards[0].key).await.unwrap();
        world.answer("q", "k").await;
        today::act(&world.engine, world.user, &cards[1].key, &tomorrow().await).await.unwrap();
        ends().await;
        // What was put off is answered.
        world.answer("b", "k2").await;
        ends().await;
        // A thread that nobody was asked about is closed.
        world.hear(&[said("o", "Mercado").by("once@other.example").overheard().created()]).await;
        let message = world.message("o").await.id;
        let opened = desk::open_thread(&world.engine, message, world.user).await.unwrap();
        desk::set_state(&world.engine, opened, "closed").await.unwrap();
        ends().await;
        let month = today::month(&world.engine, world.user, None).await.unwrap();
        let told: Vec<_> =
            month.days.iter().filter_map(|day| day.ended.map(|ended| (ended.due, ended.left_over))).collect();
        assert_eq!(told, [(2, 2), (2, 0), (1, 0), (0, 0)]);
    });
}
