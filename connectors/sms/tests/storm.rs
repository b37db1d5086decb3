//! A gateway that refuses twenty times in a row: the message goes out afterwards, once.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use serde_json::json;
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use support::{answer, context};
use tertulia_connector::{Connector, SendError, Sent};
use tertulia_connector_sms::connector;
use tertulia_model::{Clock, FixedClock};
use tertulia_testkit::{Page, Site, Storm};

#[tokio::test]
async fn a_message_goes_out_once_after_twenty_refusals_by_either_kind_of_gateway() {
    let site = Site::start();
    let kannel =
        json!({ "gateway": "kannel", "numbers": "12345", "kannel_user": "desk", "kannel_url": site.url("/sendsms") });
    let twilio =
        json!({ "gateway": "twilio", "numbers": "+1 415 555 0100", "account_sid": "AC01", "twilio_url": site.url("") });
    let secrets = [("door_key", "k"), ("kannel_password", "pw"), ("auth_token", "token")];
    for (settings, path, accepted) in [
        (kannel, "/sendsms", Page { status: 202, ..Page::new("text/html", "0: Accepted for delivery") }),
        (
            twilio,
            "/2010-04-01/Accounts/AC01/Messages.json",
            Page { status: 201, ..Page::new("application/json", r#"{"sid":"SM77","status":"queued"}"#) },
        ),
    ] {
        let clock = Arc::new(FixedClock::at(1_750_000_000_000));
        let mut ctx = context(settings, &secrets, "https://tertulia.example");
        ctx.clock = clock.clone();
        let (storm, taken) = (
            Storm::new({
                let clock = clock.clone();
                move || clock.now()
            }),
            Arc::new(AtomicUsize::new(0)),
        );
        let counting = taken.clone();
        site.answer(
            path,
            storm.before(move |_| {
                counting.fetch_add(1, Ordering::SeqCst);
                accepted.clone()
            }),
        );
        let hello = answer("+14155550123", "sms:ab12", "Hello");
        let sent = storm
            .weathered(
                |wait| clock.advance(wait),
                async || match connector().send(&ctx, &hello).await {
                    Ok(sent) => Ok(sent),
                    Err(SendError::RetryAfter { wait, reason } | SendError::Throttled { wait, reason }) => {
                        Err((wait, reason))
                    }
                    Err(other) => panic!("{other:?}"),
                },
            )
            .await;
        assert_eq!((sent, taken.load(Ordering::SeqCst)), (Sent { external_id: "sms:ab12".to_owned() }, 1));
    }
}
