use crate::support::{NOW, on_both, write};
use tertulia_model::{GoalId, UserId};
use tertulia_store::goals::{self, Goal};

#[test]
fn the_goal_that_was_declared_last_stands() {
    on_both(async |mut db| {
        assert_eq!(goals::current(&mut db).await.unwrap(), None);
        let goal = |n: i64| Goal {
            id: GoalId(n),
            sentence: format!("Answer within {n} hours"),
            today_value: "30".to_owned(),
            hoped_value: n.to_string(),
            due_on: "2027-03-31".to_owned(),
            declared_at: NOW,
            declared_by: UserId(1),
        };
        write!(db, |tx| {
            goals::declare(tx, &goal(4)).await.unwrap();
            goals::declare(tx, &goal(9)).await.unwrap();
            goals::declare(tx, &goal(6)).await.unwrap();
        });
        assert_eq!(goals::current(&mut db).await.unwrap(), Some(goal(9)));
    });
}
