//! The model itself: numbers of tokens in, a number for each label out.

use crate::{proto, tokens::Encoded};
use std::sync::Arc;
use tract_onnx::{prelude::*, tract_hir::infer::Factoid};

/// What goes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Input {
    Ids,
    Mask,
    Types,
    Positions,
}

pub(crate) struct Graph {
    plan: Arc<TypedRunnableModel>,
    inputs: Vec<(Input, DatumType)>,
    /// All texts are filled up to this length, where the model can't be made ready for any.
    filled: Option<Filled>,
}

#[derive(Clone, Copy)]
struct Filled {
    length: usize,
    pad: i64,
}

/// Numbers that one step of a model may hold: the attention of a large one at full length is a tenth of it.
pub(crate) const MOST_NUMBERS: i64 = 1 << 28;

impl Graph {
    pub fn read(bytes: &[u8], most: usize, pad: i64, is_filled: bool) -> Result<Self, String> {
        let broken = |error: TractError| format!("this is no model that can be run here: {error:#}");
        let proto = onnx().proto_model_for_read(&mut &*bytes).map_err(broken)?;
        proto::check(&proto)?;
        let parsed = onnx().with_ignore_value_info(true).model_for_proto_model(&proto).map_err(broken)?;
        let parsed = with_logits(parsed)?;
        let inputs = inputs(&parsed)?;
        drop(proto);
        let any = match is_filled {
            true => Err(TractError::msg("it is not run at any length")),
            false => plan(parsed.clone(), &inputs, None, most),
        };
        let (plan, filled) = match any {
            Ok(plan) => (plan, None),
            // Without a mask, what fills a text up would be read.
            Err(error) if !inputs.iter().any(|(input, _)| *input == Input::Mask) => return Err(broken(error)),
            Err(_) => {
                let plan = plan(parsed, &inputs, Some(most), most).map_err(broken)?;
                (plan, Some(Filled { length: most, pad }))
            }
        };
        Ok(Self { plan, inputs, filled })
    }

    /// One number for each label.
    pub fn run(&self, text: &Encoded) -> Result<Vec<f32>, String> {
        let said = |error: TractError| format!("it can't be run: {error:#}");
        let many = text.ids.len();
        let (length, pad) = self.filled.map_or((many, 0), |filled| (filled.length, filled.pad));
        let value = |input: Input, n: usize| match input {
            Input::Ids => text.ids.get(n).copied().unwrap_or(pad),
            Input::Types => text.types.get(n).copied().unwrap_or(0),
            Input::Mask => i64::from(n < many),
            Input::Positions => n as i64,
        };
        let tensor = |(input, kind): &(Input, DatumType)| -> TractResult<TValue> {
            let numbers: Vec<i64> = (0..length).map(|n| value(*input, n)).collect();
            Ok(Tensor::from_shape(&[1, length], &numbers)?.cast_to_dt(*kind)?.into_owned().into_tvalue())
        };
        let given = self.inputs.iter().map(tensor).collect::<TractResult<TVec<TValue>>>().map_err(said)?;
        let out = self.plan.run(given).map_err(said)?;
        let out = out.first().ok_or("it gives nothing")?;
        if !matches!(out.shape(), [1, _]) {
            return Err(format!(
                "it gives numbers of the shape {:?}; a classifier gives one for each label",
                out.shape()
            ));
        }
        let out = out.cast_to::<f32>().map_err(said)?;
        Ok(out.try_as_plain_ram().map_err(said)?.as_slice::<f32>().map_err(said)?.to_vec())
    }
}

/// Of several outputs that which is called so.
fn with_logits(mut model: InferenceModel) -> Result<InferenceModel, String> {
    let outputs = model.output_outlets().map_err(|error| error.to_string())?.to_vec();
    let named = outputs.iter().find(|outlet| model.outlet_label(**outlet) == Some("logits")).copied();
    let Some(logits) = named.or_else(|| outputs.first().copied().filter(|_| outputs.len() == 1)) else {
        return Err("none of its outputs is called `logits`. Export it as a classifier of texts".to_owned());
    };
    model.select_output_outlets(&[logits]).map_err(|error| error.to_string())?;
    Ok(model)
}

fn inputs(model: &InferenceModel) -> Result<Vec<(Input, DatumType)>, String> {
    let mut inputs = Vec::new();
    for outlet in model.input_outlets().map_err(|error| error.to_string())? {
        let name = model.node(outlet.node).name.as_str();
        let input = match name {
            "input_ids" => Input::Ids,
            "attention_mask" => Input::Mask,
            "token_type_ids" => Input::Types,
            "position_ids" => Input::Positions,
            other => {
                let other: String = other.chars().take(60).collect();
                return Err(format!(
                    "it wants “{other}”, which is not known. Export it as a classifier of texts, with the inputs \
                     input_ids, attention_mask and perhaps token_type_ids"
                ));
            }
        };
        let fact = model.outlet_fact(*outlet).map_err(|error| error.to_string())?;
        let kind = fact.datum_type.concretize().filter(|kind| [i64::datum_type(), i32::datum_type()].contains(kind));
        inputs.push((input, kind.ok_or_else(|| format!("“{name}” should be whole numbers (int64)"))?));
    }
    if !inputs.iter().any(|(input, _)| *input == Input::Ids) {
        return Err("it reads no input_ids. Export it as a classifier of texts".to_owned());
    }
    Ok(inputs)
}

/// Made ready for one text of a length, or of any.
fn plan(
    mut model: InferenceModel,
    inputs: &[(Input, DatumType)],
    length: Option<usize>,
    most: usize,
) -> TractResult<Arc<TypedRunnableModel>> {
    let any = model.symbols.sym("tokens");
    let length = length.map_or_else(|| any.to_dim(), |length| length.to_dim());
    for (n, (_, kind)) in inputs.iter().enumerate() {
        model.set_input_fact(n, InferenceFact::dt_shape(*kind, tvec!(1.to_dim(), length.clone())))?;
    }
    let typed = model.into_typed()?;
    let longest = SymbolValues::default().with(&any, i64::try_from(most)?);
    for node in typed.nodes() {
        for output in &node.outputs {
            let many = output.fact.shape.volume().eval(&longest).to_i64();
            if many.is_ok_and(|many| !(0..=MOST_NUMBERS).contains(&many)) {
                return Err(TractError::msg(format!("“{}” would hold too much", node.name)));
            }
        }
    }
    typed.into_optimized()?.into_runnable()
}
