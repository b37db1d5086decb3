use crate::support::{NOW, on_both, write};
use tertulia_model::{GoalId, UserId};
use tertulia_store::goals::{self, Goal};

/// The `n`th version, of a goal.
fn goal(n: i64, of: i64) -> Goal {
    Goal {
        id: GoalId(n),
        goal_id: GoalId(of),
        sentence: format!("Answer within {n} hours"),
        today_value: "30".to_owned(),
        hoped_value: n.to_string(),
        due_on: "2027-03-31".to_owned(),
        owner_id: Some(UserId(1)),
        measure: "first-answer".to_owned(),
        outcome_id: None,
        over_days: 30,
        baseline: None,
        target: Some(0.5),
        at_most: true,
        declared_at: NOW,
        declared_by: UserId(1),
        frozen_at: Some(NOW),
        after_listening: false,
        given_up_at: None,
        ended_at: None,
        ended_value: None,
        ended_n: 0,
        ended_people: 0,
    }
}

#[test]
fn the_goal_that_was_declared_last_stands_and_the_versions_before_it_stay() {
    on_both(async |mut db| {
        assert_eq!(goals::current(&mut db).await.unwrap(), None);
        write!(db, |tx| {
            for one in [goal(4, 4), goal(9, 4), goal(6, 6)] {
                goals::put(tx, &one).await.unwrap();
            }
        });
        assert_eq!(goals::current(&mut db).await.unwrap(), Some(goal(9, 4)));
        assert_eq!(goals::standing(&mut db).await.unwrap(), [goal(9, 4), goal(6, 6)]);
        assert_eq!(goals::versions(&mut db, GoalId(4)).await.unwrap(), [goal(9, 4), goal(4, 4)]);
        assert_eq!(goals::all(&mut db).await.unwrap(), [goal(4, 4), goal(6, 6), goal(9, 4)]);
        assert_eq!(goals::version(&mut db, GoalId(9)).await.unwrap(), Some(goal(9, 4)));
        assert_eq!(goals::version(&mut db, GoalId(5)).await.unwrap(), None);
        write!(db, |tx| goals::give_up(tx, GoalId(4), Some(NOW)).await.unwrap());
        assert_eq!(goals::current(&mut db).await.unwrap(), Some(goal(6, 6)));
        let given_up = goals::versions(&mut db, GoalId(4)).await.unwrap();
        assert!(given_up.iter().all(|version| version.given_up_at == Some(NOW)));
    });
}

#[test]
fn a_version_is_written_over_until_it_is_frozen() {
    on_both(async |mut db| {
        let soft = |hours: &str| Goal { frozen_at: None, hoped_value: hours.to_owned(), ..goal(4, 4) };
        write!(db, |tx| {
            goals::put(tx, &soft("4")).await.unwrap();
            goals::put(tx, &soft("5")).await.unwrap();
        });
        assert_eq!(goals::versions(&mut db, GoalId(4)).await.unwrap(), [soft("5")]);
        write!(db, |tx| {
            assert_eq!(goals::freeze(tx, NOW + 1).await.unwrap(), 1);
            assert_eq!(goals::freeze(tx, NOW + 2).await.unwrap(), 0);
            goals::put(tx, &soft("6")).await.unwrap();
        });
        let frozen = Goal { frozen_at: Some(NOW + 1), ..soft("5") };
        assert_eq!(goals::versions(&mut db, GoalId(4)).await.unwrap(), [frozen]);
    });
}

#[test]
fn what_a_goal_came_to_at_its_day_is_kept_once_and_freezes_it() {
    on_both(async |mut db| {
        let soft = Goal { frozen_at: None, ..goal(4, 4) };
        write!(db, |tx| {
            goals::put(tx, &soft).await.unwrap();
            assert_eq!(goals::end(tx, GoalId(4), NOW + 1, (Some(0.8), 41, 40)).await.unwrap(), 1);
            assert_eq!(goals::end(tx, GoalId(4), NOW + 2, (None, 0, 0)).await.unwrap(), 0);
            goals::put(tx, &Goal { sentence: "Another".to_owned(), ..soft.clone() }).await.unwrap();
        });
        let (frozen_at, ended_at, ended_value) = (Some(NOW + 1), Some(NOW + 1), Some(0.8));
        let ended = Goal { frozen_at, ended_at, ended_value, ended_n: 41, ended_people: 40, ..soft };
        assert_eq!(goals::version(&mut db, GoalId(4)).await.unwrap(), Some(ended));
    });
}
