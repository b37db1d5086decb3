//! How far behind its source a channel is, in plain words, and never better than what is known.

use tertulia_model::{ChannelState, ConnectorSpec, Millis};
use tertulia_store::channels::{Channel, Newest};

/// A healthy channel notes its looks about once a minute; after this many it is late.
const LATE: Millis = 3 * 60_000;
/// Mails take a while to travel; only what took longer than this is worth a word.
const SLOW: Millis = 10 * 60_000;

/// A line such as "up to date, looked ‹2 minutes ago›", with the time for the page to say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Lag {
    pub is_behind: bool,
    pub words: &'static str,
    pub at: Option<Millis>,
    /// A moment of the past is said as a date, a look as how long ago it was.
    pub style: &'static str,
    pub rest: String,
}

impl Lag {
    fn behind(words: &'static str, at: Option<Millis>) -> Self {
        Self { is_behind: true, words, at, style: "ago", rest: String::new() }
    }
}

/// Nothing where a channel brings nothing of its own: an archive, a kind that this program does not know.
pub(super) fn lag(channel: &Channel, spec: Option<&ConnectorSpec>, newest: Option<Newest>, now: Millis) -> Option<Lag> {
    let spec = spec?;
    if spec.hosts_visitors && channel.state == ChannelState::Live {
        let words = "nothing to fetch: what is written arrives at once";
        return Some(Lag { words, ..Lag::default() });
    }
    if !spec.pulls {
        return None;
    }
    let looked = channel.last_pull_at;
    match channel.state {
        ChannelState::Deleted => None,
        ChannelState::Paused if looked.is_none() => Some(Lag::behind("never looked before it was paused", None)),
        ChannelState::Paused => Some(Lag::behind("not looked since it was paused, last", looked)),
        ChannelState::Failing | ChannelState::Stopped if looked.is_none() => {
            Some(Lag::behind("behind: has never been able to look", None))
        }
        ChannelState::Failing | ChannelState::Stopped => {
            Some(Lag::behind("behind: has not been able to look; the last time was", looked))
        }
        ChannelState::Live => Some(live(channel, looked, newest, now)),
    }
}

fn live(channel: &Channel, looked: Option<Millis>, newest: Option<Newest>, now: Millis) -> Lag {
    let Some(looked) = looked else { return Lag::behind("about to look for the first time", None) };
    if now - looked > LATE {
        return Lag::behind("behind: it should look every minute, and looked last", Some(looked));
    }
    if !channel.caught_up {
        return match newest {
            Some(newest) => {
                Lag { style: "short", ..Lag::behind("behind: still fetching history, now at", Some(newest.at)) }
            }
            None => Lag::behind("behind: still fetching history", None),
        };
    }
    let slow = newest.filter(|newest| !newest.is_history()).map(|newest| newest.heard_at - newest.at);
    let rest = slow
        .filter(|took| *took >= SLOW)
        .map(|took| format!("; the newest message was written {} before it could be heard", span_words(took)));
    Lag {
        is_behind: false,
        words: "up to date, looked",
        at: Some(looked),
        style: "ago",
        rest: rest.unwrap_or_default(),
    }
}

/// "12 minutes", "3 hours", "2 days".
fn span_words(span: Millis) -> String {
    let (number, unit) = match span / 60_000 {
        minutes @ ..120 => (minutes, "minute"),
        minutes @ 120..2_880 => (minutes / 60, "hour"),
        minutes => (minutes / 1_440, "day"),
    };
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_said_in_its_own_unit() {
        let said: Vec<String> =
            [60_000, 12 * 60_000, 119 * 60_000, 3 * 3_600_000, 50 * 3_600_000].into_iter().map(span_words).collect();
        assert_eq!(said, ["1 minute", "12 minutes", "119 minutes", "3 hours", "2 days"]);
    }
}
