use super::*;
use proptest::prelude::*;

/// What some people talk about: words that come together.
const SUBJECTS: [&[&str]; 5] = [
    &["parcel", "Delivery", "courier", "late", "doorstep", "tracking", "van", "neighbour", "signature", "depot"],
    &["grinder", "burr", "espresso", "crema", "portafilter", "tamper", "shot", "boiler", "nozzle", "pressure"],
    &["invoice", "refund", "charged", "twice", "card", "bank", "receipt", "subscription", "euros", "payment"],
    &["password", "login", "screen", "crash", "update", "phone", "button", "version", "error", "reload"],
    &["barista", "course", "workshop", "Saturday", "teacher", "latte", "beginners", "booking", "milk", "class"],
];
/// Words that come everywhere.
const EVERYWHERE: [&str; 8] = ["really", "today", "again", "shop", "ordered", "still", "week", "wonder"];

fn message(subject: &[&str], draws: &mut mixture::Draws) -> String {
    let mut words: Vec<&str> = (0..5).map(|_| subject[draws.below(subject.len())]).collect();
    words.extend((0..3).map(|_| EVERYWHERE[draws.below(EVERYWHERE.len())]));
    words.join(" ")
}

/// Messages about the subjects in turn: the n-th is about the n-th, counted round.
fn said(subjects: &[&[&str]], many: usize, seed: u64) -> Vec<String> {
    let mut draws = mixture::Draws::new(seed);
    (0..many).map(|n| message(subjects[n % subjects.len()], &mut draws)).collect()
}

fn documents(texts: &[String]) -> Vec<Document<'_>> {
    texts.iter().map(|text| Document { text }).collect()
}

fn found(texts: &[String], known: &[Known]) -> Found {
    find(&documents(texts), known, &Rules::default(), 7)
}

fn first_week(texts: &[String]) -> (Found, Week) {
    let found = found(texts, &[]);
    let week = carry_on(&[], &found.topics, TopicId(1));
    (found, week)
}

/// The topic that each message is shown to be of.
fn ids(found: &Found, week: &Week) -> Vec<Option<TopicId>> {
    found.of.iter().map(|place| place.map(|place| week.ids[place.topic])).collect()
}

/// The share of messages that are where most of their subject are, each subject elsewhere than the others.
fn agreement(of: &[Option<TopicId>], subjects: usize) -> f64 {
    let mut taken = Vec::new();
    let mut right = 0;
    for subject in 0..subjects {
        let own: Vec<TopicId> = of.iter().skip(subject).step_by(subjects).flatten().copied().collect();
        let count = |id: &TopicId| own.iter().filter(|other| *other == id).count();
        let Some(most) = own.iter().max_by_key(|id| count(id)) else { continue };
        if !taken.contains(most) {
            right += count(most);
            taken.push(*most);
        }
    }
    right as f64 / of.len() as f64
}

#[test]
fn messages_about_the_same_are_found_without_being_told_how_many_subjects_there_are() {
    let texts = said(&SUBJECTS, 300, 1);
    let (found, week) = first_week(&texts);
    assert_eq!(found.topics.len(), SUBJECTS.len(), "{:?}", found.topics.iter().map(|t| &t.words).collect::<Vec<_>>());
    assert!(agreement(&ids(&found, &week), SUBJECTS.len()) > 0.95);
    assert!(found.of.iter().flatten().all(|place| place.confidence > 0.0 && place.confidence <= 1.0));
    assert!(week.events.iter().all(|event| matches!(event, Event::New(_))));
}

#[test]
fn a_topic_is_called_by_its_own_words_as_people_wrote_them_and_by_unlike_messages() {
    let texts = said(&SUBJECTS, 300, 1);
    let (found, _) = first_week(&texts);
    let all: Vec<&String> = found.topics.iter().flat_map(|topic| &topic.words).collect();
    assert!(all.iter().any(|word| *word == "Delivery") && all.iter().any(|word| *word == "Saturday"), "{all:?}");
    assert!(!all.iter().any(|word| EVERYWHERE.contains(&word.as_str())), "{all:?}");
    for topic in &found.topics {
        assert!(!topic.typical.is_empty() && topic.words.len() >= 5);
        for (place, one) in topic.typical.iter().enumerate() {
            let others = &topic.typical[place + 1..];
            assert!(others.iter().all(|other| texts[*one] != texts[*other]));
        }
    }
}

#[test]
fn words_without_spaces_are_shown_as_they_are_written() {
    let places = ["配送が遅れています", "配送の箱が遅れた", "珈琲豆の焙煎が深い", "焙煎した珈琲豆の香り"];
    let texts: Vec<String> =
        (0..80).map(|n| format!("{}{}", places[n % 4], if n % 8 < 4 { "。" } else { "!" })).collect();
    let found = found(&texts, &[]);
    let words: Vec<&str> = found.topics.iter().flat_map(|topic| topic.words.iter().map(String::as_str)).collect();
    assert!(words.iter().any(|word| word.contains("珈琲豆")), "{words:?}");
}

#[test]
fn what_says_nothing_belongs_nowhere_and_nothing_at_all_breaks_nothing() {
    let mut texts = said(&SUBJECTS[..2], 100, 3);
    texts.extend(["", "ok", "@anna", "zyzzyva"].map(str::to_owned));
    let result = found(&texts, &[]);
    assert_eq!(result.of[100..], [None; 4]);
    assert_eq!(found(&[], &[]), Found::default());
    let empty = found(&["".to_owned(), "!".to_owned()], &[]);
    assert_eq!((empty.topics.len(), empty.of), (0, vec![None, None]));
}

#[test]
fn the_same_messages_keep_their_topics_in_the_next_weeks() {
    let texts = said(&SUBJECTS, 200, 4);
    let (first, mut week) = first_week(&texts);
    let before = ids(&first, &week);
    for _ in 0..3 {
        let again = found(&texts, &week.known);
        let next = carry_on(&week.known, &again.topics, TopicId(100));
        let after = ids(&again, &next);
        let same = before.iter().zip(&after).filter(|(one, other)| one == other).count();
        assert!(same * 100 >= before.len() * 97, "{same} of {}", before.len());
        assert!(next.events.iter().all(|event| matches!(event, Event::Continued(_))), "{:?}", next.events);
        week = next;
    }
}

#[test]
fn what_is_new_gets_its_own_topic_and_the_others_keep_their_names() {
    let (_, week) = first_week(&said(&SUBJECTS[..3], 150, 5));
    let mut texts = said(&SUBJECTS[..3], 150, 6);
    texts.extend(said(&SUBJECTS[3..4], 50, 7));
    let next = carry_on(&week.known, &found(&texts, &week.known).topics, TopicId(100));
    let new: Vec<&Event> = next.events.iter().filter(|event| !matches!(event, Event::Continued(_))).collect();
    assert_eq!(new, [&Event::New(TopicId(100))]);
    for known in &week.known {
        let after = next.known.iter().find(|after| after.id == known.id).unwrap();
        assert_eq!(after.label, known.label);
    }
}

#[test]
fn a_topic_that_nobody_speaks_of_swallows_nothing_and_is_known_when_it_comes_back() {
    let (_, first) = first_week(&said(&SUBJECTS[..2], 100, 8));
    let other = said(&SUBJECTS[2..4], 100, 9);
    let second = carry_on(&first.known, &found(&other, &first.known).topics, TopicId(10));
    let quiet = second.events.iter().filter(|event| matches!(event, Event::Quiet(_))).count();
    let new = second.events.iter().filter(|event| matches!(event, Event::New(_))).count();
    assert_eq!((quiet, new), (2, 2), "{:?}", second.events);
    let back = said(&SUBJECTS[..1], 50, 10);
    let third = carry_on(&second.known, &found(&back, &second.known).topics, TopicId(20));
    let resumed = third.events.iter().filter(|event| matches!(event, Event::Resumed(id, 1) if id.0 < 10)).count();
    assert_eq!(resumed, 1, "{:?}", third.events);
    let mut week = third;
    for _ in 0..=QUIET_WEEKS {
        week = carry_on(&week.known, &[], TopicId(30));
    }
    assert!(week.known.is_empty() && week.events.iter().any(|event| matches!(event, Event::Forgotten(_))));
}

/// A topic as it would be found, told by these words.
fn topic(words: &[&str]) -> Topic {
    let share = 0.5 / words.len() as f32;
    let word = |word: &&str| ProfileWord { word: (*word).to_owned(), share, lift: 4.0 };
    let profile = Profile { words: words.iter().map(word).collect(), rest: -1.0, messages: 0.5 };
    let words = words.iter().map(|word| (*word).to_owned()).collect();
    Topic { words, typical: vec![], messages: 10, grown_from: None, profile }
}

#[test]
fn a_topic_that_divides_and_two_that_become_one_are_told() {
    let whole = topic(&["oat", "milk", "rye", "bread"]);
    let first = carry_on(&[], std::slice::from_ref(&whole), TopicId(1));
    let halves = [topic(&["oat", "milk", "cup"]), topic(&["rye", "bread"])];
    let second = carry_on(&first.known, &halves, TopicId(2));
    let split = second.events.iter().filter(|event| matches!(event, Event::Split { from: TopicId(1), .. })).count();
    assert_eq!((split, second.ids.len()), (1, 2), "{:?}", second.events);
    let third = carry_on(&second.known, &[whole], TopicId(3));
    assert!(third.events.iter().any(|event| matches!(event, Event::Merged { .. })), "{:?}", third.events);
    assert_eq!(third.known.len(), 1);
}

#[test]
fn a_live_message_goes_where_the_week_would_have_put_it() {
    let (_, week) = first_week(&said(&SUBJECTS, 300, 11));
    let profiles = Profiles::new(week.known.iter().map(|known| (known.id, &known.profile)));
    let live = said(&SUBJECTS, 100, 12);
    let placed: Vec<Option<TopicId>> = live.iter().map(|text| Some(assign(&profiles, text)?.topic)).collect();
    assert!(agreement(&placed, SUBJECTS.len()) > 0.95);
    assert_eq!(assign(&profiles, "zyzzyva"), None);
    assert_eq!(assign(&Profiles::default(), "parcel"), None);
    let json = serde_json::to_string(&week.known).unwrap();
    assert_eq!(serde_json::from_str::<Vec<Known>>(&json).unwrap(), week.known, "it is kept as it is");
}

#[test]
fn what_a_person_merged_renamed_and_hid_stays_so_in_later_weeks() {
    let texts = said(&SUBJECTS[..3], 150, 13);
    let (_, week) = first_week(&texts);
    let id = |n: usize| week.known[n].id;
    let wishes = [
        Wish::Merge { from: id(0), into: id(1) },
        Wish::Rename { topic: id(1), name: "Orders".to_owned() },
        Wish::Hide { topic: id(2) },
    ];
    let next = carry_on(&week.known, &found(&texts, &week.known).topics, TopicId(100));
    for known in [&week.known, &next.known] {
        let shown = apply(&wishes, known);
        assert_eq!(shown.len(), 2);
        let merged = shown.iter().find(|shown| shown.id == id(1)).unwrap();
        assert_eq!((merged.name.as_str(), merged.found.len(), merged.is_hidden), ("Orders", 2, false));
        assert!(shown.iter().any(|shown| shown.id == id(2) && shown.is_hidden));
    }
    assert_eq!(Decisions::new(&wishes).place(id(0), "anything"), id(1));
}

#[test]
fn a_part_that_a_person_split_off_by_words_or_by_examples_takes_what_fits_it() {
    let wish = |profile| [Wish::Split { from: TopicId(1), part: TopicId(2), profile }];
    let by_words = Decisions::new(&wish(Profile::of_words(["Courier", "van"])));
    assert_eq!(by_words.place(TopicId(1), "the courier again"), TopicId(2));
    assert_eq!(by_words.place(TopicId(1), "my parcel"), TopicId(1));
    assert_eq!(by_words.place(TopicId(3), "the courier again"), TopicId(3), "other topics are left alone");
    let these = ["courier rude doorstep", "courier shouted doorstep"];
    let examples = Profile::of_messages(&these, &["parcel late tracking", "parcel lost tracking"]);
    let by_examples = Decisions::new(&wish(examples));
    assert_eq!(by_examples.place(TopicId(1), "courier at my doorstep"), TopicId(2));
    assert_eq!(by_examples.place(TopicId(1), "parcel without tracking"), TopicId(1));
}

#[test]
fn beyond_the_bound_a_sample_is_learnt_from_and_all_are_placed() {
    let texts = said(&SUBJECTS, 400, 14);
    let rules = Rules { most_learnt: 150, ..Rules::default() };
    let found = find(&documents(&texts), &[], &rules, 1);
    assert_eq!((found.learnt_from, found.of.len()), (150, 400));
    let week = carry_on(&[], &found.topics, TopicId(1));
    assert!(agreement(&ids(&found, &week), SUBJECTS.len()) > 0.9);
    assert_eq!(found.topics.iter().map(|topic| topic.messages).sum::<usize>(), found.of.iter().flatten().count());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn anything_that_is_said_twice_gives_the_same_twice(
        texts in proptest::collection::vec("[a-f ]{0,12}|\\PC{0,20}", 0..30), seed in any::<u64>(), most in 0_usize..30,
    ) {
        let rules = Rules { most_learnt: most, least_messages: 2 };
        let first = find(&documents(&texts), &[], &rules, seed);
        prop_assert_eq!(&first, &find(&documents(&texts), &[], &rules, seed));
        prop_assert_eq!(first.of.len(), texts.len());
        for place in first.of.iter().flatten() {
            prop_assert!(place.topic < first.topics.len() && (0.0..=1.0).contains(&place.confidence));
        }
        let week = carry_on(&[], &first.topics, TopicId(1));
        let again = find(&documents(&texts), &week.known, &rules, seed);
        let next = carry_on(&week.known, &again.topics, TopicId(1_000));
        prop_assert_eq!(next.ids.len(), again.topics.len());
    }

    #[test]
    fn however_people_merge_each_topic_is_shown_exactly_once(merges in proptest::collection::vec((0_i64..6, 0_i64..6), 0..12)) {
        let one = |id| Known {
            id: TopicId(id), label: vec![], profile: Profile::default(), weeks_quiet: 0, is_pinned: false,
        };
        let known: Vec<Known> = (0..6).map(one).collect();
        let wishes: Vec<Wish> =
            merges.iter().map(|(from, into)| Wish::Merge { from: TopicId(*from), into: TopicId(*into) }).collect();
        let mut inside: Vec<TopicId> = apply(&wishes, &known).into_iter().flat_map(|shown| shown.found).collect();
        inside.sort_unstable();
        prop_assert_eq!(inside, (0..6).map(TopicId).collect::<Vec<_>>());
        if let Some((from, into)) = merges.last().filter(|(from, into)| from != into) {
            let decisions = Decisions::new(&wishes);
            prop_assert_eq!(decisions.merged(TopicId(*from)), decisions.merged(TopicId(*into)));
        }
    }
}
