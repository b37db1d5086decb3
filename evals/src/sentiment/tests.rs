use super::sets::{self, lines, rows};
use crate::arguments::Arguments;

#[test]
fn a_text_without_a_known_label_is_left_out() {
    assert_eq!(lines("good\nodd\nbad\n", "2\n7\n0\n"), [("good".to_owned(), 2), ("bad".to_owned(), 0)]);
    let tweets = rows("tweet\tlabel\nnzuri sana\tpositive\r\n17\tmbaya\tnegative\nno label\n");
    assert_eq!(tweets, [("nzuri sana".to_owned(), 2), ("mbaya".to_owned(), 0)]);
}

#[test]
fn a_test_is_taken_before_what_is_for_development() {
    let folder = tempfile::tempdir().unwrap();
    let english = folder.path().join("sentiment/umsab/english");
    std::fs::create_dir_all(&english).unwrap();
    let write = |name: &str, text: &str| std::fs::write(english.join(name), text).unwrap();
    let arguments =
        Arguments { name: "sentiment".to_owned(), data: Some(folder.path().to_owned()), model: None, explain: false };
    assert!(sets::umsab(&arguments).unwrap().is_empty());
    write("val_text.txt", "fine\n");
    write("val_labels.txt", "1\n");
    let texts = || sets::umsab(&arguments).unwrap().remove(0).texts;
    assert_eq!(texts(), [("fine".to_owned(), 1)]);
    write("test_text.txt", "great\n");
    write("test_labels.txt", "2\n");
    assert_eq!(texts(), [("great".to_owned(), 2)]);
    assert_eq!(sets::tweeteval(&arguments).unwrap().unwrap().texts, texts());
}
