//! Written by `cargo xtask connectors` from the connectors that this crate depends on; edit Cargo.toml instead.

use std::sync::Arc;
use tertulia_connector::Connector;

/// Every kind of channel that the program speaks.
pub fn all() -> Vec<Arc<dyn Connector>> {
    vec![
        Arc::new(tertulia_connector_bluesky::connector()),
        Arc::new(tertulia_connector_email::connector()),
        Arc::new(tertulia_connector_feed::connector()),
        Arc::new(tertulia_connector_import::connector()),
        Arc::new(tertulia_connector_mastodon::connector()),
        Arc::new(tertulia_connector_notes::connector()),
        Arc::new(tertulia_connector_sms::connector()),
        Arc::new(tertulia_connector_survey::connector()),
        Arc::new(tertulia_connector_webchat::connector()),
        Arc::new(tertulia_connector_webhook::connector()),
        Arc::new(tertulia_connector_webmention::connector()),
    ]
}
