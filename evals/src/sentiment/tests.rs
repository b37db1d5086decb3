use super::sets;
use crate::arguments::Arguments;
use std::path::Path;

fn arguments(folder: &Path) -> Arguments {
    Arguments { name: "sentiment".to_owned(), data: Some(folder.to_owned()), model: None, explain: false }
}

fn write(folder: &Path, name: &str, text: &str) {
    let file = folder.join(name);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, text).unwrap();
}

#[test]
fn a_test_is_taken_before_what_is_for_development() {
    let folder = tempfile::tempdir().unwrap();
    let english = folder.path().join("sentiment/umsab/english");
    let arguments = arguments(folder.path());
    assert!(sets::umsab(&arguments).is_empty());
    write(&english, "val_text.txt", "fine\n");
    write(&english, "val_labels.txt", "1\n");
    let texts = || sets::umsab(&arguments).remove(0).texts;
    assert_eq!(texts(), [("fine".to_owned(), 1)]);
    write(&english, "test_text.txt", "great\n");
    write(&english, "test_labels.txt", "2\n");
    assert_eq!(texts(), [("great".to_owned(), 2)]);
    assert_eq!(sets::tweeteval(&arguments).unwrap().texts, texts());
}

#[test]
fn the_test_of_tweeteval_is_taken_from_its_own_folder_then_from_semevals_then_from_umsabs() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let said = |from: &Path| sets::tweeteval(&arguments(from)).map(|set| set.texts[0].0.clone());
    assert_eq!(said(&data), None);
    write(&data, "sentiment/umsab/english/test_text.txt", "of umsab\n");
    write(&data, "sentiment/umsab/english/test_labels.txt", "2\n");
    assert_eq!(said(&data).as_deref(), Some("of umsab"));
    let semeval = "sentiment/semeval_en_2013_2016";
    write(&data, &format!("{semeval}/twitter-2019test-A.tsv"), "1\tpositive\tof another year\n");
    assert_eq!(said(&data).as_deref(), Some("of another year"));
    write(&data, &format!("{semeval}/test.tsv"), "1\tneutral\tof semeval\n2\tneutral\tNot Available\n");
    for from in ["", "sentiment", semeval] {
        assert_eq!(said(&data.join(from)).as_deref(), Some("of semeval"), "{from}");
    }
    write(&data, "sentiment/tweeteval/test_text.txt", "its own\n");
    write(&data, "sentiment/tweeteval/test_labels.txt", "0\n");
    for from in ["", "sentiment", "sentiment/tweeteval"] {
        assert_eq!(said(&data.join(from)).as_deref(), Some("its own"), "{from}");
    }
}

#[test]
fn a_broken_set_leaves_the_others() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "sentiment/umsab/german/test_text.txt", "gut\nschlecht\n");
    write(folder.path(), "sentiment/umsab/german/test_labels.txt", "2\n");
    write(folder.path(), "sentiment/umsab/french/test_text.txt", "bien\n");
    write(folder.path(), "sentiment/umsab/french/test_labels.txt", "2\n");
    write(folder.path(), "sentiment/afrisenti/hau/test.tsv", "");
    write(folder.path(), "sentiment/afrisenti/orm/test.tsv", "ID\ttweet\tlabel\nor_1\tbaga\tpositive\n");
    let arguments = arguments(folder.path());
    let names = |sets: Vec<sets::Set>| sets.into_iter().map(|set| set.name).collect::<Vec<_>>();
    assert_eq!(names(sets::umsab(&arguments)), ["umsab/french"]);
    let african = sets::afrisenti(&arguments);
    assert_eq!(african[0].texts, [("baga".to_owned(), 2)]);
    assert_eq!(names(african), ["afrisenti/orm"]);
}
