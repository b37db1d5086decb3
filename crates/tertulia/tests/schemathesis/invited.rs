//! Customers who were drawn to be invited, and for each address of an invitation one in the state that it wants.

use super::{Ask, Known};
use serde_json::{Value, json};

/// By the segment of the customers; somebody in a list has an address, and mails can be sent.
pub fn to_be_invited(ask: Ask<'_>) -> Known {
    let id = |made: &Value| made["id"].as_str().unwrap_or_else(|| panic!("nothing was made: {made}")).to_owned();
    let draw = json!({ "attribute": "segment", "size": 3, "seed": 7 }).to_string();
    let round = id(&ask("POST", "/api/v1/invitation-rounds", &draw));
    let path = format!("/api/v1/invitation-rounds/{round}");
    for language in ["en", "de"] {
        let text = json!({ "language": language, "subject": "A question", "words": "What do you miss?" }).to_string();
        ask("PUT", &format!("{path}/texts"), &text);
    }
    let drawn = ask("GET", &format!("{path}/invitations"), "");
    let [one, kept, sent] = [0, 1, 2].map(|n| id(&drawn["items"][n]));
    let seen = ask("GET", &format!("/api/v1/invitations/{sent}"), "")["seen"].as_str().unwrap().to_owned();
    vec![
        ("TERTULIA_A_DRAW", round),
        ("TERTULIA_AN_INVITATION", one),
        ("TERTULIA_AN_INVITATION_TO_KEEP", kept),
        ("TERTULIA_AN_INVITATION_TO_SEND", sent),
        ("TERTULIA_AN_INVITATION_AS_IT_WAS_SEEN", seen),
    ]
}
