//! Which model is asked: the one in the program, or a bigger one from a folder.

use super::sets::Set;
use crate::arguments::Arguments;
use anyhow::Result;
use std::{hint::black_box, path::Path, sync::Arc};
use tertulia_analysis::{
    labels::{Bigger, Kind, Models, NEGATIVE, Place, version::is_bigger},
    language, sentiment,
};
use tertulia_train::linear::figures::Judged;

pub enum Asked {
    Shipped,
    Brought(Arc<dyn Bigger>, Models),
}

/// A bigger model takes milliseconds a text: so many tell how many.
const FEW: usize = 100;

impl Asked {
    pub fn of(arguments: &Arguments) -> Result<Self> {
        let Some(folder) = &arguments.model else { return Ok(Self::Shipped) };
        let model = open(folder)?;
        Ok(Self::Brought(model.clone(), Models::with(model)))
    }

    /// As the program does it: first the language is told, then the sentiment.
    pub fn judge(&self, set: &Set) -> Vec<Judged> {
        let mut unsaid = 0;
        let judged = set.texts.iter().map(|(text, class)| self.judge_one(text, *class, &mut unsaid)).collect();
        if unsaid > 0 {
            let all = set.texts.len();
            eprintln!(
                "{}: of {unsaid} of {all} texts the model said nothing; those are judged by the one in the program.",
                set.name
            );
        }
        judged
    }

    fn judge_one(&self, text: &str, class: u8, unsaid: &mut usize) -> Judged {
        let labelled = match self {
            Self::Shipped => None,
            Self::Brought(_, models) => Some(models.label_by("", text, Place::Public)),
        };
        if let Some((labels, version)) = labelled {
            *unsaid += usize::from(!is_bigger(Kind::Sentiment.model_version(version)));
            let Some(guess) = labels.get(Kind::Sentiment) else { return shipped(text, class) };
            let said = u8::try_from(guess.value.saturating_sub(NEGATIVE)).unwrap_or(u8::MAX);
            return Judged { class, said, confidence: f32::from(guess.sure) / 100.0 };
        }
        shipped(text, class)
    }

    /// The model alone, for its pace.
    pub fn say(&self, text: &str) {
        match self {
            Self::Shipped => {
                black_box(sentiment::of(text, "und"));
            }
            Self::Brought(model, _) => {
                black_box(model.say(Kind::Sentiment, text, "und"));
            }
        }
    }

    /// Texts by which its pace is told.
    pub fn enough_for_pace(&self) -> usize {
        if matches!(self, Self::Shipped) { usize::MAX } else { FEW }
    }
}

fn shipped(text: &str, class: u8) -> Judged {
    let said = sentiment::of(text, language::detect(text));
    Judged { class, said: said.value as u8, confidence: said.confidence }
}

#[cfg(feature = "onnx")]
fn open(folder: &Path) -> Result<Arc<dyn Bigger>> {
    Ok(Arc::new(tertulia_onnx::Model::open(folder)?))
}

#[cfg(not(feature = "onnx"))]
fn open(folder: &Path) -> Result<Arc<dyn Bigger>> {
    anyhow::bail!(
        "this was built without what runs {}: cargo xtask eval builds it with it, else give cargo --features onnx",
        folder.display()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(folder: &Path) -> Arguments {
        Arguments { name: "sentiment".to_owned(), data: None, model: Some(folder.to_owned()), explain: false }
    }

    #[cfg(feature = "onnx")]
    #[test]
    fn a_bigger_model_is_judged_on_the_same_texts_by_the_same_classes() {
        let folder = tempfile::tempdir().unwrap();
        tertulia_testkit::LabelModel::default().write(folder.path());
        let asked = Asked::of(&arguments(folder.path())).unwrap();
        let texts = [("it is broken", 0), ("an order", 1), ("lovely", 2), ("lovely", 0)];
        let texts = texts.map(|(text, class)| (text.to_owned(), class)).to_vec();
        let judged = asked.judge(&Set { name: "own".to_owned(), texts });
        assert_eq!(
            judged.iter().map(|one| (one.class, one.said)).collect::<Vec<_>>(),
            [(0, 0), (1, 1), (2, 2), (0, 2)]
        );
    }

    #[test]
    fn a_model_that_cannot_be_asked_is_an_error_that_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let said = Asked::of(&arguments(folder.path())).err().expect("there is none").to_string();
        let expected = if cfg!(feature = "onnx") { "config.json is not there" } else { "--features onnx" };
        assert!(said.contains(expected), "{said}");
    }
}
