//! What people answered on a scale when they were asked.

use crate::support::{NOW, message, on_both, write};
use tertulia_store::{
    Result, Sql, Tx, binds,
    messages::{self, NewMessage},
    survey_answers::{self, Asked},
};

fn asked(question: &str, scale: &str) -> Asked {
    Asked { survey: "Autumn".to_owned(), question: question.to_owned(), scale: scale.to_owned() }
}

pub async fn ask(on: &mut impl Sql) -> Result<()> {
    survey_answers::questions(on, 10).await?;
    survey_answers::scores(on, &asked("Would you?", "nps"), (1, 2)).await?;
    Ok(())
}

async fn answer(tx: &mut Tx, n: i64, (question, scale): (&str, &str), score: Option<f64>) {
    let sql = "INSERT INTO survey_answers (message_id, survey, question, scale, score, attributes, at) \
               VALUES ($1, 'Autumn', $2, $3, $4, '{}', $5)";
    tx.run(sql, binds![n, question, scale, score, NOW + n]).await.unwrap();
}

#[test]
fn a_question_is_read_with_what_people_gave_on_its_scale_in_some_days() {
    on_both(async |mut db| {
        let said = |n: i64| NewMessage { auto: "person", ..message(n) };
        write!(db, |tx| {
            let gone = NewMessage { state: "deleted", ..said(4) };
            messages::add(tx, &[said(1), said(2), said(3), gone, said(5)]).await.unwrap();
            for n in 1..=4 {
                answer(tx, n, ("Would you?", "nps"), Some(n as f64)).await;
            }
            answer(tx, 5, ("Why?", "free"), Some(7.0)).await;
            answer(tx, 6, ("Content?", "csat"), None).await;
        });
        assert_eq!(survey_answers::questions(&mut db, 10).await.unwrap(), [asked("Would you?", "nps")]);
        let scores = async |db: &mut _, from: i64, until: i64| {
            survey_answers::scores(db, &asked("Would you?", "nps"), (NOW + from, NOW + until)).await.unwrap()
        };
        let place = |n: i64| message(n).place;
        assert_eq!(
            scores(&mut db, 0, 9).await,
            [(place(1), 1.0), (place(2), 2.0), (place(3), 3.0)],
            "what is gone is not"
        );
        assert_eq!(scores(&mut db, 2, 3).await, [(place(2), 2.0)]);
    });
}
