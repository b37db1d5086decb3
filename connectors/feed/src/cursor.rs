//! How far a channel has read, and when it looks again.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tertulia_model::Millis;

/// Addresses of posts kept, to know what a comment stands under.
const MOST_POSTS: usize = 300;

#[derive(Debug, Default, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Cursor {
    /// The address in the settings when this began: with another one everything begins anew.
    pub asked: String,
    /// The feed itself stands first, those of comments after it.
    pub feeds: Vec<Followed>,
    /// What was heard: [`crate::memory::Memory`].
    pub heard: String,
    /// Address and id of the newest posts whose id is not their address.
    pub posts: Vec<(String, String)>,
    /// The site's own page was asked for the feed of its comments.
    pub looked_for_comments: bool,
    /// Hub and topic of the subscription that was asked for.
    pub hub: Option<(String, String)>,
}

#[derive(Debug, Default, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Followed {
    pub url: String,
    /// A feed of comments.
    pub comments: bool,
    /// The one post that they stand under.
    pub about: Option<String>,
    pub etag: Option<String>,
    pub modified: Option<String>,
    pub next_at: Millis,
    /// When it was last read whole: some servers say for ever that nothing changed.
    pub whole_at: Millis,
    /// It was read once; what comes from now on is new.
    pub began: bool,
    /// The newest date an item had.
    pub newest: Millis,
    /// How many comments the post's feed says there are.
    pub count: Option<u64>,
    pub failures: u32,
    /// That it is too large, or broken, was said.
    pub told: bool,
}

impl Cursor {
    pub fn read(kept: Option<Value>, asked: &str) -> Self {
        let kept: Option<Self> = kept.and_then(|kept| serde_json::from_value(kept).ok());
        kept.filter(|kept| kept.asked == asked && !kept.feeds.is_empty()).unwrap_or_else(|| Self {
            asked: asked.to_owned(),
            feeds: vec![Followed { url: asked.to_owned(), ..Followed::default() }],
            ..Self::default()
        })
    }

    pub fn to_value(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    /// The feed that has waited longest of those whose time has come.
    pub fn due(&self, now: Millis) -> Option<usize> {
        let waiting = self.feeds.iter().enumerate().filter(|(_, feed)| feed.next_at <= now);
        waiting.min_by_key(|(_, feed)| feed.next_at).map(|(at, _)| at)
    }

    pub fn next_at(&self) -> Option<Millis> {
        self.feeds.iter().map(|feed| feed.next_at).min()
    }

    /// What hears the comments of the whole site, if anything does.
    pub fn hears_all_comments(&self) -> bool {
        self.feeds.iter().any(|feed| feed.comments && feed.about.is_none())
    }

    pub fn remember_post(&mut self, link: &str, id: &str) {
        if link == id || self.posts.iter().any(|(l, i)| l == link && i == id) {
            return;
        }
        self.posts.retain(|(l, _)| l != link);
        self.posts.push((link.to_owned(), id.to_owned()));
        let too_many = self.posts.len().saturating_sub(MOST_POSTS);
        self.posts.drain(..too_many);
    }

    /// The id of the post at an address, where it is another.
    pub fn post_at(&self, link: &str) -> Option<String> {
        self.posts.iter().find(|(l, _)| l == link).map(|(_, id)| id.clone())
    }
}
