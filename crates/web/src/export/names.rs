//! Names that stand for one thing each: figures are told apart by whom they are of, and a channel that was connected anew, a
//! topic or a segment may be called as another is.

use std::collections::{HashMap, HashSet};

/// The names that are given so far.
#[derive(Debug, Default)]
pub(crate) struct Names {
    given: HashSet<String>,
    /// Of those that were wanted again, the number to try next.
    next: HashMap<String, u64>,
}

impl Names {
    /// The name, with a number behind it where it stands for something else already.
    pub fn only(&mut self, name: &str) -> String {
        if self.given.insert(name.to_owned()) {
            return name.to_owned();
        }
        let next = self.next.entry(name.to_owned()).or_insert(2);
        loop {
            let numbered = format!("{name} ({next})");
            *next += 1;
            if self.given.insert(numbered.clone()) {
                return numbered;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_called_the_same_is_told_apart_by_a_number() {
        let mut names = Names::default();
        let given = ["tea", "tea (2)", "tea", "coffee", "tea", ""].map(|name| names.only(name));
        assert_eq!(given, ["tea", "tea (2)", "tea (3)", "coffee", "tea (4)", ""]);
    }
}
