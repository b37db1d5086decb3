//! Whether two identities may be one person: probabilistic record linkage.
//!
//! The model is that of Fellegi and Sunter (1969), "A theory for record linkage", with levels of agreement and term
//! frequencies (Winkler 1990), parameters learnt without labels by EM (Winkler 2000; Linacre et al. 2022, "Splink: free
//! software for probabilistic record linkage at scale"). `docs/guides/identity.md` says in plain words what it does.
//!
//! 1. [`Record`]s are put into a [`Catalogue`], which folds them (any script) and keeps each different value once.
//! 2. [`Blocks`] say which pairs are worth comparing.
//! 3. [`estimate()`] learns [`Parameters`]; a small installation begins with [`Parameters::expected`].
//! 4. A [`Scorer`] gives each pair a [`Score`] (bits, and a probability) and its [`Reason`]s.
//! 5. [`resolve`] decides about all pairs together.
//!
//! ```
//! use tertulia_analysis::identity::*;
//! let mut catalogue = Catalogue::new();
//! let mail = Record::new().with(Field::FullName, "Ана Руис").with(Field::Email, "ana.ruiz@example.org");
//! let chat = Record::new().with(Field::FullName, "Ana Ruiz").with(Field::Handle, "@anaruiz@example.social");
//! let (mail, chat) = (catalogue.add(&mail), catalogue.add(&chat));
//! let parameters = Parameters::expected(1_000);
//! let scorer = Scorer::new(&catalogue, &parameters);
//! assert!(scorer.score(mail, chat).weight > 15.0);
//! assert_eq!(scorer.reasons(mail, chat)[0].about, About::Comparison(Comparison::GivenName, Level::Exact));
//! ```

mod blocking;
mod catalogue;
mod compare;
mod distance;
mod estimate;
pub mod fold;
mod frequencies;
mod hash;
mod household;
mod levels;
mod normal;
mod overlap;
mod parameters;
mod pattern;
mod record;
pub mod resolve;
mod score;
mod traits;

pub use blocking::{Blocking, Blocks, KEY_VERSION, Scope, keys};
pub use catalogue::Catalogue;
pub use estimate::{Effort, Estimate, Patterns, estimate, maximise};
pub use frequencies::Frequencies;
pub use household::Household;
pub use normal::own_mailbox;
pub use parameters::{LevelProbabilities, Parameters};
pub use pattern::{Comparison, Level, Pattern};
pub use record::{Field, Record};
pub use score::{About, Reason, Score, Scorer};
pub use traits::{of_profile, of_signature};
