//! Languages whose messages are half English. A model of letters that learnt them from tweets finds them in plain English, too
//! ("Did you call me just now?"): where it is not nearly sure, one of their own small words must be there.

use crate::tokens::{fold, for_each_token};
use std::collections::HashSet;
use std::sync::LazyLock;

struct Mingled {
    code: &'static str,
    /// As sure as this it is believed without a word.
    sure: f32,
    /// Small words that English has not, folded.
    words: HashSet<String>,
}

fn mingled(code: &'static str, sure: f32, words: &str) -> Mingled {
    Mingled { code, sure, words: words.split_whitespace().map(fold).collect() }
}

/// Nigerian Pidgin, and Hindi in Latin letters.
static ALL: LazyLock<[Mingled; 2]> = LazyLock::new(|| {
    [
        mingled(
            "pcm",
            0.97,
            "dey deh wey wetin abeg una na sef sabi pikin oga comot commot wahala abi shey jare jor naija chai omo \
             biko sey nawa mumu kuku yansh yawa wayo yeye kasala nor",
        ),
        mingled(
            "hi-Latn",
            0.9,
            "hai hain nahi nahin nhi kya kyu kyun mein bhi aur toh tum aap mera meri tera teri karo karna karte raha \
             rahe rahi yeh woh bhai sirf koi kuch phir fir abhi hum tha thi gaya gayi liye wala wale wali apna apne \
             apni agar lekin accha acha bahut bohot yaar ka ki ke ko",
        ),
    ]
});

/// Whether a text may be in a language that was found in it.
pub(super) fn is_borne_out(code: &str, confidence: f32, text: &str) -> bool {
    let Some(language) = ALL.iter().find(|one| one.code == code) else { return true };
    if confidence >= language.sure {
        return true;
    }
    let mut is_there = false;
    for_each_token(text, |word, _| is_there |= language.words.contains(word));
    is_there
}
