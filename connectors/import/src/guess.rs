//! Guesses which column holds what, by what columns are called in several languages and by what stands in them.

use crate::{
    mapping::{Field, Mapping, TimeFormat},
    names::names,
    times,
};
use jiff::tz::TimeZone;

/// The order in which columns are given away: those that are hardest to mistake first. The number of an edit is not among
/// them: it is told by what stands in it ([`Table::versions`]).
const ORDER: [Field; 15] = [
    Field::Html,
    Field::Text,
    Field::Parent,
    Field::Thread,
    Field::Id,
    Field::Time,
    Field::EditedAt,
    Field::Deleted,
    Field::Direction,
    Field::Subject,
    Field::Permalink,
    Field::Author,
    Field::AuthorName,
    Field::Recipient,
    Field::SourceColumn,
];

/// Rows that say what the columns mean: more would only bring more oddities.
const FEW: usize = 50;

/// A first guess at what the columns hold; `rows` are the first rows of the file, as many as there are at hand.
pub fn guess_mapping(columns: &[String], rows: &[Vec<String>]) -> Mapping {
    let table = Table { columns, rows: &rows[..rows.len().min(FEW)] };
    let all = Table { columns, rows };
    let mut mapping = Mapping::default();
    let mut taken = vec![false; columns.len()];
    if let Some((id, revision)) = all.versions() {
        for (field, column) in [(Field::Id, id), (Field::Revision, revision)] {
            taken[column] = true;
            mapping.set_column(field, Some(columns[column].clone()));
        }
    }
    for field in ORDER {
        if mapping.column(field).is_none()
            && let Some(column) = table.best(field, &taken)
        {
            taken[column] = true;
            mapping.set_column(field, Some(columns[column].clone()));
        }
    }
    if mapping.text.is_none() && mapping.html.is_none() {
        mapping.text = table.wordiest(&taken).map(|column| columns[column].clone());
    }
    if let Some(column) = table.number(mapping.time.as_deref()) {
        // A file may go on for hundreds of rows before a day above twelve tells its order.
        mapping.time_format = all.time_format(column);
    }
    if let (Some(id), Some(thread)) = (table.number(mapping.id.as_deref()), table.number(mapping.thread.as_deref())) {
        mapping.thread_is_first_message = table.threads_are_first_messages(id, thread);
    }
    mapping
}

struct Table<'a> {
    columns: &'a [String],
    rows: &'a [Vec<String>],
}

impl Table<'_> {
    fn number(&self, name: Option<&str>) -> Option<usize> {
        self.columns.iter().position(|column| Some(column.as_str()) == name)
    }

    fn cells(&self, column: usize) -> impl Iterator<Item = &str> {
        self.rows.iter().filter_map(move |row| row.get(column)).map(|cell| cell.trim()).filter(|cell| !cell.is_empty())
    }

    /// The column whose name is most telling for a field and whose cells do not speak against it.
    fn best(&self, field: Field, taken: &[bool]) -> Option<usize> {
        let free = (0..self.columns.len()).filter(|column| !taken[*column]);
        // The cells are looked at last: that takes longer than to look at a name.
        free.filter_map(|column| Some((rank(field, &self.columns[column])?, column)))
            .filter(|(_, column)| self.fits(field, *column))
            .min()
            .map(|(_, column)| column)
    }

    fn fits(&self, field: Field, column: usize) -> bool {
        let is_time = |cell: &str| times::read(cell, TimeFormat::Auto, &TimeZone::UTC).is_some() || american(cell);
        match field {
            Field::Time => self.cells(column).all(is_time),
            Field::Permalink => self.cells(column).all(|cell| cell.starts_with("http")),
            Field::EditedAt => self.cells(column).all(is_time),
            Field::Text => {
                self.cells(column).next().is_none() || !self.cells(column).all(|cell| cell.parse::<f64>().is_ok())
            }
            Field::Id => {
                let mut seen = std::collections::HashSet::new();
                self.cells(column).all(|cell| seen.insert(cell))
            }
            _ => true,
        }
    }

    /// The columns with the id and the number of the edit, where the file holds a row for each version: ids come again
    /// with other numbers, from the 0 of the original on. A column that is called so proves nothing ("version" may be
    /// the program's that somebody writes of), and whoever took its rows for edits would wait for ever for what they change.
    fn versions(&self) -> Option<(usize, usize)> {
        let named = |field: Field| {
            let columns = self.columns.iter().enumerate();
            columns.filter_map(move |(n, name)| Some((rank(field, name)?, n))).min().map(|(_, column)| column)
        };
        let (id, revision) = (named(Field::Id)?, named(Field::Revision)?);
        let mut numbers: std::collections::HashMap<&str, Vec<&str>> = std::collections::HashMap::new();
        for row in self.rows {
            let (Some(id), Some(number)) = (row.get(id), row.get(revision)) else { continue };
            numbers.entry(id).or_default().push(number);
        }
        let mut several = numbers.values_mut().filter(|numbers| numbers.len() > 1).peekable();
        let is_original = |number: &&str| number.parse::<f64>() == Ok(0.0);
        let are_versions = |numbers: &mut Vec<&str>| {
            numbers.sort_unstable();
            numbers.iter().any(is_original) && numbers.windows(2).all(|pair| pair[0] != pair[1])
        };
        (several.peek().is_some() && several.all(are_versions)).then_some((id, revision))
    }

    /// The free column with the most words in it.
    fn wordiest(&self, taken: &[bool]) -> Option<usize> {
        let words = |column: usize| self.cells(column).map(|cell| cell.split_whitespace().count()).sum::<usize>();
        let free = (0..self.columns.len()).filter(|column| !taken[*column]);
        free.map(|column| (words(column), column))
            .filter(|(words, _)| *words > self.rows.len())
            .max()
            .map(|(_, column)| column)
    }

    /// Every thread with several rows has one whose id is the thread's. One such row proves nothing: posts and topics
    /// that are both counted from 1 share numbers by accident.
    fn threads_are_first_messages(&self, id: usize, thread: usize) -> bool {
        let mut threads: std::collections::HashMap<&str, (usize, bool)> = std::collections::HashMap::new();
        for row in self.rows {
            let (Some(id), Some(thread)) = (row.get(id), row.get(thread)) else { continue };
            let (rows, named) = threads.entry(thread).or_default();
            *rows += 1;
            *named |= id == thread && !id.is_empty();
        }
        let mut several = threads.values().filter(|(rows, _)| *rows > 1).peekable();
        several.peek().is_some() && several.all(|(_, named)| *named)
    }

    /// Month first where a date can only be read so and none only otherwise; what cannot be read either way (the row
    /// that is cut where the sample ends) says nothing.
    fn time_format(&self, column: usize) -> TimeFormat {
        let by_itself = |cell: &str| times::read(cell, TimeFormat::Auto, &TimeZone::UTC).is_some();
        let told = self.cells(column).any(|cell| american(cell) && !by_itself(cell));
        let against = self.cells(column).any(|cell| by_itself(cell) && !american(cell));
        if told && !against { TimeFormat::MonthDayYear } else { TimeFormat::Auto }
    }
}

fn american(cell: &str) -> bool {
    times::read(cell, TimeFormat::MonthDayYear, &TimeZone::UTC).is_some()
}

/// How telling a name is: its place among the field's names, plain names before the last part of a dotted path.
fn rank(field: Field, column: &str) -> Option<(usize, usize)> {
    let place = |name: &str| names(field).position(|known| known == name);
    let Some((path, last)) = column.rsplit_once('.') else {
        return place(&folded(column)).map(|place| (0, place));
    };
    let last = folded(last);
    let owner = folded(path.rsplit('.').next().unwrap_or(path));
    // In "user.id" and "user.name" the last part speaks of a person, not of the message.
    if ["author", "user", "sender", "from", "customer", "account", "creator", "owner", "member"]
        .contains(&owner.as_str())
    {
        return match (field, last.as_str()) {
            (Field::Author, "id") => Some((2, 0)),
            (Field::Author, _) => place(&last).map(|place| (1, place)),
            (Field::AuthorName, _) => place(&last).map(|place| (1, place)),
            _ => None,
        };
    }
    place(&last).map(|place| (1, place))
}

/// Lower case, letters and digits only, without the accents of Latin letters.
fn folded(name: &str) -> String {
    let plain = |c: char| match c {
        'á' | 'à' | 'â' | 'ã' | 'ä' | 'å' => 'a',
        'é' | 'è' | 'ê' | 'ë' | 'ę' => 'e',
        'í' | 'ì' | 'î' | 'ï' => 'i',
        'ó' | 'ò' | 'ô' | 'õ' | 'ö' => 'o',
        'ú' | 'ù' | 'û' | 'ü' => 'u',
        'ç' | 'ć' => 'c',
        'ñ' => 'n',
        'ś' | 'ş' => 's',
        other => other,
    };
    name.to_lowercase().chars().filter(|c| c.is_alphanumeric() || !c.is_ascii()).map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guess(columns: &[&str], rows: &[&[&str]]) -> Mapping {
        let owned = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<String>>();
        guess_mapping(&owned(columns), &rows.iter().map(|row| owned(row)).collect::<Vec<_>>())
    }

    #[test]
    fn nobody_chooses_among_more_than_a_thousand_columns_and_guessing_among_them_takes_no_time() {
        let file = format!("{}text\n{}\n", "a b,".repeat(20_000), "1,".repeat(20_000));
        let begun = std::time::Instant::now();
        let seen = crate::sample(crate::Format::Csv(crate::Delimiter::Comma), file.as_bytes(), 10);
        assert_eq!((seen.columns.len(), seen.rows[0].len()), (1_000, 1_000));
        guess_mapping(&seen.columns, &seen.rows);
        assert!(begun.elapsed().as_secs() < 5, "{:?}", begun.elapsed());
    }

    #[test]
    fn columns_are_known_by_their_names_in_several_languages() {
        let spanish = guess(
            &["Fecha", "Remitente", "Asunto", "Mensaje"],
            &[&["31.12.2005 10:00", "ana@example.org", "Hola", "Buenos días"]],
        );
        assert_eq!(spanish.text.as_deref(), Some("Mensaje"));
        assert_eq!(spanish.author.as_deref(), Some("Remitente"));
        assert_eq!(spanish.time.as_deref(), Some("Fecha"));
        assert_eq!(spanish.subject.as_deref(), Some("Asunto"));
        let german = guess(&["Nr", "Absender", "Zeitpunkt", "Betreff", "Nachricht"], &[]);
        assert_eq!(german.text.as_deref(), Some("Nachricht"));
        assert_eq!(german.time.as_deref(), Some("Zeitpunkt"));
        let english = guess(&["id", "parent_id", "user.screen_name", "user.name", "created_at", "text", "url"], &[]);
        assert_eq!(english.id.as_deref(), Some("id"));
        assert_eq!(english.author.as_deref(), Some("user.screen_name"));
        assert_eq!(english.author_name.as_deref(), Some("user.name"));
        assert_eq!(english.parent.as_deref(), Some("parent_id"));
        assert_eq!(english.permalink.as_deref(), Some("url"));
    }

    #[test]
    fn what_stands_in_a_column_speaks_against_a_name_that_misleads() {
        let rows: &[&[&str]] = &[&["7", "Good coffee, thank you", "soon"], &["7", "The mill is loud", "later"]];
        let mapping = guess(&["id", "remarks", "time"], rows);
        assert_eq!(mapping.id, None, "an id that repeats is none");
        assert_eq!(mapping.time, None, "\"soon\" is no time");
        assert_eq!(mapping.text.as_deref(), Some("remarks"), "the wordiest column is the text");
    }

    #[test]
    fn a_column_called_version_numbers_edits_only_where_ids_come_again_with_other_numbers() {
        let guessed = |rows: &[[&str; 3]]| {
            let rows: Vec<&[&str]> = rows.iter().map(<[&str; 3]>::as_slice).collect();
            let mapping = guess(&["id", "version", "text"], &rows);
            (mapping.id.is_some(), mapping.revision.is_some())
        };
        assert_eq!(guessed(&[["1", "3", "Good morning"], ["2", "4", "Good night"]]), (true, false));
        assert_eq!(guessed(&[["1", "0", "a"], ["1", "1", "b"], ["2", "0", "c"]]), (true, true));
        assert_eq!(guessed(&[["1", "3", "a"], ["1", "3", "b"]]), (false, false), "it tells nothing apart");
        assert_eq!(guessed(&[["1", "1", "a"], ["1", "2", "b"]]), (false, false), "without a 0 no row is the original");
    }

    #[test]
    fn american_dates_are_seen_when_a_day_above_twelve_proves_them() {
        let rows: &[&[&str]] = &[&["04/03/2017 1:00 PM", "Hello there"], &["04/23/2017 2:00 PM", "And again"]];
        assert_eq!(guess(&["date", "text"], rows).time_format, TimeFormat::MonthDayYear);
        assert_eq!(guess(&["date", "text"], &rows[..1]).time_format, TimeFormat::Auto);
        let late: Vec<&[&str]> = std::iter::repeat_n(rows[0], 400).chain([rows[1], &["04/2"]]).collect();
        assert_eq!(guess(&["date", "text"], &late).time_format, TimeFormat::MonthDayYear);
        let both = [rows[0], rows[1], &["23/04/2017 2:00 PM", "Mixed"]];
        assert_eq!(guess(&["date", "text"], &both).time_format, TimeFormat::Auto, "nothing reads them all");
    }

    #[test]
    fn a_thread_called_by_its_first_message_is_seen() {
        let rows: &[&[&str]] = &[&["t1", "t1", "first"], &["t2", "t1", "second"]];
        assert!(guess(&["id", "thread_id", "text"], rows).thread_is_first_message);
        assert!(!guess(&["id", "thread_id", "text"], &rows[1..]).thread_is_first_message);
        let accident: &[&[&str]] = &[&["1", "1", "a"], &["2", "1", "b"], &["3", "2", "c"], &["4", "2", "d"]];
        assert!(!guess(&["id", "thread_id", "text"], accident).thread_is_first_message);
    }
}
