//! A server's name is looked up by whoever it belongs to: today it may lead to their server, tomorrow into our house.

use super::{context, greeting};
use crate::{Connector, Context, guard::AddressGuard};
use serde_json::Value;
use std::net::IpAddr;
use tertulia_model::{Outgoing, Visibility};

/// A name that leads to 10.0.0.1: put it wherever the settings take a server's.
pub const HOUSE: &str = "house.example";

/// With settings in which every server is called [`HOUSE`], nothing is asked, and nothing is sent to `to` as an answer: it
/// is said why.
pub fn check_house(connector: &dyn Connector, settings: Value, to: &str, answered: Option<&str>) {
    let known = [(HOUSE.to_owned(), vec![IpAddr::from([10, 0, 0, 1])])];
    let ctx = Context { guard: AddressGuard::default().knowing(known).into(), ..context(connector, settings) };
    assert!(connector.check(&ctx.settings).is_empty(), "{:?}", connector.check(&ctx.settings));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.unwrap_or_else(|error| panic!("the kit cannot run: {error}"));
    let greeting = Outgoing {
        external_id: connector.choose_external_id(&ctx.settings, "1000000000000000000"),
        to_handle: to.to_owned(),
        references: answered.map(str::to_owned).into_iter().collect(),
        visibility: Visibility::Public,
        ..greeting()
    };
    let (spec, mut tried) = (connector.spec(), Vec::new());
    runtime.block_on(async {
        if spec.pulls {
            tried.push(("hearing", connector.pull(&ctx, None).await.err().map(|error| error.to_string())));
            tried.push(("the test", connector.test(&ctx).await.err().map(|error| error.to_string())));
        }
        if spec.sends {
            tried.push(("sending", connector.send(&ctx, &greeting).await.err().map(|error| error.to_string())));
        }
    });
    assert!(!tried.is_empty(), "it goes out to nobody");
    for (what, why) in tried {
        let why = why.unwrap_or_else(|| panic!("{what} went well"));
        assert!(why.contains("private address") || why.contains("is not allowed"), "{what}: {why}");
    }
}
