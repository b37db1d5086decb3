use crate::{
    feedback::item,
    support::{on_both, write},
};
use tertulia_model::FeedbackId;
use tertulia_store::{feedback, feedback_terms};

fn terms(words: &str) -> Vec<String> {
    words.split(' ').map(str::to_owned).collect()
}

#[test]
fn words_are_kept_counted_and_lead_to_the_items_that_hold_them() {
    on_both(async |mut db| {
        write!(db, |tx| {
            for n in 1..=3 {
                feedback::add(tx, &item(n)).await.unwrap();
            }
            feedback_terms::put(tx, FeedbackId(1), &terms("oat milk milk")).await.unwrap();
            feedback_terms::put(tx, FeedbackId(2), &terms("milk 珈琲")).await.unwrap();
            feedback_terms::put(tx, FeedbackId(3), &terms("tea")).await.unwrap();
            feedback_terms::put(tx, FeedbackId(3), &terms("milk")).await.unwrap();
        });
        assert_eq!(feedback_terms::count(&mut db).await.unwrap(), 3);
        let found = feedback_terms::frequencies(&mut db, &terms("milk oat tea 珈琲")).await.unwrap();
        let expected = [("milk", 3), ("oat", 1), ("珈琲", 1)].map(|(term, n)| (term.to_owned(), n));
        assert_eq!(found, expected);
        let mut held = feedback_terms::holding(&mut db, &terms("oat 珈琲"), 9).await.unwrap();
        held.sort();
        held.dedup();
        assert_eq!(held, [("oat".to_owned(), FeedbackId(1)), ("珈琲".to_owned(), FeedbackId(2))]);
        assert!(feedback_terms::holding(&mut db, &terms("milk"), 2).await.unwrap().len() <= 2);
    });
}
