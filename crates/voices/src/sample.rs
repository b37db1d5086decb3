//! Those who were heard, one row a person, whatever they wrote.

use std::collections::HashMap;

/// The code of a value that is not known.
pub const MISSING: u32 = u32::MAX;

/// One person who was heard on a question.
#[derive(Debug, Clone, Copy)]
pub struct Voice<'a> {
    /// A value, or none, for each attribute of the sample.
    pub values: &'a [Option<&'a str>],
    /// One person, one voice: the mean of the labels of their messages, or what they said when asked; 0..1.
    pub answer: f64,
    /// How many messages the answer rests on.
    pub messages: u32,
}

/// Why somebody cannot be put into a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SampleError {
    #[error("an answer is a share between 0 and 1")]
    Answer,
    #[error("columns are of different lengths, or a code stands for no category")]
    Columns,
    #[error("a weight is a positive number")]
    Weight,
}

/// The people heard on a question, by columns.
#[derive(Debug, Clone, Default)]
pub struct Sample {
    columns: Vec<Column>,
    answers: Vec<f64>,
    messages: Vec<u32>,
    /// Weights by design, before raking; empty where all are 1.
    base: Vec<f64>,
}

/// One attribute of all people.
#[derive(Debug, Clone, Default)]
pub struct Column {
    pub name: String,
    pub categories: Vec<String>,
    /// For each person an index into `categories`, or [`MISSING`].
    pub codes: Vec<u32>,
    index: HashMap<String, u32>,
}

impl Column {
    #[must_use]
    pub fn new(name: &str, categories: Vec<String>, codes: Vec<u32>) -> Self {
        let index = categories.iter().enumerate().map(|(at, name)| (name.clone(), at as u32)).collect();
        Self { name: name.to_owned(), categories, codes, index }
    }

    fn push(&mut self, value: Option<&str>) {
        let code = match value {
            None => MISSING,
            Some(value) => match self.index.get(value) {
                Some(code) => *code,
                None => {
                    let code = self.categories.len() as u32;
                    self.categories.push(value.to_owned());
                    self.index.insert(value.to_owned(), code);
                    code
                }
            },
        };
        self.codes.push(code);
    }

    /// How many people have each category.
    #[must_use]
    pub fn counts(&self) -> Vec<u64> {
        let mut counts = vec![0; self.categories.len()];
        for code in &self.codes {
            if let Some(count) = counts.get_mut(*code as usize) {
                *count += 1;
            }
        }
        counts
    }
}

impl Sample {
    #[must_use]
    pub fn new(attributes: &[&str]) -> Self {
        let columns = attributes.iter().map(|name| Column::new(name, Vec::new(), Vec::new())).collect();
        Self { columns, ..Self::default() }
    }

    /// Takes columns as they are, for many people at once.
    ///
    /// # Errors
    /// Where the columns differ in length, a code stands for nothing, or an answer is no share.
    pub fn from_columns(columns: Vec<Column>, answers: Vec<f64>, messages: Vec<u32>) -> Result<Self, SampleError> {
        let fits = |column: &Column| {
            let last = column.categories.len();
            column.codes.len() == answers.len()
                && column.codes.iter().all(|code| *code == MISSING || (*code as usize) < last)
        };
        if messages.len() != answers.len() || !columns.iter().all(fits) {
            return Err(SampleError::Columns);
        }
        if !answers.iter().all(|answer| (0.0..=1.0).contains(answer)) {
            return Err(SampleError::Answer);
        }
        Ok(Self { columns, answers, messages, base: Vec::new() })
    }

    /// Adds a person; values beyond the sample's attributes are not read, and those that are missing are not known.
    ///
    /// # Errors
    /// Where the answer is no share.
    pub fn push(&mut self, voice: Voice<'_>) -> Result<(), SampleError> {
        if !(0.0..=1.0).contains(&voice.answer) {
            return Err(SampleError::Answer);
        }
        for (at, column) in self.columns.iter_mut().enumerate() {
            column.push(voice.values.get(at).copied().flatten());
        }
        self.answers.push(voice.answer);
        self.messages.push(voice.messages);
        if !self.base.is_empty() {
            self.base.push(1.0);
        }
        Ok(())
    }

    /// Gives each person the weight that they have by design, such as one over the probability of being invited.
    ///
    /// # Errors
    /// Where there is not one positive weight for each person.
    pub fn weighted(mut self, base: Vec<f64>) -> Result<Self, SampleError> {
        if base.len() != self.len() {
            return Err(SampleError::Columns);
        }
        if !base.iter().all(|weight| weight.is_finite() && *weight > 0.0) {
            return Err(SampleError::Weight);
        }
        self.base = base;
        Ok(self)
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.answers.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.answers.is_empty()
    }

    #[must_use]
    pub fn answers(&self) -> &[f64] {
        &self.answers
    }

    #[must_use]
    pub fn messages(&self) -> &[u32] {
        &self.messages
    }

    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    #[must_use]
    pub fn base(&self, person: usize) -> f64 {
        self.base.get(person).copied().unwrap_or(1.0)
    }

    /// The mean answer, one person one voice, unweighted. None where nobody was heard.
    #[must_use]
    pub fn mean_of_people(&self) -> Option<f64> {
        (!self.is_empty()).then(|| self.answers.iter().sum::<f64>() / self.len() as f64)
    }

    /// The mean over messages, as if each message were a vote: what is usually shown. None where there is none.
    #[must_use]
    pub fn mean_of_messages(&self) -> Option<f64> {
        let messages: f64 = self.messages.iter().map(|count| f64::from(*count)).sum();
        let sum: f64 = self.answers.iter().zip(&self.messages).map(|(answer, count)| answer * f64::from(*count)).sum();
        (messages > 0.0).then(|| sum / messages)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_writes_much_counts_once_among_people_and_often_among_messages() {
        let mut sample = Sample::new(&["age"]);
        for (age, answer, messages) in [(Some("old"), 0.0, 1), (None, 1.0, 8), (Some("young"), 0.5, 1)] {
            sample.push(Voice { values: &[age], answer, messages }).unwrap();
        }
        assert_eq!(sample.mean_of_people(), Some(0.5));
        assert_eq!(sample.mean_of_messages(), Some(0.85));
        assert_eq!(sample.column("age").unwrap().codes, [0, MISSING, 1]);
        assert_eq!(sample.column("age").unwrap().counts(), [1, 1]);
        assert_eq!(Sample::new(&[]).mean_of_people(), None);
    }

    #[test]
    fn what_is_no_share_or_does_not_fit_is_refused() {
        let mut sample = Sample::new(&[]);
        for answer in [-0.1, 1.1, f64::NAN] {
            assert_eq!(sample.push(Voice { values: &[], answer, messages: 1 }), Err(SampleError::Answer));
        }
        let column = |codes: &[u32]| vec![Column::new("age", vec!["old".to_owned()], codes.to_vec())];
        assert!(Sample::from_columns(column(&[0, MISSING]), vec![0.0, 1.0], vec![1, 1]).is_ok());
        assert_eq!(Sample::from_columns(column(&[1]), vec![0.0], vec![1]).unwrap_err(), SampleError::Columns);
        assert_eq!(Sample::from_columns(column(&[0]), vec![0.0, 0.0], vec![1, 1]).unwrap_err(), SampleError::Columns);
        let sample = Sample::from_columns(column(&[0]), vec![0.0], vec![1]).unwrap();
        assert_eq!(sample.clone().weighted(vec![0.0]).unwrap_err(), SampleError::Weight);
        assert_eq!(sample.weighted(vec![]).unwrap_err(), SampleError::Columns);
    }
}
