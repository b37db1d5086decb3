//! A bigger model beside those in the program: a classifier of sentiment that somebody trained or chose, in a folder as
//! training frameworks export it (`model.onnx`, `tokenizer.json`, `config.json`; `docs/guides/bigger-models.md`). It is read
//! once and runs in this process, in pure Rust; nothing is fetched and no text leaves the machine.
//!
//! A folder is hostile until it has been read: its files are bounded, what the model claims is compared with what it holds,
//! and it must label a shortest, a middling and a longest text in time before it is taken. What fails later is said by the model in
//! the program; that it fails is said once.

mod config;
mod folder;
mod graph;
mod proto;
mod tokens;

pub use folder::{CONFIG, MODEL, TOKENIZER};

use config::Config;
use folder::Files;
use graph::Graph;
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{Arc, Once, mpsc},
    thread,
    time::{Duration, Instant},
};
use tertulia_analysis::labels::{Bigger, Guess, Kind};
use tokens::{Encoded, Tokens};

/// No text is read further than this, however much the model could take: it would be slow, and seldom says more.
const MOST_TOKENS: usize = 512;
/// As a word between what begins and what ends a text.
const SHORTEST: usize = 3;
/// A longest text takes no longer than this, or the model is refused: an hour of mail would take a day.
const SLOWEST: Duration = Duration::from_secs(10);

/// Why a folder is not taken, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    #[error("{} is not there. {}", .0.display(), folder::WANTED)]
    Missing(PathBuf),
    #[error("{} can't be read: {why}", file.display())]
    Unread { file: PathBuf, why: std::io::Error },
    #[error("{} is larger than {most} MB, so it is not read. Take a smaller model", file.display())]
    TooLarge { file: PathBuf, most: u64 },
    #[error("{}: {why}", file.display())]
    Wrong { file: PathBuf, why: String },
}

type Result<T> = std::result::Result<T, ModelError>;

/// A model that was read and tried.
pub struct Model {
    graph: Arc<Graph>,
    tokens: Tokens,
    config: Config,
    checksum: u64,
    warned: Once,
}

impl Model {
    /// Reads a folder and labels texts of each length, before anybody relies on it.
    pub fn open(folder: &Path) -> Result<Self> {
        let files = Files::read(folder)?;
        let wrong = |name: &str, why: String| ModelError::Wrong { file: folder.join(name), why };
        let config = Config::read(&files.config).map_err(|why| wrong(CONFIG, why))?;
        let of_tokens = |why| wrong(TOKENIZER, why);
        let most = config.most_tokens.min(MOST_TOKENS);
        let tokens = caught(|| Tokens::read(&files.tokenizer, most)).map_err(of_tokens)?;
        let of_graph = |why| wrong(MODEL, why);
        let graph = caught(|| Graph::read(&files.model, most, config.pad, false)).map_err(of_graph)?;
        let mut model = Self { graph: Arc::new(graph), tokens, config, checksum: files.checksum, warned: Once::new() };
        let Err(why) = model.try_out(most) else { return Ok(model) };
        // Some count positions from behind that of the padding, and some can't be made ready for texts of any length.
        let fewer = most.saturating_sub(usize::try_from(model.config.pad).unwrap_or(0) + 1);
        let others = [(fewer, false), (most, true), (fewer, true)];
        for (limit, is_filled) in others.into_iter().filter(|(limit, _)| *limit >= config::FEWEST) {
            let again = |pad| caught(|| Graph::read(&files.model, limit, pad, is_filled));
            let limited = caught(|| model.tokens.limit(limit));
            let (Ok(()), Ok(graph)) = (limited, again(model.config.pad)) else { continue };
            model.graph = Arc::new(graph);
            if model.try_out(limit).is_ok() {
                return Ok(model);
            }
        }
        Err(of_graph(why))
    }

    /// By the last token that there is: a text of hardly a word, a middling one, and one of full length. Some models can be run at the
    /// length alone at which they were written. One that does not come to an end is not waited for.
    fn try_out(&self, many: usize) -> std::result::Result<(), String> {
        let (graph, labels, last) = (self.graph.clone(), self.config.values.len(), self.tokens.last());
        within(SLOWEST * 3, move || tried(&graph, labels, last, many)).unwrap_or_else(|| Err(too_slow(many)))
    }

    /// How sure it is of each value, in the order of its labels; None where it can't say.
    pub fn weigh(&self, text: &str) -> Option<Vec<(u16, f64)>> {
        let shares = match caught(|| shares(&self.graph, self.config.values.len(), &self.tokens.encode(text)?)) {
            Ok(shares) => shares,
            Err(why) => {
                self.warned.call_once(|| {
                    tracing::warn!("the bigger model can't say a text, the one in the program does: {why}")
                });
                return None;
            }
        };
        Some(self.config.values.iter().copied().zip(shares).collect())
    }
}

impl Bigger for Model {
    fn checksum(&self) -> u64 {
        self.checksum
    }

    fn kinds(&self) -> &[Kind] {
        &[Kind::Sentiment]
    }

    fn say(&self, kind: Kind, own: &str, _language: &str) -> Option<Guess> {
        if kind != Kind::Sentiment {
            return None;
        }
        // Of those that it is equally sure of, the first.
        let weighed = self.weigh(own)?.into_iter().reduce(|best, next| if next.1 > best.1 { next } else { best });
        weighed.map(|(value, share)| Guess { value, sure: (share * 100.0).round() as u8 })
    }
}

fn tried(graph: &Graph, labels: usize, last: i64, many: usize) -> std::result::Result<(), String> {
    let text = |many: usize| Encoded { ids: vec![last; many], types: vec![0; many] };
    for fewer in [SHORTEST, many / 2].into_iter().filter(|fewer| (1..many).contains(fewer)) {
        caught(|| shares(graph, labels, &text(fewer)).map(drop))
            .map_err(|why| format!("a text of {fewer} tokens: {why}"))?;
    }
    let begun = Instant::now();
    let found = caught(|| shares(graph, labels, &text(many)))?;
    debug_assert_eq!(found.len(), labels);
    if begun.elapsed() > SLOWEST { Err(too_slow(many)) } else { Ok(()) }
}

fn too_slow(many: usize) -> String {
    let most = SLOWEST.as_secs();
    format!("a text of {many} tokens takes it more than {most} s here. Take a smaller model")
}

/// What comes of it in time; what takes longer is left to itself.
fn within<T: Send + 'static>(time: Duration, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let (tell, told) = mpsc::channel();
    // Whoever waited may be gone.
    thread::spawn(move || tell.send(work()).ok());
    told.recv_timeout(time).ok()
}

/// How sure it is of each of its values; they sum to one (softmax).
fn shares(graph: &Graph, labels: usize, text: &Encoded) -> std::result::Result<Vec<f64>, String> {
    let logits = graph.run(text)?;
    if logits.len() != labels {
        let outputs = logits.len();
        return Err(format!("it gives {outputs} numbers for {labels} labels of {CONFIG}. Export both together"));
    }
    softmax(&logits).ok_or_else(|| "it gives what is no number".to_owned())
}

/// exp(x) / Σ exp(x), each x less the largest of them, so that none overflows; None unless all are finite.
fn softmax(logits: &[f32]) -> Option<Vec<f64>> {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    if logits.is_empty() || !logits.iter().all(|logit| logit.is_finite()) {
        return None;
    }
    let each: Vec<f64> = logits.iter().map(|logit| f64::from(logit - largest).exp()).collect();
    let whole: f64 = each.iter().sum();
    Some(each.into_iter().map(|one| one / whole).collect())
}

/// What a stranger's file makes a library do must not end the program.
fn caught<T>(work: impl FnOnce() -> std::result::Result<T, String>) -> std::result::Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
        Err(format!("it can't be run ({})", said.unwrap_or("it is broken")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_it_is_sure_of_sums_to_one_however_large_the_numbers() {
        for logits in [&[1e30, -1e30, 0.0][..], &[-1e30; 4], &[0.5], &[3.0, 2.0, 1.0]] {
            let shares = softmax(logits).unwrap();
            assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{shares:?}");
        }
        assert_eq!([&[][..], &[f32::NAN], &[f32::INFINITY, 0.0]].map(softmax), [None, None, None]);
    }

    #[test]
    fn what_does_not_come_to_an_end_is_not_waited_for() {
        assert_eq!(within(Duration::from_secs(60), || 3), Some(3));
        let (hold, held) = mpsc::channel::<()>();
        assert_eq!(within(Duration::from_millis(5), move || held.recv().is_ok()), None);
        drop(hold);
    }

    #[test]
    fn what_panics_is_an_error_with_its_words() {
        let broken: std::result::Result<(), String> = caught(|| panic!("index {} out of range", 9));
        assert_eq!(broken, Err("it can't be run (index 9 out of range)".to_owned()));
    }
}
