use super::model::{LANES, MAGIC, softmax};
use super::normal::{Kind, Normal};
use super::*;
use proptest::prelude::*;

const SETTINGS: Settings =
    Settings { shortest: 2, longest: 4, most_bytes: 300, skips: true, negation: true, opens_links: false };

fn head() -> Head {
    Head {
        classes: 3,
        bits: 6,
        settings: SETTINGS,
        scales: [0.02, 0.01],
        bias: [0.1, 0.0, -0.1, 0.0],
        thresholds: [0.0; LANES],
        temperature: 0.5,
    }
}

fn model() -> Model {
    let table =
        (0..64i32).map(|n| std::array::from_fn(|lane| ((n * 37 + lane as i32 * 11) % 255 - 127) as i8)).collect();
    Model::new(head(), table).unwrap()
}

fn pieces(text: &str, opens_links: bool) -> Vec<(String, Kind)> {
    let mut normal = Normal::default();
    normal.read(text, 1_000, opens_links);
    let written = |piece| normal.of(piece).iter().filter_map(|c| char::from_u32(*c)).collect();
    normal.pieces.iter().map(|piece| (written(piece), piece.kind)).collect()
}

fn words(text: &str) -> Vec<String> {
    pieces(text, false).into_iter().filter(|(_, kind)| *kind == Kind::Word).map(|(word, _)| word).collect()
}

fn features(text: &str, settings: &Settings) -> Vec<(usize, u64)> {
    let mut found = Vec::new();
    Features::default().read(text, settings, |group, hash| found.push((group, hash)));
    found
}

#[test]
fn case_stretching_and_what_other_programs_left_behind_make_no_difference() {
    assert_eq!(words("SOOOO Gooood"), words("soo good"));
    assert_eq!(words("don&#39;t"), words("don’t"));
    assert_eq!(words("don\\u2019t"), ["don't"]);
    assert_eq!(words("أحمد جميلـــة"), words("احمد جميله"));
    assert_eq!(pieces("Tom &amp; Ann", false)[1], ("&".to_owned(), Kind::Mark));
}

#[test]
fn names_links_numbers_and_emoji_are_told_apart() {
    let kinds = |text| pieces(text, false).into_iter().map(|(_, kind)| kind).collect::<Vec<_>>();
    assert_eq!(kinds("@ann_b https://example.org/a?b=c 17 😀😀"), [Kind::Name, Kind::Link, Kind::Number, Kind::Symbol]);
    assert_eq!(pieces("12", false), pieces("99", false));
    assert_eq!(kinds("example.com/offers")[..2], [Kind::Word, Kind::Link]);
    assert_eq!(kinds("Good.Come here")[..2], [Kind::Word, Kind::Mark], "a forgotten space is no link");
    let opened: Vec<String> = pieces("https://example.org", true).into_iter().map(|(word, _)| word).collect();
    assert!(opened.contains(&"example".to_owned()), "{opened:?}");
}

#[test]
fn where_links_are_opened_one_to_a_video_stays_whole_and_tags_are_passed_over() {
    let written = |text| pieces(text, true).into_iter().map(|(piece, _)| piece).collect::<Vec<_>>();
    let video = written("https://www.youtube.com/watch?v=abc");
    assert_eq!(video.len(), 1);
    assert_eq!(video, written("http://youtu.be/abc"));
    assert_ne!(video, written("https://example.org/")[..1], "another link leads elsewhere");
    assert!(written("https://example.org/youtube.com/").len() > 1, "the host counts");
    assert_eq!(written("well <br />said</b>"), ["well", "said"]);
    assert_eq!(written("1 < 2"), ["0", "<", "0"]);
    assert_eq!(pieces("<b>", false).len(), 3, "else marks stay");
}

#[test]
fn a_negation_reaches_to_the_next_mark() {
    let new = |text: &str| {
        let plain = features(text, &Settings { negation: false, ..SETTINGS });
        features(text, &SETTINGS).len() - plain.len()
    };
    assert_eq!((new("good"), new("not good"), new("not very good"), new("not, good")), (0, 1, 2, 0));
    assert_eq!((new("isn't good"), new("nicht gut")), (1, 1));
}

#[test]
fn what_is_looked_at_is_bounded() {
    for piece in ["ab ", "é", "😀", "&", "&#", "\\u", "www.", "@", "a.", "'", "http", "\u{300}", "!"] {
        let text = piece.repeat(20_000);
        let bound = usize::from(SETTINGS.most_bytes) * (usize::from(SETTINGS.longest) + 6) + 2;
        assert!(features(&text, &SETTINGS).len() <= bound, "{piece}");
    }
    let (short, long) = ("word ".repeat(60), "word ".repeat(600));
    assert_eq!(features(&short, &SETTINGS), features(&long, &SETTINGS), "300 bytes are 60 times");
}

#[test]
fn a_model_is_the_same_after_it_was_written_and_read() {
    let (model, mut room) = (model(), Features::default());
    let bytes = model.to_bytes();
    let read = Model::parse(&bytes).unwrap();
    assert_eq!((read.head, read.to_bytes()), (model.head, bytes));
    assert_eq!(read.scores("Not bad at all", &mut room), model.scores("Not bad at all", &mut room));
}

#[test]
fn bytes_that_are_no_model_are_refused_with_the_reason() {
    let bytes = model().to_bytes();
    let refused = |bytes: &[u8]| Model::parse(bytes).map(|_| ()).unwrap_err();
    let changed = |at: usize, to: u8| {
        let mut bytes = bytes.clone();
        bytes[at] = to;
        refused(&bytes)
    };
    assert_eq!(refused(b""), Malformed::Magic);
    assert_eq!(changed(0, b'X'), Malformed::Magic);
    assert_eq!(changed(4, 99), Malformed::Format);
    assert_eq!(changed(5, 9), Malformed::Head, "classes");
    assert_eq!(changed(6, 60), Malformed::Head, "bits");
    assert_eq!(changed(8, 0), Malformed::Head, "runs of nothing");
    assert_eq!(changed(bytes.len() - 1, 1), Malformed::Checksum);
    assert_eq!(refused(&[&bytes[..], &[0]].concat()), Malformed::Length);
    for length in MAGIC.len()..bytes.len() {
        assert_eq!(refused(&bytes[..length]), Malformed::Length);
    }
    assert!(Model::new(Head { temperature: f32::NAN, ..head() }, vec![[0; LANES]; 64]).is_err());
    assert!(Model::new(head(), vec![[0; LANES]; 63]).is_err());
}

#[test]
fn a_softmax_sums_to_one_and_a_higher_temperature_is_less_sure() {
    let [cold, warm] = [0.5, 2.0].map(|temperature| softmax([1.0, 0.0, -1.0, 9.0], 3, temperature));
    assert!(cold[0] > warm[0] && warm[0] > warm[1] && cold[3] == 0.0);
    assert!((cold.iter().sum::<f32>() - 1.0).abs() < 1e-6);
    let even = softmax([1e30, 1e30, -1e30, 0.0], 3, 0.01);
    assert_eq!(even, [0.5, 0.5, 0.0, 0.0]);
}

proptest! {
    #[test]
    fn any_text_has_scores_and_the_same_again(text in "(\\PC|[&#;@.!'\\\\\u{300}\u{202E}]){0,300}") {
        let (model, mut room) = (model(), Features::default());
        let shares = model.probabilities(&text, &mut room);
        prop_assert_eq!(shares, model.probabilities(&text, &mut Features::default()));
        prop_assert!((shares.iter().sum::<f32>() - 1.0).abs() < 1e-5);
    }

    #[test]
    fn any_bytes_are_a_model_or_are_refused(change in 0usize..70, to: u8) {
        let mut bytes = model().to_bytes();
        bytes[change] = to;
        let same = bytes == model().to_bytes();
        prop_assert_eq!(Model::parse(&bytes).is_ok(), same);
    }
}
