//! HTML as connectors need it: what it says as text, and what stands in its tags. Nothing of it is shown from here.

mod pictures;
mod tags;
mod text;

pub use pictures::shown_in;
pub use tags::{Tag, Token, Tokens, tokens};
pub use text::html_to_text;
