//! Code that panics (a connector's, mostly) is at fault alone: what it was doing has failed, with its reason, and nothing
//! else stops.

use futures::FutureExt;
use std::{any::Any, panic::AssertUnwindSafe};
use tertulia_connector::clipped;

/// Characters of a panic's own words that are shown.
const MOST: usize = 300;

/// Does it; where it panics, says so.
pub(crate) async fn caught<T>(doing: impl Future<Output = T>) -> Result<T, String> {
    AssertUnwindSafe(doing).catch_unwind().await.map_err(|panic| words(panic.as_ref()))
}

fn words(panic: &(dyn Any + Send)) -> String {
    let said = panic.downcast_ref::<&str>().copied();
    let said = said.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("it gave no reason");
    format!(
        "Tertulia itself failed here, in a way it should not: {}. Please report this sentence to whoever looks after it.",
        clipped(said, MOST).trim_end_matches('.')
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_panics_says_why_and_what_goes_well_is_given_on() {
        assert_eq!(caught(async { 7 }).await, Ok(7));
        let index = 9;
        let why = caught::<()>(async move { panic!("no item\n{index}") }).await.unwrap_err();
        assert!(why.contains("no item9") && why.contains("report"), "{why}");
        let why = caught::<()>(async { std::panic::panic_any(7) }).await.unwrap_err();
        assert!(why.contains("no reason"), "{why}");
    }
}
