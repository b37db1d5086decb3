use crate::support::{NOW, on_both, write};
use std::collections::HashSet;
use tertulia_model::{ChannelId, JobId};
use tertulia_store::{
    Db,
    jobs::{self, Job},
};

async fn take(db: &Db, owner: &str, now: i64, limit: i64) -> Vec<Job> {
    write!(db, |tx| jobs::claim(tx, owner, now, now + 100, limit).await.unwrap())
}

async fn claim(db: &Db, owner: &str, now: i64, limit: i64) -> Vec<i64> {
    take(db, owner, now, limit).await.into_iter().map(|job| job.id.0).collect()
}

#[test]
fn a_job_is_claimed_when_due_and_again_when_its_lease_ends() {
    on_both(async |db| {
        write!(db, |tx| {
            jobs::add(tx, JobId(1), "send", 10, NOW + 20).await.unwrap();
            jobs::add(tx, JobId(2), "send", 11, NOW + 10).await.unwrap();
        });
        assert_eq!(claim(&db, "a", NOW, 5).await, [0_i64; 0]);
        assert_eq!(jobs::next_due(&mut db.clone(), NOW).await.unwrap(), Some(NOW + 10));
        assert_eq!(claim(&db, "a", NOW + 20, 5).await, [2, 1], "the one that waits longest is first");
        assert_eq!(claim(&db, "b", NOW + 119, 5).await, [0_i64; 0]);
        let due = jobs::next_due(&mut db.clone(), NOW + 119).await.unwrap().unwrap();
        assert_eq!(due, NOW + 120);
        let again = write!(db, |tx| jobs::claim(tx, "b", due, due + 100, 1).await.unwrap());
        assert_eq!((again[0].id, again[0].attempts), (JobId(2), 2), "what is due can be claimed at that very moment");
    });
}

#[test]
fn a_job_for_the_same_thing_moves_only_to_an_earlier_time() {
    on_both(async |mut db| {
        write!(db, |tx| {
            jobs::add(tx, JobId(1), "wake", 10, NOW + 20).await.unwrap();
            jobs::add(tx, JobId(2), "wake", 10, NOW + 30).await.unwrap();
            jobs::add(tx, JobId(3), "wake", 10, NOW + 5).await.unwrap();
        });
        assert_eq!(jobs::next_due(&mut db, NOW).await.unwrap(), Some(NOW + 5));
        let held = take(&db, "a", NOW + 50, 5).await;
        assert_eq!((held.len(), held[0].id), (1, JobId(1)));
        write!(db, |tx| jobs::finish(tx, &held[0]).await.unwrap());
        assert_eq!(jobs::next_due(&mut db, NOW).await.unwrap(), None);
    });
}

#[test]
fn a_job_is_tried_again_withdrawn_and_released() {
    on_both(async |db| {
        write!(db, |tx| {
            jobs::add(tx, JobId(1), "send", 10, NOW).await.unwrap();
            jobs::add(tx, JobId(2), "send", 11, NOW).await.unwrap();
        });
        let held = take(&db, "a", NOW, 5).await;
        assert_eq!(held.iter().map(|job| job.id.0).collect::<Vec<_>>(), [1, 2]);
        assert!(!write!(db, |tx| jobs::withdraw(tx, "send", 10, NOW + 1).await.unwrap()), "somebody holds it");
        write!(db, |tx| jobs::retry(tx, &held[0], NOW + 50, "time-out").await.unwrap());
        assert!(write!(db, |tx| jobs::withdraw(tx, "send", 10, NOW + 1).await.unwrap()));
        assert!(!write!(db, |tx| jobs::withdraw(tx, "send", 10, NOW + 1).await.unwrap()), "it is gone");
        assert_eq!(write!(db, |tx| jobs::release_all(tx, "ab").await.unwrap()), 0, "another's name");
        assert_eq!(write!(db, |tx| jobs::release_all(tx, "a").await.unwrap()), 1);
        assert_eq!(claim(&db, "node-1-b", NOW + 2, 5).await, [2]);
        assert_eq!(write!(db, |tx| jobs::release_all(tx, "node-1-").await.unwrap()), 1, "all of one number");
    });
}

#[test]
fn after_the_clock_was_set_back_jobs_wait_only_as_long_as_they_still_had_to() {
    on_both(async |db| {
        let day = 86_400_000;
        write!(db, |tx| {
            jobs::add(tx, JobId(1), "send", 10, NOW + 30).await.unwrap();
            jobs::add(tx, JobId(2), "send", 11, NOW - 5).await.unwrap();
            jobs::add(tx, JobId(3), "wake", 12, NOW + 20).await.unwrap();
            jobs::add(tx, JobId(4), "send", 13, NOW - day - 7).await.unwrap();
            assert_eq!(jobs::bring_forward(tx, (NOW, NOW - day), "wake", ("send", 10), 100).await.unwrap(), 2);
        });
        assert_eq!(claim(&db, "a", NOW - day, 5).await, [4, 2], "the overdue are due");
        assert_eq!(claim(&db, "a", NOW - day + 29, 5).await, [0_i64; 0]);
        assert_eq!(claim(&db, "a", NOW - day + 30, 5).await, [1]);
        assert_eq!(claim(&db, "a", NOW + 19, 5).await, [4, 2, 1], "what a person chose a date for keeps it");
        assert_eq!(claim(&db, "b", NOW + 20, 5).await, [3]);
    });
}

#[test]
fn what_can_still_be_taken_back_keeps_its_time_when_the_clock_was_set_back() {
    on_both(async |db| {
        let (day, undo) = (86_400_000, 10_000);
        let now = NOW - day;
        write!(db, |tx| {
            // Queued after the step and before it was seen; or moved by another node that saw it first.
            jobs::add(tx, JobId(1), "send", 10, now + undo).await.unwrap();
            jobs::add(tx, JobId(2), "send", 11, now + undo + 1).await.unwrap();
            jobs::add(tx, JobId(3), "forget", 12, now + undo).await.unwrap();
            assert_eq!(jobs::bring_forward(tx, (NOW, now), "wake", ("send", undo), 100).await.unwrap(), 2);
        });
        assert_eq!(claim(&db, "a", now, 5).await, [2, 3], "the rest is overdue");
        assert_eq!(claim(&db, "b", now + undo - 1, 5).await, [2, 3]);
        assert_eq!(claim(&db, "c", now + undo, 5).await, [1]);
    });
}

#[test]
fn claimers_at_the_same_time_never_get_the_same_job() {
    on_both(async |db| {
        write!(db, |tx| {
            for n in 1..=200 {
                jobs::add(tx, JobId(n), "send", n, NOW).await.unwrap();
            }
        });
        let claimers: Vec<_> = (0..6)
            .map(|n| {
                let db = db.clone();
                tokio::spawn(async move {
                    let mut mine = Vec::new();
                    loop {
                        let got = claim(&db, &format!("node{n}"), NOW, 7).await;
                        assert!(got.len() <= 7, "never more than were asked for");
                        if got.is_empty() {
                            return mine;
                        }
                        mine.extend(got);
                    }
                })
            })
            .collect();
        let mut seen = HashSet::new();
        for claimer in claimers {
            for job in claimer.await.unwrap() {
                assert!(seen.insert(job), "job {job} was given twice");
            }
        }
        assert_eq!(seen.len(), 200);
    });
}

#[test]
fn a_claim_does_not_wait_for_another_that_is_not_committed() {
    on_both(async |db| {
        if matches!(db, Db::Sqlite { .. }) {
            return; // One writer: there is never another claim open.
        }
        write!(db, |tx| {
            jobs::add(tx, JobId(1), "send", 1, NOW).await.unwrap();
            jobs::add(tx, JobId(2), "send", 2, NOW).await.unwrap();
        });
        let mut open = db.begin().await.unwrap();
        assert_eq!(jobs::claim(&mut open, "a", NOW, NOW + 9, 1).await.unwrap().len(), 1);
        assert_eq!(claim(&db, "b", NOW, 5).await, [2]);
        drop(open);
        // The rollback is sent when the connection is given back, which takes its moment.
        let mut again = Vec::new();
        for _ in 0..200 {
            again = claim(&db, "b", NOW, 5).await;
            if !again.is_empty() {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        assert_eq!(again, [1], "a claim that was not committed claimed nothing");
    });
}

#[test]
fn whoever_lost_a_claim_to_a_later_one_says_no_more_about_the_job() {
    on_both(async |mut db| {
        write!(db, |tx| jobs::add(tx, JobId(1), "import", 10, NOW).await.unwrap());
        let first = take(&db, "a", NOW, 1).await.remove(0);
        assert!(write!(db, |tx| jobs::keep(tx, &first, NOW + 300).await.unwrap()));
        assert_eq!(claim(&db, "b", NOW + 299, 1).await, [0_i64; 0]);
        // The same node takes it up again, as after a long sleep of its machine.
        let later = take(&db, "a", NOW + 300, 1).await.remove(0);
        assert!(!write!(db, |tx| jobs::keep(tx, &first, NOW + 999).await.unwrap()), "it is another claim's");
        write!(db, |tx| {
            jobs::retry(tx, &first, NOW + 310, "too late").await.unwrap();
            jobs::put_off(tx, &first, NOW + 310).await.unwrap();
            jobs::finish(tx, &first).await.unwrap();
        });
        assert_eq!(claim(&db, "b", NOW + 399, 1).await, [0_i64; 0], "the later claim stands");
        assert!(write!(db, |tx| jobs::keep(tx, &later, NOW + 500).await.unwrap()));
        // Freed when its node started anew: nobody holds it now.
        assert_eq!(write!(db, |tx| jobs::release_all(tx, "a").await.unwrap()), 1);
        assert!(!write!(db, |tx| jobs::keep(tx, &later, NOW + 500).await.unwrap()));
        let last = take(&db, "b", NOW + 400, 1).await.remove(0);
        write!(db, |tx| jobs::finish(tx, &later).await.unwrap());
        write!(db, |tx| jobs::finish(tx, &last).await.unwrap());
        assert_eq!(jobs::next_due(&mut db, NOW).await.unwrap(), None);
    });
}

#[test]
fn a_claim_made_before_the_clock_was_set_back_ends_as_soon_as_any() {
    on_both(async |db| {
        let day = 86_400_000;
        write!(db, |tx| jobs::add(tx, JobId(1), "send", 10, NOW - 2 * day).await.unwrap());
        assert_eq!(claim(&db, "dead", NOW, 1).await, [1]);
        let now = NOW - day;
        write!(db, |tx| jobs::bring_forward(tx, (NOW, now), "wake", ("send", 10), 100).await.unwrap());
        assert_eq!(claim(&db, "a", now + 99, 1).await, [0_i64; 0]);
        assert_eq!(claim(&db, "a", now + 100, 1).await, [1]);
    });
}

#[test]
fn a_job_asked_for_again_while_it_is_done_is_done_once_more() {
    on_both(async |db| {
        write!(db, |tx| jobs::add(tx, JobId(1), "send", 10, NOW).await.unwrap());
        let first = take(&db, "a", NOW, 5).await.remove(0);
        write!(db, |tx| jobs::add(tx, JobId(2), "send", 10, NOW + 1).await.unwrap());
        assert_eq!(claim(&db, "b", NOW + 2, 5).await, [0_i64; 0], "it is still being worked on");
        write!(db, |tx| jobs::finish(tx, &first).await.unwrap());
        let again = take(&db, "b", NOW + 2, 5).await.remove(0);
        assert_eq!(again.id, JobId(1));
        write!(db, |tx| jobs::finish(tx, &again).await.unwrap());
        assert_eq!(jobs::next_due(&mut db.clone(), NOW).await.unwrap(), None);
    });
}

#[test]
fn one_job_by_its_name_is_claimed_when_it_is_due_and_free() {
    on_both(async |db| {
        write!(db, |tx| {
            jobs::add(tx, JobId(1), "import", 10, NOW + 20).await.unwrap();
            jobs::add(tx, JobId(2), "import", 11, NOW).await.unwrap();
        });
        let one = async |owner: &str, subject: i64, now: i64| {
            let job = write!(db, |tx| jobs::claim_one(tx, owner, ("import", subject), now, now + 100).await.unwrap());
            job.map(|job| (job.id.0, job.attempts))
        };
        assert_eq!(one("a", 10, NOW).await, None, "it is not due");
        assert_eq!(one("a", 12, NOW + 20).await, None, "there is none of this subject");
        assert_eq!(one("a", 10, NOW + 20).await, Some((1, 1)));
        assert_eq!(one("b", 10, NOW + 119).await, None, "somebody has it");
        assert_eq!(one("b", 10, NOW + 120).await, Some((1, 2)));
        assert_eq!(claim(&db, "c", NOW + 120, 5).await, [2], "the other was left alone");
    });
}

#[test]
fn what_went_well_and_is_put_off_waits_without_counting_as_a_try_and_is_brought_forward_by_who_asks() {
    on_both(async |mut db| {
        write!(db, |tx| jobs::add(tx, JobId(1), "errand", 10, NOW).await.unwrap());
        let first = take(&db, "a", NOW, 5).await.remove(0);
        write!(db, |tx| jobs::put_off(tx, &first, NOW + 500).await.unwrap());
        assert_eq!(jobs::next_due(&mut db, NOW).await.unwrap(), Some(NOW + 500));
        let again = write!(db, |tx| jobs::claim(tx, "b", NOW + 500, NOW + 600, 1).await.unwrap());
        assert_eq!(again[0].attempts, 1, "to wait was no try");
        // Asked for again while it is worked on: it does not wait.
        write!(db, |tx| {
            jobs::add(tx, JobId(2), "errand", 10, NOW + 510).await.unwrap();
            jobs::put_off(tx, &again[0], NOW + 9_000).await.unwrap();
        });
        assert!(jobs::next_due(&mut db, NOW + 500).await.unwrap().unwrap() <= NOW + 510);
    });
}

#[test]
fn a_channel_gets_a_few_places_of_a_kind_and_others_are_not_kept_waiting() {
    on_both(async |mut db| {
        let (silent, other) = (ChannelId(1), ChannelId(2));
        write!(db, |tx| {
            for n in 1..=9 {
                jobs::add_for(tx, JobId(n), ("send", silent), n, NOW + n).await.unwrap();
            }
            jobs::add_for(tx, JobId(10), ("send", other), 10, NOW + 20).await.unwrap();
            jobs::add_for(tx, JobId(11), ("errand", silent), 11, NOW + 21).await.unwrap();
            jobs::add(tx, JobId(12), "wake", 12, NOW + 22).await.unwrap();
        });
        let now = NOW + 30;
        let held = take(&db, "a", now, 6).await;
        let ids: Vec<_> = held.iter().map(|job| job.id.0).collect();
        assert_eq!(ids, [1, 2, 3, 4], "of those that wait longest, only as many as it may");
        assert_eq!(jobs::next_due(&mut db, now).await.unwrap(), Some(NOW + 20), "what it keeps waiting is not due");
        assert_eq!(claim(&db, "b", now, 6).await, [10, 11, 12]);
        assert_eq!(claim(&db, "b", now, 6).await, [0_i64; 0], "on whatever node");
        assert_eq!(jobs::next_due(&mut db, now).await.unwrap(), Some(now + 100), "until a claim ends");
        write!(db, |tx| jobs::finish(tx, &held[1]).await.unwrap());
        assert_eq!(jobs::next_due(&mut db, now).await.unwrap(), Some(NOW + 5));
        assert_eq!(claim(&db, "b", now, 6).await, [5], "one place became free");
        // Where the node that held them died, they come again, few at a time.
        assert_eq!(claim(&db, "b", now + 100, 20).await, [1, 3, 4, 5, 10, 11, 12]);
    });
}
