//! A bigger model for tests, so small that it is written in a moment: each word it knows speaks for one of three labels, a
//! text for what its words speak for on average.

use serde_json::{Value, json};
use std::{fs, path::Path};

/// Words, each with how much it speaks for each label.
pub type Words = &'static [(&'static str, [f32; 3])];

/// What a test may want otherwise.
#[derive(Clone)]
pub struct LabelModel {
    pub words: Words,
    pub labels: [&'static str; 3],
    /// Positions that it claims to know.
    pub positions: i64,
    /// Numbers that come out, one for each label.
    pub outputs: usize,
    /// Numbers that its table of words claims to hold, where that is not how many there are.
    pub claims: Option<i64>,
    /// What it calls that which goes in.
    pub input: &'static str,
    /// The token that fills up, as the configuration says.
    pub pad: i64,
    /// It can be run at the length of its positions alone.
    pub is_of_one_length: bool,
}

/// What begins, ends, fills and is not known.
const SPECIAL: [&str; 4] = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"];

impl Default for LabelModel {
    fn default() -> Self {
        Self {
            words: &[
                ("thanks", [0.0, 0.0, 60.0]),
                ("lovely", [0.0, 0.0, 80.0]),
                ("order", [0.0, 20.0, 0.0]),
                ("coffee", [0.0, 20.0, 0.0]),
                ("late", [60.0, 0.0, 0.0]),
                ("broken", [80.0, 0.0, 0.0]),
                ("waiting", [40.0, 0.0, 0.0]),
            ],
            labels: ["negative", "neutral", "positive"],
            positions: 32,
            outputs: 3,
            claims: None,
            input: "input_ids",
            pad: 0,
            is_of_one_length: false,
        }
    }
}

impl LabelModel {
    /// Writes `model.onnx`, `tokenizer.json` and `config.json`.
    pub fn write(&self, folder: &Path) {
        let write = |name: &str, bytes: &[u8]| fs::write(folder.join(name), bytes).expect("a test may write");
        fs::create_dir_all(folder).expect("a test may make folders");
        write("model.onnx", &self.onnx());
        write("tokenizer.json", self.tokenizer().to_string().as_bytes());
        write("config.json", self.config().to_string().as_bytes());
    }

    pub fn config(&self) -> Value {
        let [first, second, third] = self.labels;
        json!({
            "model_type": "tiny",
            "id2label": { "0": first, "1": second, "2": third },
            "max_position_embeddings": self.positions,
            "pad_token_id": self.pad,
        })
    }

    pub fn tokenizer(&self) -> Value {
        let words = SPECIAL.into_iter().chain(self.words.iter().map(|(word, _)| *word));
        let vocabulary: serde_json::Map<String, Value> =
            words.zip(0..).map(|(word, n)| (word.into(), n.into())).collect();
        let special = |id: i64, token: &str| {
            json!({ "id": id, "content": token, "single_word": false, "lstrip": false, "rstrip": false,
                    "normalized": false, "special": true })
        };
        let around = |token: &str, id: i64| json!({ "id": token, "ids": [id], "tokens": [token] });
        json!({
            "version": "1.0",
            "truncation": null,
            // Here each text goes by itself, at its own length.
            "padding": { "strategy": { "Fixed": 32 }, "direction": "Right", "pad_to_multiple_of": null,
                         "pad_id": 0, "pad_type_id": 0, "pad_token": "[PAD]" },
            "added_tokens": SPECIAL.iter().zip(0..).map(|(token, id)| special(id, token)).collect::<Vec<_>>(),
            "normalizer": { "type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
                            "strip_accents": null, "lowercase": true },
            "pre_tokenizer": { "type": "BertPreTokenizer" },
            "post_processor": {
                "type": "TemplateProcessing",
                "single": [{ "SpecialToken": { "id": "[CLS]", "type_id": 0 } }, { "Sequence": { "id": "A", "type_id": 0 } },
                           { "SpecialToken": { "id": "[SEP]", "type_id": 0 } }],
                "pair": [{ "Sequence": { "id": "A", "type_id": 0 } }, { "Sequence": { "id": "B", "type_id": 1 } }],
                "special_tokens": { "[CLS]": around("[CLS]", 2), "[SEP]": around("[SEP]", 3) },
            },
            "decoder": null,
            "model": { "type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                       "max_input_chars_per_word": 100, "vocab": vocabulary },
        })
    }

    /// The mean of the words' rows, those that the mask leaves out left out, plus a little for the second label.
    pub fn onnx(&self) -> Vec<u8> {
        let rows: Vec<[f32; 3]> = vec![[0.0; 3]; SPECIAL.len()];
        let rows: Vec<f32> = rows.into_iter().chain(self.words.iter().map(|(_, row)| *row)).flatten().collect();
        let tall = self.claims.unwrap_or(rows.len() as i64 / 3);
        let across = self.outputs as i64;
        let diagonal: Vec<f32> =
            (0..3 * self.outputs).map(|at| if at / self.outputs == at % self.outputs { 1.0 } else { 0.0 }).collect();
        let bias: Vec<f32> = (0..self.outputs).map(|n| if n == 1 { 0.5 } else { 0.0 }).collect();
        // What is added to each position says nothing, but there are so many of them.
        let gathered = if self.is_of_one_length { "gathered" } else { "read" };
        let placed = self.is_of_one_length.then(|| node("Add", &["gathered", "places"], "read", &[]));
        let places = vec![0.0; 3 * usize::try_from(self.positions).unwrap_or(0)];
        let places = self.is_of_one_length.then(|| tensor("places", &[1, self.positions, 3], &places));
        let nodes = [
            node("Gather", &["rows", self.input], gathered, &[]),
            node("Cast", &["attention_mask"], "mask", &[number("to", 1)]),
            node("Unsqueeze", &["mask"], "masks", &[numbers("axes", &[2])]),
            node("Mul", &["read", "masks"], "left", &[]),
            node("ReduceSum", &["left"], "sum", &[numbers("axes", &[1]), number("keepdims", 0)]),
            node("ReduceSum", &["masks"], "many", &[numbers("axes", &[1]), number("keepdims", 0)]),
            node("Div", &["sum", "many"], "mean", &[]),
            node("MatMul", &["mean", "weights"], "weighed", &[]),
            node("Add", &["weighed", "bias"], "logits", &[]),
        ];
        let tensors = [
            tensor("rows", &[tall, 3], &rows),
            tensor("weights", &[3, across], &diagonal),
            tensor("bias", &[across], &bias),
        ];
        let mut graph = Bytes::default();
        nodes[..1].iter().chain(&placed).chain(&nodes[1..]).for_each(|node| graph.part(1, node));
        graph.part(2, b"tiny");
        tensors.iter().chain(&places).for_each(|tensor| graph.part(5, tensor));
        for name in [self.input, "attention_mask"] {
            graph.part(11, &value(name, INT64, &["batch", "sequence"]));
        }
        graph.part(12, &value("logits", FLOAT, &["batch", "labels"]));
        let mut operators = Bytes::default();
        operators.part(1, b"");
        operators.number(2, 11);
        let mut model = Bytes::default();
        model.number(1, 7);
        model.part(7, &graph.0);
        model.part(8, &operators.0);
        model.0
    }
}

const FLOAT: u64 = 1;
const INT64: u64 = 7;

/// Protocol buffers, as far as they are needed here: numbers, and parts with their lengths.
#[derive(Default)]
struct Bytes(Vec<u8>);

impl Bytes {
    fn varint(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    fn number(&mut self, field: u64, number: u64) {
        self.varint(field << 3);
        self.varint(number);
    }

    fn part(&mut self, field: u64, bytes: &[u8]) {
        self.varint(field << 3 | 2);
        self.varint(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }
}

fn node(operator: &str, inputs: &[&str], output: &str, attributes: &[Vec<u8>]) -> Vec<u8> {
    let mut node = Bytes::default();
    inputs.iter().for_each(|input| node.part(1, input.as_bytes()));
    node.part(2, output.as_bytes());
    node.part(3, output.as_bytes());
    node.part(4, operator.as_bytes());
    attributes.iter().for_each(|attribute| node.part(5, attribute));
    node.0
}

fn number(name: &str, value: u64) -> Vec<u8> {
    let mut attribute = Bytes::default();
    attribute.part(1, name.as_bytes());
    attribute.number(3, value);
    attribute.number(20, 2);
    attribute.0
}

fn numbers(name: &str, values: &[u64]) -> Vec<u8> {
    let mut attribute = Bytes::default();
    attribute.part(1, name.as_bytes());
    values.iter().for_each(|value| attribute.number(8, *value));
    attribute.number(20, 7);
    attribute.0
}

fn tensor(name: &str, shape: &[i64], values: &[f32]) -> Vec<u8> {
    let mut tensor = Bytes::default();
    shape.iter().for_each(|many| tensor.number(1, many.cast_unsigned()));
    tensor.number(2, FLOAT);
    tensor.part(8, name.as_bytes());
    let raw: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    tensor.part(9, &raw);
    tensor.0
}

fn value(name: &str, kind: u64, shape: &[&str]) -> Vec<u8> {
    let mut dimensions = Bytes::default();
    for one in shape {
        let mut dimension = Bytes::default();
        dimension.part(2, one.as_bytes());
        dimensions.part(1, &dimension.0);
    }
    let mut of_tensor = Bytes::default();
    of_tensor.number(1, kind);
    of_tensor.part(2, &dimensions.0);
    let mut of_value = Bytes::default();
    of_value.part(1, &of_tensor.0);
    let mut value = Bytes::default();
    value.part(1, name.as_bytes());
    value.part(2, &of_value.0);
    value.0
}
