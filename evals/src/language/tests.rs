use super::*;
use crate::arguments::Arguments;

fn folder_with(files: &[(&str, &str)]) -> (tempfile::TempDir, Arguments) {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let file = folder.path().join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }
    let data = Some(folder.path().to_owned());
    (folder, Arguments { name: "language".to_owned(), data, model: None, explain: false })
}

#[test]
fn what_was_kept_aside_is_read_before_what_was_not() {
    let (_folder, arguments) = folder_with(&[
        ("sentiment/umsab/german/val_text.txt", "Das ist von gestern.\n"),
        ("sentiment/umsab/german/test_text.txt", "Heute regnet es.\n\nMorgen nicht.\n"),
        ("sentiment/afrisenti/hau/dev.tsv", "tweet\tlabel\nIna kwana, abokina?\tneutral\n"),
    ]);
    let tweets = sets::tweets(&arguments);
    assert_eq!(tweets.len(), 1);
    assert_eq!((tweets[0].code, tweets[0].texts.len()), ("de", 2));
    let african = sets::african(&arguments);
    assert_eq!((african[0].set.as_str(), african[0].texts[0].as_str()), ("afrisenti/hau", "Ina kwana, abokina?"));
}

#[test]
fn a_column_of_numbers_is_no_text() {
    let (_folder, arguments) = folder_with(&[
        ("sentiment/afrisenti/orm/test.tsv", "ID\ttweet\tlabel\nor_test_00001\tAkkam bulte?\tneutral\n"),
        ("sentiment/afrisenti/tir/test.tsv", "ID\ttweet\nti_test_00001\tከመይ ሓዲርካ\n"),
    ]);
    let texts: Vec<Vec<String>> = sets::african(&arguments).into_iter().map(|texts| texts.texts).collect();
    assert_eq!(texts, [vec!["Akkam bulte?".to_owned()], vec!["ከመይ ሓዲርካ".to_owned()]]);
}

#[test]
fn languages_count_alike_however_many_texts_they_have() {
    let (_folder, arguments) = folder_with(&[
        ("language/el/single-words.txt", "καλημέρα\n"),
        ("language/he/single-words.txt", "שלום\nnever\nalways\n"),
        ("language/published/single-words.txt", "no language\n"),
    ]);
    let lists = sets::lists(&arguments, "single-words.txt");
    assert_eq!(lists.len(), 2);
    assert!((mean(&lists) - (1.0 + 1.0 / 3.0) / 2.0).abs() < 1e-9);
    assert!((pooled(&lists) - 0.5).abs() < 1e-9);
    assert!(taken_for(&lists[1]).starts_with("en:"), "{}", taken_for(&lists[1]));
}
