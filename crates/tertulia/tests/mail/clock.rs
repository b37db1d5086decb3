//! A clock that is set back while people write and are answered.

use crate::{
    desk::{header, letter, messages},
    shop::{Shop, until},
};
use std::time::Duration;
use tertulia_engine::outbound::UNDO_MILLIS;
use tertulia_model::{Chance, DeliveryState, SeededChance};
use tertulia_store::jobs;
use tertulia_testkit::{Mail, rounds};

const DAY: i64 = 86_400_000;

#[tokio::test(flavor = "multi_thread")]
async fn soak_a_clock_set_back_holds_up_no_answer_and_hides_no_customer() {
    let Some(mail) = Mail::start_with_relay() else { return };
    let shop = Shop::open(&mail, Duration::from_secs(10)).await;
    let chance = SeededChance::new(43);
    for n in 0..rounds() {
        let name = format!("customer{n:02}");
        let reply = shop.asked_and_answered(&mail, &name).await;
        let back = 60_000 + chance.below(4 * DAY.unsigned_abs()).cast_signed();
        shop.site.clock.advance(-back);
        let engine = &shop.site.engine;
        engine.bell.ring();
        until("the job moved with the clock", async || {
            let due = jobs::next_due(&mut engine.db.reader(), engine.now()).await.unwrap()?;
            (due <= engine.now() + UNDO_MILLIS).then_some(())
        })
        .await;
        // From here it has the seconds in which it can be taken back, as before.
        shop.let_go();
        shop.ends_as(&reply, DeliveryState::Sent).await;
        let answer = mail.inbox(&name).pop().unwrap();
        let id = header(&answer, "Message-ID").unwrap();
        let conversation = shop.heard(&format!("{name}@q.test")).await;
        assert_eq!(conversation.state, "pending", "it was answered");

        // The customer's own clock is right.
        let more = format!("In-Reply-To: {id}\r\nDate: Sat, 21 Nov 2026 13:00:00 +0000\r\n");
        let from = format!("{name} <{name}@example.test>");
        let id = format!("{name}@thanks.test");
        mail.put("shop", letter(&from, "shop@desk.test", &id, "Re: Order", &more, "It has not come.").as_bytes());
        let heard = shop.heard(&id).await;
        assert_eq!(heard.id, conversation.id);
        assert_eq!(heard.state, "open", "with the clock {} h back it waits for us", back / 3_600_000);
        let page = shop.page(heard.id).await;
        assert_eq!(messages(&page).len(), 3);
    }
    until("all was filed once", async || (mail.sent("shop").len() as u64 == rounds()).then_some(())).await;
}
