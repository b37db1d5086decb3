//! Archives: what was said before Tertulia listened.
//!
//! A file is read twice, each time for another question. The [`Reader`] finds where its items are and gives them as
//! ranges of bytes: bounded memory, any size, resumable at each item. The [`Import`] connector then understands the
//! bytes of one range, as every connector does with what came from its wire, with a [`Hint`] that all items of the
//! file share. So the file itself can be the one blob that all its raw items refer to.
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
mod bounds;
mod connector;
mod format;
mod guess;
mod mapping;
mod mbox;
mod names;
mod plan;
mod preview;
mod reader;
mod rows;
mod scan;
mod sniff;
mod table;
mod text;
mod window;

pub use connector::{Import, connector};
pub use format::{Delimiter, Encoding, Format};
pub use guess::guess_mapping;
pub use mapping::{Field, Hint, Mapping, TimeFormat};
pub use preview::{Preview, PreviewMessage, Sample, preview, sample};
pub use reader::{ImportError, MOST_LINE_BYTES, MOST_MAIL_BYTES, MOST_ROW_BYTES, ReadItem, Reader, Trouble, open};
pub use sniff::{Packing, Sniffed, sniff};
use tertulia_connector::times;
pub use window::Input;
