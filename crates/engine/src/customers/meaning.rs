//! What the columns of a list mean: guessed by what they are called, chosen by a member, and read row by row.

use super::values::{self, How, Kind};
use crate::amounts::Written;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use tertulia_connector::{
    addresses::is_mail_address,
    numbers,
    table::{Free, folded},
    times::TimeFormat,
};

/// What one column holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Means {
    Name,
    Mail,
    Phone,
    /// A handle on a kind of channel, by its space.
    Handle(String),
    ExternalId,
    Organisation,
    /// An attribute, by its name.
    Attribute(String),
    /// One that is made by this list, called as its column is.
    New(Kind),
}

/// What a member said of a list.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Mapping {
    /// Columns that mean nothing are not among them.
    pub columns: BTreeMap<String, Means>,
    pub dates: TimeFormat,
    /// How numbers are written, in all columns.
    pub numbers: Written,
    /// The country of numbers that do not say theirs, as its digits: `49`.
    pub country: String,
}

/// What a column means, in one word of a form or a program.
pub fn key_of(means: &Means) -> String {
    match means {
        Means::Name => "name".to_owned(),
        Means::Mail => "mail".to_owned(),
        Means::Phone => "phone".to_owned(),
        Means::ExternalId => "id".to_owned(),
        Means::Organisation => "organisation".to_owned(),
        Means::Handle(space) => format!("handle:{space}"),
        Means::Attribute(name) => format!("attribute:{name}"),
        Means::New(kind) => format!("new:{}", kind.as_str()),
    }
}

/// The same backwards; none for a word that says nothing.
pub fn meaning_of(key: &str) -> Option<Means> {
    Some(match key.split_once(':') {
        // These are read in one way alone, as identities keep them.
        Some(("handle", "mail")) => Means::Mail,
        Some(("handle", numbers::SPACE)) => Means::Phone,
        Some(("handle", space)) => Means::Handle(space.to_owned()),
        Some(("attribute", name)) => Means::Attribute(name.to_owned()),
        Some(("new", kind)) => Means::New(Kind::of(kind)),
        _ => match key {
            "name" => Means::Name,
            "mail" => Means::Mail,
            "phone" => Means::Phone,
            "id" => Means::ExternalId,
            "organisation" => Means::Organisation,
            _ => return None,
        },
    })
}

/// By what columns are called: folded, most telling first.
const CALLED: [(&str, &str); 10] = [
    (
        "mail",
        "email emailaddress mail mailaddress correo correoelectronico courriel adresseemail emailadresse posta indirizzoemail",
    ),
    (
        "phone",
        "phone phonenumber mobile mobilephone telephone tel telefon telefono telephonenumber handy movil cellulare",
    ),
    (
        "id",
        "customerid customernumber externalid accountid clientid kundennummer kundennr numerocliente numeroclient id",
    ),
    ("name", "name fullname customername contactname contact customer kunde nombre nom nome cliente client"),
    (
        "organisation",
        "organisation organization company companyname firma unternehmen empresa entreprise societe azienda",
    ),
    ("segment", "segment customersegment customergroup kundengruppe segmento tier group gruppe"),
    ("region", "region area territory gebiet land country pais pays paese"),
    ("language", "language sprache idioma langue lingua locale"),
    ("plan", "plan subscription tariff tarif product abo"),
    ("since", "customersince since signupdate signedup joined createdat created kundeseit clientedesde"),
];

/// A mapping to start from.
pub fn guess(columns: &[String]) -> Mapping {
    let mut free = Free::of(columns);
    let mut found = BTreeMap::new();
    for (what, names) in CALLED {
        let Some(column) = free.take(names) else { continue };
        let means = match what {
            "mail" => Means::Mail,
            "phone" => Means::Phone,
            "id" => Means::ExternalId,
            "name" => Means::Name,
            "organisation" => Means::Organisation,
            attribute => Means::Attribute(attribute.to_owned()),
        };
        found.insert(column, means);
    }
    Mapping { columns: found, ..Mapping::default() }
}

impl Mapping {
    pub fn read(json: &str) -> Self {
        serde_json::from_str(json).unwrap_or_default()
    }

    /// A meaning that two columns have, of which each row can have but one.
    pub(super) fn twice(&self) -> Option<&str> {
        let mut seen = std::collections::BTreeSet::new();
        let mut only_once = self.columns.iter().filter_map(|(column, means)| match means {
            Means::Mail | Means::Phone | Means::Handle(_) => None,
            Means::New(_) => Some((column, format!("attribute:{}", name_of(column)))),
            other => Some((column, key_of(other))),
        });
        only_once.find(|(_, key)| !seen.insert(key.clone())).map(|(column, _)| column.as_str())
    }

    /// Whether a row can be known again by it.
    pub fn knows_again(&self) -> bool {
        self.columns.values().any(|m| matches!(m, Means::ExternalId | Means::Mail | Means::Phone | Means::Handle(_)))
    }
}

impl Means {
    /// What the values of a column are, where it holds an attribute's. Where one of a new one's name was there before, it is of
    /// the kind that it was.
    pub(super) fn kind(&self, column: &str, kinds: &BTreeMap<String, Kind>) -> Option<Kind> {
        match self {
            Self::Attribute(name) => Some(kinds.get(name).copied().unwrap_or(Kind::Text)),
            Self::New(kind) => Some(kinds.get(&name_of(column)).copied().unwrap_or(*kind)),
            _ => None,
        }
    }
}

/// What one row says.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Entry {
    pub line: i64,
    pub external_id: Option<String>,
    pub name: String,
    pub organisation: Option<String>,
    /// (space, handle), as identities have them.
    pub handles: Vec<(String, String)>,
    /// (attribute, value): the attribute as it is stored.
    pub values: Vec<(String, values::Read)>,
}

/// Bytes of a name, an id, a handle.
const LONGEST: usize = 300;

impl Entry {
    /// By what it is known again: its number, else its first address. Another list counts for itself.
    pub fn key(&self, list: &str) -> Option<String> {
        // Neither holds a line break.
        self.external_id.as_ref().map(|id| format!("id:{id}\n{list}")).or_else(|| self.address_key(list))
    }

    /// By what it was known as long as the list had no numbers.
    pub fn address_key(&self, list: &str) -> Option<String> {
        self.handles.first().map(|(space, handle)| format!("at:{space}:{handle}\n{list}"))
    }

    /// Takes what one cell says, or says what is wrong with it.
    fn take(
        &mut self,
        cell: String,
        (column, means): (&str, &Means),
        country: &str,
        how: &How<'_>,
        kinds: &BTreeMap<String, Kind>,
    ) -> Result<(), String> {
        if cell.len() > LONGEST && !matches!(means, Means::Attribute(_) | Means::New(_)) {
            return Err(format!("it is longer than {LONGEST} letters."));
        }
        match means {
            Means::Name => self.name = cell,
            Means::ExternalId => self.external_id = Some(cell),
            Means::Organisation => self.organisation = Some(cell),
            Means::Mail => {
                // An address is the same whatever its case, as identities keep it.
                let address = cell.to_lowercase();
                if !is_mail_address(&address) {
                    return Err("this is no e-mail address.".to_owned());
                }
                self.handles.push(("mail".to_owned(), address));
            }
            Means::Phone => {
                let number = numbers::canonical(&cell, country)
                    .ok_or("this is no telephone number with its country, such as +49 171 1234567.")?;
                self.handles.push((numbers::SPACE.to_owned(), number));
            }
            Means::Handle(space) => {
                let bare = cell.strip_prefix('@').unwrap_or(&cell).to_owned();
                self.handles.push((space.clone(), bare));
            }
            Means::Attribute(_) | Means::New(_) => {
                let name = if let Means::Attribute(name) = means { name.clone() } else { name_of(column) };
                let kind = means.kind(column, kinds).unwrap_or(Kind::Text);
                self.values.push((name, values::read(&cell, kind, how)?));
            }
        }
        Ok(())
    }

    /// Of all that it says: the same from the same.
    pub fn digest(&self, list: &str) -> String {
        let mut hasher = blake3::Hasher::new();
        let mut add = |text: &str| {
            hasher.update(&(text.len() as u64).to_le_bytes());
            hasher.update(text.as_bytes());
        };
        for text in [list, self.external_id.as_deref().unwrap_or_default(), &self.name] {
            add(text);
        }
        add(self.organisation.as_deref().unwrap_or_default());
        for (space, handle) in &self.handles {
            add(space);
            add(handle);
        }
        for (attribute, read) in &self.values {
            add(attribute);
            add(&read.value);
        }
        hasher.finalize().to_hex()[..32].to_owned()
    }
}

/// Why a row is not taken; and what it says otherwise, by which it may be known of whom.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Wrong {
    pub why: String,
    pub rest: Option<Box<Entry>>,
}

impl From<String> for Wrong {
    fn from(why: String) -> Self {
        Self { why, rest: None }
    }
}

/// Reads a row. `kinds`: of each attribute that the list may name; `numbers`: how those of a column are written.
pub(super) fn entry(
    line: u64,
    cells: &Map<String, Value>,
    mapping: &Mapping,
    how: &How<'_>,
    (kinds, numbers): (&BTreeMap<String, Kind>, &BTreeMap<String, Written>),
) -> Result<Entry, Wrong> {
    let mut entry = Entry { line: i64::try_from(line).unwrap_or(i64::MAX), ..Entry::default() };
    let mut wrong = None;
    for (column, means) in &mapping.columns {
        let Some(cell) = cells.get(column).and_then(Value::as_str).map(values::line).filter(|c| !c.is_empty()) else {
            continue;
        };
        let how = How { numbers: numbers.get(column).copied().unwrap_or(mapping.numbers), ..*how };
        if let Err(why) = entry.take(cell, (column.as_str(), means), &mapping.country, &how, kinds) {
            wrong.get_or_insert_with(|| format!("“{column}”: {why}"));
        }
    }
    // The mail address first: by it most are known.
    entry.handles.sort_by_key(|(space, _)| space != "mail");
    entry.handles.dedup();
    if let Some(why) = wrong {
        return Err(Wrong { why, rest: Some(Box::new(entry)) });
    }
    if entry.external_id.is_none() && entry.handles.is_empty() {
        return Err("It has neither a number nor an address, so nobody could know it again.".to_owned().into());
    }
    if entry.name.is_empty() {
        let called = entry.handles.first().map(|(_, handle)| handle.clone()).or_else(|| entry.external_id.clone());
        entry.name = called.unwrap_or_default();
    }
    Ok(entry)
}

/// By what an attribute of this title is known.
pub fn name_of(title: &str) -> String {
    let name: String = folded(title).chars().take(60).collect();
    if name.is_empty() { format!("x{}", &blake3::hash(title.as_bytes()).to_hex()[..12]) } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::tz::TimeZone;
    use serde_json::json;

    fn read(mapping: &Mapping, cells: Value) -> Result<Entry, Wrong> {
        let kinds = [("segment".to_owned(), Kind::Choice), ("since".to_owned(), Kind::Date)].into();
        let how = How { dates: mapping.dates, zone: &TimeZone::UTC, numbers: mapping.numbers };
        entry(7, cells.as_object().unwrap(), mapping, &how, (&kinds, &BTreeMap::new()))
    }

    #[test]
    fn columns_are_understood_by_what_they_are_called() {
        let columns = ["Kunden-Nr.", "Firma", "E-Mail", "Telefon", "Kundengruppe", "Seat count"].map(str::to_owned);
        let found = guess(&columns).columns;
        assert_eq!(found["Kunden-Nr."], Means::ExternalId);
        assert_eq!(found["Firma"], Means::Organisation);
        assert_eq!(found["E-Mail"], Means::Mail);
        assert_eq!(found["Kundengruppe"], Means::Attribute("segment".to_owned()));
        assert!(!found.contains_key("Seat count"), "what it means is for a member to say");
    }

    #[test]
    fn a_row_is_read_and_a_wrong_cell_says_which() {
        let mut mapping = guess(&["id", "email", "phone", "segment", "since"].map(str::to_owned));
        let cells =
            json!({ "id": "7", "email": "Ann@Shop.example", "phone": "+49 171 1234567", "segment": "Wholesale" });
        let found = read(&mapping, cells).unwrap();
        assert_eq!(found.key("CRM").as_deref(), Some("id:7\nCRM"));
        assert_ne!(found.key("CRM"), found.key("Shop"), "another list counts for itself");
        assert_eq!(found.name, "ann@shop.example");
        assert_eq!(found.handles[1], ("sms".to_owned(), "+491711234567".to_owned()));
        for (column, cell) in [("email", "ann at shop"), ("phone", "0171 1234567"), ("since", "soon")] {
            let wrong = read(&mapping, json!({ "id": "7", column: cell })).unwrap_err();
            assert!(wrong.why.starts_with(&format!("“{column}”")), "{}", wrong.why);
            assert_eq!(wrong.rest.unwrap().key("CRM").as_deref(), Some("id:7\nCRM"), "of whom it speaks is known");
        }
        mapping.country = "49".to_owned();
        assert!(read(&mapping, json!({ "phone": "0171 1234567" })).is_ok());
        assert!(read(&mapping, json!({ "segment": "Retail" })).unwrap_err().why.contains("neither a number"));
    }

    #[test]
    fn what_says_the_same_has_the_same_digest() {
        let mapping = guess(&["id", "segment"].map(str::to_owned));
        let one = read(&mapping, json!({ "id": "7", "segment": "Retail" })).unwrap();
        assert_eq!(one.digest("a"), Entry { line: 9, ..one.clone() }.digest("a"));
        assert_ne!(one.digest("a"), one.digest("b"));
        assert_ne!(one.digest("a"), read(&mapping, json!({ "id": "7", "segment": "Retail." })).unwrap().digest("a"));
    }
}
