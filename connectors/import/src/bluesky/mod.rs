//! The repository of one account of the AT Protocol, as `com.atproto.sync.getRepo` gives it: a CAR file (version 1) whose
//! blocks are named by their hashes. What a record is called (`app.bsky.feed.post/3k…`) stands in the nodes of a tree.

mod blocks;
mod post;
mod tree;

pub(crate) use blocks::begins_a_car;
pub(crate) use post::normalise;

use crate::{
    reader::{ImportError, Next, Opened, Span, Steps, Trouble},
    said::placed,
    window::Input,
};
use blocks::{Block, Blocks, Digest, MOST_BLOCK_BYTES};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::{collections::VecDeque, io};

pub(crate) const SOURCE: &str = "bluesky";
pub(crate) const POSTS: &str = "app.bsky.feed.post";

/// What a record is called in its repository.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Place {
    pub(crate) did: String,
    pub(crate) rkey: String,
}

/// A post that the tree names.
pub(super) struct Named {
    digest: Digest,
    rkey: Box<str>,
    seen: bool,
}

pub(crate) fn open(input: Box<dyn Input>) -> Result<Opened, ImportError> {
    let mut blocks = Blocks::open(input)?;
    let tree = tree::read(&mut blocks)?;
    let name = tree.profile.and_then(|profile| post::display_name(&profile));
    let facts = json!({ "did": tree.did, "name": name });
    let at = blocks.first();
    blocks.go_to(at)?;
    let steps = Records {
        blocks,
        at,
        did: tree.did,
        posts: tree.posts,
        inner: tree.inner,
        lost: tree.lost,
        waiting: VecDeque::new(),
    };
    Ok((Box::new(steps), facts))
}

/// The blocks in the order of the file; those that are posts are items.
struct Records {
    blocks: Blocks,
    at: u64,
    did: String,
    /// Sorted by their digests.
    posts: Vec<Named>,
    /// The blocks of which the tree is made, sorted.
    inner: Vec<Digest>,
    /// Nodes of the tree that are not in the file.
    lost: usize,
    /// One block is several posts where somebody said the same twice in the same moment.
    waiting: VecDeque<(Span, Vec<u8>)>,
}

const OTHER: &str = "It is a record of another kind (a like, a repost, a follow, a profile), no post.";
const CUT_OFF: &str =
    "The file ends in the middle of this: it was cut off. Download it again; what came before it is safe.";

impl Records {
    fn post(&mut self, block: &Block, data: Vec<u8>) -> Result<Next, Trouble> {
        let from = self.posts.partition_point(|post| post.digest < block.digest);
        let same = self.posts[from..].iter_mut().take_while(|post| post.digest == block.digest);
        let names: Vec<Box<str>> = same
            .map(|post| {
                post.seen = true;
                post.rkey.clone()
            })
            .collect();
        let at = block.span();
        if names.is_empty() {
            let is_inner = self.inner.binary_search(&block.digest).is_ok();
            return Ok((!is_inner).then(|| Err(Trouble::passed_over(at, OTHER))));
        }
        if blocks::digest(&data) != block.digest {
            return Err(Trouble::new(
                at,
                "This record is damaged: it is not what its name says. Download the repository again.",
            ));
        }
        let last = names.len() as u64 - 1;
        for (n, rkey) in (0..).zip(names) {
            let bytes = placed(&Place { did: self.did.clone(), rkey: rkey.into() }, &data);
            // Each of several has an offset of its own inside the block.
            let next_offset = if n == last { at.next_offset } else { at.offset + n + 1 };
            self.waiting.push_back((Span { offset: at.offset + n, length: at.length - n, next_offset }, bytes));
        }
        Ok(self.give_waiting())
    }

    fn give_waiting(&mut self) -> Next {
        let (at, bytes) = self.waiting.pop_front()?;
        self.at = at.next_offset;
        Some(Ok(at.with(Some(bytes))))
    }

    /// What the tree names and the file does not hold: told once, at its end.
    fn missing(&mut self) -> Next {
        let missing = self.posts.iter_mut().map(|post| usize::from(!std::mem::replace(&mut post.seen, true))).sum();
        let reason = match (missing, std::mem::take(&mut self.lost)) {
            (0, 0) => return None,
            (0, lost) => format!(
                "{lost} parts of its index are not in this file, and whatever posts they name. Download the repository again."
            ),
            (posts, _) => {
                format!("{posts} posts that its index names are not in this file. Download the repository again.")
            }
        };
        let at = Span { offset: self.at, length: 0, next_offset: self.at + 1 };
        self.at += 1;
        Some(Err(Trouble::new(at, reason)))
    }
}

impl Steps for Records {
    fn here(&self) -> u64 {
        self.at
    }

    fn next_step(&mut self) -> io::Result<Next> {
        if let Some(item) = self.give_waiting() {
            return Ok(Some(item));
        }
        loop {
            let Some(block) = self.blocks.next()? else { return Ok(self.missing()) };
            self.at = block.end;
            if block.is_cut_off {
                return Ok(Some(Err(Trouble::new(block.span(), CUT_OFF))));
            }
            if block.length > MOST_BLOCK_BYTES {
                let reason = format!("This block is larger than {} MB, which no record is.", MOST_BLOCK_BYTES >> 20);
                return Ok(Some(Err(Trouble::new(block.span(), reason))));
            }
            let data = self.blocks.data(&block)?;
            match self.post(&block, data) {
                Ok(None) => {}
                Ok(some) => return Ok(some),
                Err(trouble) => return Ok(Some(Err(trouble))),
            }
        }
    }
    /// Items bring their own.
    fn bytes(&mut self, _: u64, _: u64) -> io::Result<Vec<u8>> {
        Ok(Vec::new())
    }
}
