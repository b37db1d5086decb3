//! Archives: what was said before Tertulia listened.
//!
//! A file is read twice, each time for another question. The [`Reader`] finds where its items are and gives them as
//! ranges of bytes: bounded memory, any size, resumable at each item. The [`Import`] connector then understands the
//! bytes of one range, as every connector does with what came from its wire, with a [`Hint`] that all items of the
//! file share. So the file itself can be the one blob that all its raw items refer to.

mod connector;
mod format;
mod guess;
mod mapping;
mod mbox;
mod plan;
mod preview;
mod reader;
mod report;
mod rows;
mod sniff;
mod table;
mod text;
mod times;
mod window;

pub use connector::{Import, connector};
pub use format::{Delimiter, Encoding, Format};
pub use guess::guess_mapping;
pub use mapping::{Field, Hint, Mapping, TimeFormat};
pub use preview::{Preview, PreviewMessage, Sample, preview, sample};
pub use reader::{ImportError, MOST_LINE_BYTES, MOST_MAIL_BYTES, MOST_ROW_BYTES, ReadItem, Reader, Trouble, open};
pub use report::{NOTHING_SAID, Report};
pub use sniff::{Packing, Sniffed, sniff};
pub use window::Input;
