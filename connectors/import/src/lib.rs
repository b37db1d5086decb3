//! Archives: what was said before Tertulia listened.
//!
//! A file is read twice, each time for another question. The [`Reader`] finds where its items are and gives them as
//! ranges of bytes: bounded memory, any size, resumable at each item. The [`Import`] connector then understands the
//! bytes of one range, as every connector does with what came from its wire, with a [`Hint`] that all items of the
//! file share. So the file itself can be the one blob that all its raw items refer to; where an export is packed, or an
//! item says too little without what stands around it, the item brings its own bytes.
//!
//! ```
//! use tertulia_connector_import::{Delimiter, Format, Mapping, open};
//!
//! let file = std::io::Cursor::new(b"id,words\n1,Good morning\n2,\"And\ngood night\"\n".to_vec());
//! let mapping = Mapping { text: Some("words".to_owned()), ..Mapping::default() };
//! let reader = open(Format::Csv(Delimiter::Comma), &mapping, file, 0)?;
//! let offsets: Vec<u64> = reader.filter_map(Result::ok).map(|item| item.offset).collect();
//! assert_eq!(offsets, [9, 24]);
//! # Ok::<(), tertulia_connector_import::ImportError>(())
//! ```

mod archives;
mod bluesky;
mod bounds;
mod connector;
mod discourse;
mod elements;
mod format;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
mod guess;
mod json;
mod mapping;
mod mastodon;
mod mbox;
mod names;
mod packed;
mod plain;
mod plan;
mod preview;
mod reader;
mod rows;
mod said;
mod scan;
mod slack;
mod sniff;
mod table;
mod text;
mod window;
mod wordpress;

pub use connector::{Import, connector};
pub use format::{Delimiter, Encoding, Format};
pub use guess::guess_mapping;
pub use mapping::{Field, Hint, Mapping, TimeFormat};
pub use preview::{PreviewMessage, Sample, preview, sample};
pub use reader::{
    ImportError, MOST_LINE_BYTES, MOST_MAIL_BYTES, MOST_POST_BYTES, MOST_ROW_BYTES, ReadItem, Reader, Trouble, open,
};
pub use sniff::{Packing, Sniffed, sniff};
use tertulia_connector::times;
pub use window::Input;
