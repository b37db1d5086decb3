use crate::support::{NOW, body, identity, message, on_both, user, write};
use tertulia_model::{
    ChannelId, ConversationId, DeliveryId, DeliveryState, IdentityId, JobId, MessageId, Outgoing, Role, UserId,
    Visibility,
};
use tertulia_store::{
    Db,
    deliveries::{self, Delivery},
    jobs,
    messages::{self, NewMessage},
    people, users,
    visitors::{self, Entry, Shown},
};

const AMINA: IdentityId = IdentityId(1);
const BO: IdentityId = IdentityId(2);

fn shown(identity_id: IdentityId, n: i64) -> Shown {
    Shown { identity_id, message_id: MessageId(n), shown_id: format!("name-{n}") }
}

fn theirs(n: i64, by: IdentityId) -> NewMessage {
    NewMessage { identity_id: Some(by), conversation_id: Some(ConversationId(by.0)), ..message(n) }
}

fn answer(n: i64) -> Delivery {
    let outgoing = Outgoing {
        message: MessageId(n),
        external_id: format!("ours:{n}"),
        idempotency_key: format!("key{n}"),
        to_handle: "visitor:amina".to_owned(),
        from_address: None,
        from_name: None,
        recipients: Vec::new(),
        subject: None,
        text: "Yes, we have.".to_owned(),
        references: Vec::new(),
        reply_token: None,
        attachments: Vec::new(),
        forwards: None,
        by_machine: false,
        visibility: Visibility::Private,
    };
    Delivery {
        id: DeliveryId(n),
        message_id: MessageId(n),
        conversation_id: ConversationId(AMINA.0),
        channel_id: ChannelId(1),
        state: DeliveryState::Queued,
        reason: None,
        attempts: 0,
        in_flight: false,
        idempotency_key: format!("key{n}"),
        outgoing,
        created_at: NOW,
        updated_at: NOW,
        left_by: None,
        left_at: None,
        arrived_at: None,
    }
}

async fn of(db: &Db, identity: IdentityId, after: i64) -> Vec<Entry> {
    visitors::after(&mut db.clone(), identity, after, 100).await.unwrap()
}

fn named(entries: &[Entry]) -> Vec<(i64, &str)> {
    entries.iter().map(|entry| (entry.seq, entry.shown_id.as_str())).collect()
}

#[test]
fn each_visitor_is_shown_their_own_in_the_order_in_which_it_was_committed() {
    on_both(async |mut db| {
        write!(db, |tx| {
            people::add_identities(tx, &[identity(1, 1, "amina"), identity(2, 2, "bo")]).await.unwrap();
            messages::add(tx, &[theirs(1, AMINA), theirs(2, BO), theirs(3, AMINA)]).await.unwrap();
            messages::add_bodies(tx, &[body(1), body(2), body(3)]).await.unwrap();
            visitors::append(tx, &[shown(AMINA, 3), shown(BO, 2)]).await.unwrap();
        });
        write!(db, |tx| visitors::append(tx, &[shown(AMINA, 1), shown(AMINA, 3)]).await.unwrap());
        let all = of(&db, AMINA, 0).await;
        assert_eq!(named(&all), [(1, "name-3"), (2, "name-1")], "the lower id was committed later");
        assert_eq!((all[0].direction.as_str(), all[0].state.as_str()), ("theirs", "shown"));
        assert_eq!((all[0].text.as_str(), all[0].at), (body(3).text.as_str(), message(3).at));
        assert_eq!((all[0].author.as_deref(), all[0].delivery.as_deref(), all[0].elsewhere), (None, None, false));
        assert_eq!(named(&of(&db, AMINA, 1).await), [(2, "name-1")]);
        assert_eq!(named(&of(&db, BO, 0).await), [(1, "name-2")]);
        assert_eq!(visitors::newest(&mut db, AMINA).await.unwrap(), 2);
        assert_eq!(visitors::newest(&mut db, IdentityId(9)).await.unwrap(), 0);
    });
}

#[test]
fn what_changes_gets_the_next_number_even_where_it_had_the_highest() {
    on_both(async |db| {
        write!(db, |tx| {
            messages::add(tx, &[theirs(1, AMINA), theirs(2, AMINA)]).await.unwrap();
            messages::add_bodies(tx, &[body(1), body(2)]).await.unwrap();
            visitors::append(tx, &[shown(AMINA, 1), shown(AMINA, 2)]).await.unwrap();
        });
        write!(db, |tx| {
            messages::bury(tx, MessageId(2), message(2).place).await.unwrap();
            assert_eq!(visitors::touch(tx, MessageId(2)).await.unwrap(), Some(AMINA));
            assert_eq!(visitors::touch(tx, MessageId(7)).await.unwrap(), None);
        });
        let later = of(&db, AMINA, 2).await;
        assert_eq!(named(&later), [(3, "name-2")]);
        assert_eq!((later[0].state.as_str(), later[0].text.as_str()), ("deleted", ""));
        write!(db, |tx| messages::remove(tx, MessageId(1), message(1).place).await.unwrap());
        assert_eq!(of(&db, AMINA, 0).await[0].state, "deleted", "a message that is no more is as good as deleted");
    });
}

#[test]
fn an_answer_tells_who_wrote_it_and_which_way_it_went() {
    on_both(async |db| {
        let ours = |n| NewMessage { direction: "ours", sent_by: Some(UserId(1)), ..message(n) };
        write!(db, |tx| {
            users::add(tx, &user(1, "ines@example.org", Role::Agent)).await.unwrap();
            messages::add(tx, &[ours(1), ours(2)]).await.unwrap();
            deliveries::add(tx, &answer(1)).await.unwrap();
            deliveries::add(tx, &answer(2)).await.unwrap();
            assert!(deliveries::redirect(tx, DeliveryId(2), ChannelId(5), &answer(2).outgoing, NOW).await.unwrap());
            visitors::append(tx, &[shown(AMINA, 1), shown(AMINA, 2)]).await.unwrap();
        });
        let all = of(&db, AMINA, 0).await;
        let told: Vec<_> = all.iter().map(|e| (e.delivery.as_deref(), e.elsewhere, e.author.is_some())).collect();
        assert_eq!(told, [(Some("queued"), false, true), (Some("queued"), true, true)]);
    });
}

#[test]
fn an_answer_is_put_off_once_it_was_tried_and_until_it_is_due() {
    on_both(async |mut db| {
        write!(db, |tx| {
            messages::add(tx, &[theirs(1, AMINA), theirs(2, BO)]).await.unwrap();
            visitors::append(tx, &[shown(AMINA, 1), shown(BO, 2)]).await.unwrap();
            for n in 3..=4 {
                deliveries::add(tx, &answer(n)).await.unwrap();
                jobs::add(tx, JobId(n), "send", n, NOW + 500).await.unwrap();
            }
            assert!(deliveries::note_attempt(tx, DeliveryId(3), 0, NOW).await.unwrap());
        });
        let mut ids = async |visitor, now| -> Vec<i64> {
            let found = deliveries::put_off(&mut db, visitor, now).await.unwrap();
            found.into_iter().map(|delivery| delivery.id.0).collect()
        };
        assert_eq!(ids(AMINA, NOW).await, [3]);
        assert_eq!(ids(AMINA, NOW + 500).await, [0_i64; 0], "due anyway");
        assert_eq!(ids(BO, NOW).await, [0_i64; 0]);
    });
}
