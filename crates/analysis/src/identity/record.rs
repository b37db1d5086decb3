//! What is known of one identity.

/// What a value says about somebody. The order is that of [`super::Comparison`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    /// A name as it is shown, in any script and in either order; its parts are found by [`super::fold::split_name`].
    FullName,
    GivenName,
    Surname,
    StreetNumber,
    Street,
    /// A second line of an address: house, building, part of town.
    Locality,
    /// Town or suburb.
    Place,
    Postcode,
    /// State, province, county.
    Region,
    /// `1984-03-27`, `19840327`, or `27.3.1984` (day first).
    BirthDate,
    Email,
    Phone,
    /// What somebody is called on a channel: `@ana@example.social`, `ana.bsky.social`, `u/ana`.
    Handle,
    /// An address of the web: one that stands in a profile, or that of the profile itself, so that a link from one
    /// profile to another is an agreement.
    Link,
    /// One line of a mail's signature.
    Signature,
}

/// What is known of one identity: values of fields, each field none, one or several times.
///
/// A field without a value is no evidence; of several values the pair that agrees best counts.
///
/// ```
/// use tertulia_analysis::identity::{Field, Record};
/// let record = Record::new().with(Field::FullName, "Ana Ruiz").with(Field::Email, "ana.ruiz@example.org");
/// assert_eq!(record.values().count(), 2);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Record(Vec<(Field, String)>);

impl Record {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a value; one without any letter or digit is no value.
    #[must_use]
    pub fn with(mut self, field: Field, value: &str) -> Self {
        self.add(field, value);
        self
    }

    /// Adds a value; one without any letter or digit is no value.
    pub fn add(&mut self, field: Field, value: &str) {
        let value = value.trim();
        if value.chars().any(char::is_alphanumeric) {
            self.0.push((field, value.to_owned()));
        }
    }

    pub fn values(&self) -> impl Iterator<Item = (Field, &str)> {
        self.0.iter().map(|(field, value)| (*field, value.as_str()))
    }
}
