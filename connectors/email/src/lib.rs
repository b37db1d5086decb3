//! E-mail: IMAP in, SMTP out.

mod addresses;
mod attach;
mod autos;
mod bounce;
mod html;
mod mime;
mod parse;
mod text;
mod token;

pub use addresses::plain_address;
pub use html::html_to_text;
pub use parse::{Folder, parse_mail};
