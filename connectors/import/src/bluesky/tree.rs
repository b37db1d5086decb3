//! The tree that names the records of a repository ("Merkle search tree" of the AT Protocol): each node holds some keys,
//! shortened by what they share with the one before, and links to the nodes between them.

use super::{
    Named, POSTS,
    blocks::{Block, Blocks, Digest, MOST_BLOCK_BYTES, digest, digest_of},
};
use crate::reader::ImportError;
use ipld_core::ipld::Ipld;
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    io,
};

/// More than anybody posts; all their names are held at once.
const MOST_POSTS: usize = 2_000_000;
/// All nodes' places are held while the tree is walked.
const MOST_NODES: usize = 4_000_000;
/// The protocol's own bound for a key (collection and record key).
const LONGEST_KEY: usize = 1024;
const PROFILE: &str = "app.bsky.actor.profile/self";

pub(super) struct Tree {
    pub(super) did: String,
    pub(super) posts: Vec<Named>,
    /// The commit and the nodes.
    pub(super) inner: Vec<Digest>,
    pub(super) lost: usize,
    pub(super) profile: Option<Vec<u8>>,
}

fn unreadable(what: &str) -> ImportError {
    ImportError::Unreadable(what.to_owned())
}

pub(super) fn read(blocks: &mut Blocks) -> Result<Tree, ImportError> {
    let (root, mut nodes, mut commit) = (blocks.root, HashMap::new(), None);
    while let Some(block) = blocks.next()? {
        if block.digest == root {
            commit = Some(block);
        } else if may_be_a_node(&block) {
            nodes.insert(block.digest, block);
            if nodes.len() > MOST_NODES {
                return Err(unreadable("This repository is larger than any account's. Nothing of it was taken."));
            }
        }
    }
    let no_commit = || unreadable("The beginning of this repository is not in the file. Download it again.");
    let Some(Ipld::Map(commit)) = commit.map(|block| node(blocks, &block)).transpose()?.flatten() else {
        return Err(no_commit());
    };
    let (Some(Ipld::String(did)), Some(Ipld::Link(data))) = (commit.get("did"), commit.get("data")) else {
        return Err(no_commit());
    };
    let did_is_fine = did.starts_with("did:") && did.len() <= 256 && did.bytes().all(|byte| byte.is_ascii_graphic());
    let data = digest_of(data).filter(|_| did_is_fine).ok_or_else(no_commit)?;
    let mut walk = Walk { nodes, seen: HashSet::new(), posts: Vec::new(), lost: 0, profile: None };
    walk.all(blocks, data)?;
    walk.posts.sort_by(|a, b| a.digest.cmp(&b.digest).then_with(|| a.rkey.cmp(&b.rkey)));
    let mut inner: Vec<Digest> = walk.seen.into_iter().chain([root]).collect();
    inner.sort_unstable();
    let profile = walk.profile.map(|wanted| one(blocks, wanted)).transpose()?.flatten();
    Ok(Tree { did: did.clone(), posts: walk.posts, inner, lost: walk.lost, profile })
}

/// A map of two whose first key is `e`: no record is one, since each says its `$type`.
fn may_be_a_node(block: &Block) -> bool {
    block.first == [0xa2, 0x61, b'e']
}

/// What a block holds, if it is what its name says.
fn node(blocks: &mut Blocks, block: &Block) -> io::Result<Option<Ipld>> {
    if block.length > MOST_BLOCK_BYTES {
        return Ok(None);
    }
    let data = blocks.data(block)?;
    Ok((digest(&data) == block.digest).then(|| serde_ipld_dagcbor::from_slice(&data).ok()).flatten())
}

/// Looks a single block up, from the beginning of the file.
fn one(blocks: &mut Blocks, wanted: Digest) -> io::Result<Option<Vec<u8>>> {
    let first = blocks.first();
    blocks.go_to(first)?;
    while let Some(block) = blocks.next()? {
        if block.digest == wanted && block.length <= MOST_BLOCK_BYTES {
            return blocks.data(&block).map(Some);
        }
    }
    Ok(None)
}

struct Walk {
    nodes: HashMap<Digest, Block>,
    /// Each node is visited once, whatever links to it.
    seen: HashSet<Digest>,
    posts: Vec<Named>,
    lost: usize,
    profile: Option<Digest>,
}

impl Walk {
    fn all(&mut self, blocks: &mut Blocks, top: Digest) -> Result<(), ImportError> {
        let mut ahead = vec![top];
        while let Some(next) = ahead.pop() {
            if !self.seen.insert(next) {
                continue;
            }
            let found = match self.nodes.get(&next).copied() {
                Some(block) => node(blocks, &block)?,
                None => None,
            };
            match found {
                Some(Ipld::Map(node)) => self.one(&node, &mut ahead),
                _ => self.lost += 1,
            }
            if self.posts.len() > MOST_POSTS {
                return Err(unreadable(
                    "This repository holds more posts than anybody writes. Nothing of it was taken.",
                ));
            }
        }
        Ok(())
    }

    fn one(&mut self, node: &BTreeMap<String, Ipld>, ahead: &mut Vec<Digest>) {
        let mut link = |link: Option<&Ipld>| {
            if let Some(Ipld::Link(cid)) = link {
                ahead.extend(digest_of(cid));
            }
        };
        link(node.get("l"));
        let Some(Ipld::List(entries)) = node.get("e") else { return };
        let mut key: Vec<u8> = Vec::new();
        for entry in entries {
            let Ipld::Map(entry) = entry else { continue };
            link(entry.get("t"));
            let (Some(Ipld::Integer(shared)), Some(Ipld::Bytes(rest)), Some(Ipld::Link(value))) =
                (entry.get("p"), entry.get("k"), entry.get("v"))
            else {
                continue;
            };
            let shared = usize::try_from(*shared).unwrap_or(usize::MAX);
            if shared > key.len() || shared + rest.len() > LONGEST_KEY {
                // The keys after it build on this one.
                self.lost += 1;
                break;
            }
            key.truncate(shared);
            key.extend_from_slice(rest);
            if let (Ok(key), Some(digest)) = (std::str::from_utf8(&key), digest_of(value)) {
                self.note(key, digest);
            }
        }
    }

    fn note(&mut self, key: &str, digest: Digest) {
        if key == PROFILE {
            self.profile = Some(digest);
        }
        let Some((POSTS, rkey)) = key.split_once('/') else { return };
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._:~-".contains(&byte);
        if !rkey.is_empty() && rkey.bytes().all(is_plain) {
            self.posts.push(Named { digest, rkey: rkey.into(), seen: false });
        }
    }
}
