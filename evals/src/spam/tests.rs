use super::*;

#[test]
fn a_file_counts_as_learnt_by_its_bytes_alone() {
    let told = CARD.lines().any(|line| line.contains(sets::SMS));
    assert!(told, "the card names what was learnt from");
    assert!(!was_learnt(b"ham\tSee you at eight\n"));
}

#[test]
fn messages_of_other_files_are_asked_of_the_shipped_model() {
    let messages = sets::sms("ham\tSee you at eight, bring the keys\nodd\tno label\nham\tOk\n");
    let judged = shipped(&messages);
    assert_eq!(judged.iter().map(|judged| judged.said).collect::<Vec<_>>(), [0, 0]);
    assert!(judged.iter().all(|judged| judged.confidence > 0.5));
}

#[test]
fn a_comment_of_several_lines_is_one_comment() {
    let comments =
        sets::comments("Youtube09-Own", "ID,CONTENT,CLASS\n1,\"so good,\nreally\",0\n2,see my page,1\n").unwrap();
    assert_eq!(comments.iter().map(|comment| comment.class).collect::<Vec<_>>(), [0, 2]);
    assert!(comments.iter().all(|comment| sets::is_comment(&comment.source)));
}
