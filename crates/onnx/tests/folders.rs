//! A folder that holds what it should labels texts, always alike; any other is refused with what to do.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::{fs, path::Path};
use tempfile::TempDir;
use tertulia_analysis::labels::{Bigger, Kind, Models, NEGATIVE, NEUTRAL, POSITIVE, Place, version::is_bigger};
use tertulia_onnx::{CONFIG, MODEL, Model, TOKENIZER};
use tertulia_testkit::LabelModel;

fn written(model: &LabelModel) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    model.write(folder.path());
    folder
}

fn open(model: &LabelModel) -> Model {
    Model::open(written(model).path()).unwrap_or_else(|error| panic!("{error}"))
}

/// What is said of a folder that is refused.
fn refusal(folder: &Path) -> String {
    Model::open(folder).err().expect("it is refused").to_string()
}

#[test]
fn what_it_says_follows_its_words_and_sums_to_one() {
    let model = open(&LabelModel::default());
    let value = |text: &str| model.say(Kind::Sentiment, text, "en").map(|guess| guess.value);
    assert_eq!(value("Lovely coffee, thanks!"), Some(POSITIVE));
    assert_eq!(value("My order came LATE and broken."), Some(NEGATIVE));
    assert_eq!(value("An order"), Some(NEUTRAL));
    assert_eq!(value("Nothing of this is known to it"), Some(NEUTRAL));
    assert_eq!(model.say(Kind::Noise, "Lovely", "en"), None, "it speaks of one kind alone");
    for text in
        ["Lovely coffee, thanks!", "", "\u{0}", "ab\u{301}\u{1f9e1}", &"broken ".repeat(9_000), &"x".repeat(90_000)]
    {
        let weighed = model.weigh(text).expect("whatever it is, it is weighed");
        let whole: f64 = weighed.iter().map(|(_, share)| share).sum();
        assert!((whole - 1.0).abs() < 1e-9, "{weighed:?}");
    }
    // [CLS] lovely [SEP]: 80 / 3 against 0.5 and 0.
    let weighed = model.weigh("lovely").unwrap();
    let expected = 1.0 / (1.0 + (0.5_f64 - 80.0 / 3.0).exp() + (-80.0_f64 / 3.0).exp());
    assert!((weighed[2].1 - expected).abs() < 1e-6 && weighed[2].0 == POSITIVE, "{weighed:?}");
}

#[test]
fn a_text_is_read_up_to_the_models_limit_and_not_further() {
    let model = open(&LabelModel::default());
    // Of 32 positions two are what begins and ends a text.
    let filled = |many: usize| format!("{}broken broken broken broken broken", "lovely ".repeat(many));
    assert_eq!(model.weigh(&filled(30)), model.weigh(&"lovely ".repeat(30)));
    assert_ne!(model.weigh(&filled(29)), model.weigh(&"lovely ".repeat(30)));
}

#[test]
fn the_same_files_say_the_same_under_the_same_version_and_others_have_another() {
    let (one, again) = (open(&LabelModel::default()), open(&LabelModel::default()));
    assert_eq!(one.checksum(), again.checksum());
    for text in ["late order", "lovely", "thanks for the coffee, it was late"] {
        assert_eq!(one.weigh(text), again.weigh(text), "to the last bit");
    }
    let other = open(&LabelModel { positions: 31, ..LabelModel::default() });
    let version = |model: Model| Models::with(std::sync::Arc::new(model)).version();
    let (one, again, other) = (version(one), version(again), version(other));
    assert!(one == again && one != other && one != Models::default().version());
    assert!(is_bigger(Kind::Sentiment.model_version(one)) && !is_bigger(Kind::Noise.model_version(one)));
}

#[test]
fn the_label_of_a_message_is_the_bigger_models() {
    let models = Models::with(std::sync::Arc::new(open(&LabelModel::default())));
    let label = |models: &Models, text| models.label("", text, Place::Private).get(Kind::Sentiment).unwrap().value;
    // Whoever knows these seven words alone is not taken in by the others.
    let text = "I love it, it is wonderful, perfect, the best of all: broken";
    assert_eq!((label(&models, text), label(&Models::default(), text)), (NEGATIVE, POSITIVE));
}

#[test]
fn what_the_labels_are_called_and_in_which_order_the_configuration_says() {
    let model = open(&LabelModel { labels: ["POS", "Neutral", "neg"], ..LabelModel::default() });
    let value = |text: &str| model.say(Kind::Sentiment, text, "en").map(|guess| guess.value);
    assert_eq!((value("lovely"), value("broken")), (Some(NEGATIVE), Some(POSITIVE)), "as this one calls them");
    let unnamed = written(&LabelModel { labels: ["LABEL_0", "LABEL_1", "LABEL_2"], ..LabelModel::default() });
    let said = refusal(unnamed.path());
    assert!(said.contains(CONFIG) && said.contains("LABEL_0") && said.contains("\"2\": \"positive\""), "{said}");
}

#[test]
fn a_file_that_is_missing_or_none_is_named_with_what_belongs_there() {
    for name in [MODEL, TOKENIZER, CONFIG] {
        let folder = written(&LabelModel::default());
        fs::remove_file(folder.path().join(name)).unwrap();
        let said = refusal(folder.path());
        assert!(said.contains(&format!("{name} is not there")) && said.contains("docs/guides"), "{said}");
        fs::create_dir(folder.path().join(name)).unwrap();
        assert!(refusal(folder.path()).contains("this is no file"));
    }
    assert!(refusal(Path::new("/nowhere/at/all")).contains("is not there"));
}

#[test]
fn a_file_that_was_cut_off_or_holds_something_else_is_refused() {
    let whole = LabelModel::default();
    for (name, bytes) in [
        (MODEL, whole.onnx()),
        (TOKENIZER, whole.tokenizer().to_string().into()),
        (CONFIG, whole.config().to_string().into()),
    ] {
        let folder = written(&whole);
        let file = folder.path().join(name);
        for end in (0..bytes.len()).step_by(bytes.len() / 23) {
            fs::write(&file, &bytes[..end]).unwrap();
            let said = refusal(folder.path());
            assert!(said.contains(name), "{name} to {end}: {said}");
        }
        fs::write(&file, b"<html>Not found</html>").unwrap();
        assert!(refusal(folder.path()).contains(name));
    }
}

#[test]
fn what_a_model_claims_and_does_not_hold_is_refused_before_room_is_made_for_it() {
    let folder = |model: LabelModel| written(&LabelModel { ..model });
    for claims in [1 << 60, 1 << 40, 12, 0, -1] {
        let said = refusal(folder(LabelModel { claims: Some(claims), ..LabelModel::default() }).path());
        assert!(said.contains(MODEL) && said.contains("claims to be of the shape"), "{claims}: {said}");
    }
    let said = refusal(folder(LabelModel { outputs: 2, ..LabelModel::default() }).path());
    assert!(said.contains("2 numbers for 3 labels"), "{said}");
    let said = refusal(folder(LabelModel { input: "pixel_values", ..LabelModel::default() }).path());
    assert!(said.contains("pixel_values") && said.contains("input_ids"), "{said}");
}

#[test]
fn a_model_that_can_be_run_at_one_length_alone_fills_texts_up_or_is_refused() {
    let one_length = LabelModel { is_of_one_length: true, ..LabelModel::default() };
    let (filled, open_length) = (open(&one_length), open(&LabelModel::default()));
    for text in ["lovely", "late order, broken", &"thanks for the coffee ".repeat(9)] {
        let shares = |model: &Model| model.weigh(text).expect("it is weighed").into_iter().map(|one| one.1);
        assert!(shares(&filled).zip(shares(&open_length)).all(|(a, b)| (a - b).abs() < 1e-6), "{text}");
    }
    // What fills up is no token that it knows: a longest text it would say, and no other.
    let folder = written(&LabelModel { pad: 99_999, ..one_length });
    let said = refusal(folder.path());
    assert!(said.contains(MODEL) && said.contains("a text of 3 tokens"), "{said}");
}

#[test]
fn a_padding_beyond_all_positions_is_no_reason_to_read_nothing() {
    // No text is cut to the nothing that is left behind it.
    let folder = written(&LabelModel { pad: 40, outputs: 2, ..LabelModel::default() });
    assert!(refusal(folder.path()).contains("2 numbers for 3 labels"));
    assert!(open(&LabelModel { pad: 40, ..LabelModel::default() }).weigh("lovely").is_some());
}

#[test]
fn a_tokenizer_of_another_model_is_refused() {
    let folder = written(&LabelModel::default());
    let mut tokenizer = LabelModel::default().tokenizer();
    tokenizer["model"]["vocab"]["stranger"] = 4_000.into();
    fs::write(folder.path().join(TOKENIZER), tokenizer.to_string()).unwrap();
    assert!(refusal(folder.path()).contains(MODEL), "the model has no row for its words");
}

/// Whatever one byte is changed to: it is refused, or it is a model that still weighs.
#[test]
fn no_byte_of_a_model_ends_the_program() {
    let folder = written(&LabelModel::default());
    let bytes = LabelModel::default().onnx();
    for at in (0..bytes.len()).step_by(7) {
        for to in [0x00, 0x7f, 0xff] {
            let mut changed = bytes.clone();
            changed[at] = to;
            fs::write(folder.path().join(MODEL), &changed).unwrap();
            if let Ok(model) = Model::open(folder.path()) {
                let _ = model.weigh("lovely coffee");
            }
        }
    }
}
