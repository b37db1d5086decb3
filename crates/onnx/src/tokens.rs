//! Text as the numbers that a model was trained on, by its own `tokenizer.json`.

use tokenizers::{Tokenizer, TruncationParams};

/// Characters a token that are looked at, at most: what stands behind so many is beyond the model's limit anyway, and one
/// word without an end must not take long.
const CHARACTERS_EACH: usize = 32;

pub(crate) struct Tokens {
    tokenizer: Tokenizer,
    limit: usize,
    last: i64,
}

/// A text as it goes into the model.
pub(crate) struct Encoded {
    pub ids: Vec<i64>,
    pub types: Vec<i64>,
}

impl Tokens {
    pub fn read(bytes: &[u8], limit: usize) -> Result<Self, String> {
        let broken = |error| format!("this is no tokenizer as it should be: {error}");
        let mut tokenizer = Tokenizer::from_bytes(bytes).map_err(broken)?;
        // Each text goes by itself, at its own length.
        tokenizer.with_padding(None);
        let last = tokenizer.get_vocab(true).into_values().max().ok_or("it knows no word")?;
        let mut tokens = Self { tokenizer, limit, last: last.into() };
        tokens.limit(limit)?;
        Ok(tokens)
    }

    /// Cuts longer texts, with what ends them kept.
    pub fn limit(&mut self, limit: usize) -> Result<(), String> {
        let cut = TruncationParams { max_length: limit, ..TruncationParams::default() };
        self.limit = limit;
        self.tokenizer.with_truncation(Some(cut)).map(drop).map_err(|error| error.to_string())
    }

    /// The highest number that it gives.
    pub fn last(&self) -> i64 {
        self.last
    }

    pub fn encode(&self, text: &str) -> Result<Encoded, String> {
        let end = text.char_indices().nth(self.limit * CHARACTERS_EACH).map_or(text.len(), |(at, _)| at);
        let encoded = self.tokenizer.encode_fast(&text[..end], true).map_err(|error| error.to_string())?;
        let ids: Vec<i64> = encoded.get_ids().iter().take(self.limit).map(|id| i64::from(*id)).collect();
        let types = encoded.get_type_ids().iter().take(ids.len()).map(|one| i64::from(*one)).collect();
        if ids.is_empty() { Err("nothing of it is known".to_owned()) } else { Ok(Encoded { ids, types }) }
    }
}
