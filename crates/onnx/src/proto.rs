//! What a model claims of itself is compared with what it holds, before anything is made of it: room is never made for
//! numbers that are not there. Reading a model reckons whatever follows from constants alone, so what turns round and what makes much
//! of a few numbers is looked at here, before that.

use crate::graph::MOST_NUMBERS;
use std::collections::HashMap;
use tract_onnx::pb::{GraphProto, ModelProto, NodeProto, TensorProto, tensor_proto::DataType};

/// Far more than the largest models of this kind have.
const MOST_NODES: usize = 100_000;
const DEEPEST: usize = 8;

pub(crate) fn check(model: &ModelProto) -> Result<(), String> {
    let graph = model.graph.as_ref().ok_or("there is no graph in it. Export the model again")?;
    if !model.functions.is_empty() {
        return Err(
            "it has functions of its own, which are not run here. Export it with an older operator set".to_owned()
        );
    }
    let mut nodes = 0;
    graph_holds(graph, &mut nodes, 0)
}

fn graph_holds(graph: &GraphProto, nodes: &mut usize, depth: usize) -> Result<(), String> {
    *nodes += graph.node.len();
    if *nodes > MOST_NODES || depth > DEEPEST {
        return Err("it has more parts than a classifier of texts has. Take another model".to_owned());
    }
    if !graph.sparse_initializer.is_empty() {
        return Err("it has sparse tensors, which are not read. Export it without".to_owned());
    }
    if let Some(node) = graph.node.iter().find(|node| ["Loop", "Scan"].contains(&node.op_type.as_str())) {
        return Err(format!(
            "it goes round in a {}, which no classifier of texts needs and nobody knows how often. Export it without",
            node.op_type
        ));
    }
    makes_little(graph)?;
    for attribute in graph.node.iter().flat_map(|node| &node.attribute) {
        attribute.t.iter().chain(&attribute.tensors).try_for_each(tensor_holds)?;
        for inner in attribute.g.iter().chain(&attribute.graphs) {
            graph_holds(inner, nodes, depth + 1)?;
        }
    }
    graph.initializer.iter().try_for_each(tensor_holds)
}

/// What a shape or numbers of repeats say that stand in the model.
fn makes_little(graph: &GraphProto) -> Result<(), String> {
    let in_nodes = graph.node.iter().filter(|node| node.op_type == "Constant");
    let tensor = |node: &'_ NodeProto| node.attribute.iter().find_map(|attribute| attribute.t.clone());
    let in_nodes = in_nodes.filter_map(|node| Some((node.output.first()?.clone(), whole_numbers(&tensor(node)?)?)));
    let constants = graph.initializer.iter().filter_map(|tensor| Some((tensor.name.clone(), whole_numbers(tensor)?)));
    let known: HashMap<String, Vec<i64>> = constants.chain(in_nodes).collect();
    for node in &graph.node {
        let given = |at: usize| node.input.get(at).and_then(|name| known.get(name));
        let many = match node.op_type.as_str() {
            "ConstantOfShape" | "Expand" | "Tile" => {
                let Some(shape) = given(usize::from(node.op_type != "ConstantOfShape")) else { continue };
                product(shape)
            }
            "Range" => {
                let [from, to, by] = [0, 1, 2].map(|at| given(at).and_then(|one| one.first().copied()));
                let (Some(from), Some(to), Some(by)) = (from, to, by) else { continue };
                to.checked_sub(from).and_then(|far| far.checked_div(by))
            }
            _ => continue,
        };
        // None is beyond all numbers.
        if many.is_none_or(|many| many > MOST_NUMBERS) {
            let name: String = node.name.chars().take(60).collect();
            return Err(format!("“{name}” would hold too much. Take another model"));
        }
    }
    Ok(())
}

fn product(shape: &[i64]) -> Option<i64> {
    // What is left open is no more than is there.
    shape.iter().try_fold(1_i64, |all, many| all.checked_mul((*many).max(1)))
}

/// Up to eight, as a shape has them.
fn whole_numbers(tensor: &TensorProto) -> Option<Vec<i64>> {
    if DataType::try_from(tensor.data_type) != Ok(DataType::Int64) {
        return None;
    }
    let (raw, _) = tensor.raw_data.as_chunks::<8>();
    let raw = raw.iter().map(|bytes| i64::from_le_bytes(*bytes));
    Some(raw.chain(tensor.int64_data.iter().copied()).take(8).collect())
}

fn tensor_holds(tensor: &TensorProto) -> Result<(), String> {
    let name: String = tensor.name.chars().take(60).collect();
    if !tensor.external_data.is_empty() || tensor.data_location.is_some_and(|location| location != 0) {
        return Err(format!("“{name}” lies in a file of its own. Export the model as one file, below 2 GB"));
    }
    let size = match DataType::try_from(tensor.data_type) {
        Ok(DataType::Float | DataType::Int32 | DataType::Uint32) => 4,
        Ok(DataType::Int64 | DataType::Uint64 | DataType::Double) => 8,
        Ok(DataType::Float16 | DataType::Int16 | DataType::Uint16) => 2,
        Ok(DataType::Bool | DataType::Int8 | DataType::Uint8) => 1,
        Ok(DataType::String) => 0,
        _ => return Err(format!("“{name}” holds numbers of a kind that is not read here")),
    };
    let claimed = tensor.dims.iter().try_fold(1_usize, |all, many| all.checked_mul(usize::try_from(*many).ok()?));
    let each = [
        tensor.float_data.len(),
        tensor.int32_data.len(),
        tensor.int64_data.len(),
        tensor.uint64_data.len(),
        tensor.double_data.len(),
        tensor.string_data.len(),
    ];
    let held = match tensor.raw_data.len() {
        0 => each.into_iter().max().unwrap_or(0),
        bytes if size > 0 && bytes % size == 0 => bytes / size,
        _ => return Err(format!("“{name}” is cut off. Bring the file again")),
    };
    if claimed != Some(held) {
        return Err(format!(
            "“{name}” claims to be of the shape {:?} and holds {held} numbers. Bring the file again",
            tensor.dims
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(nodes: &[(&str, &[&str])], constants: &[(&str, &[i64])]) -> ModelProto {
        let node = |(operator, input): &(&str, &[&str])| NodeProto {
            op_type: (*operator).to_owned(),
            name: format!("a {operator}"),
            input: input.iter().map(|name| (*name).to_owned()).collect(),
            ..NodeProto::default()
        };
        let tensor = |(name, values): &(&str, &[i64])| TensorProto {
            name: (*name).to_owned(),
            data_type: DataType::Int64 as i32,
            dims: vec![values.len() as i64],
            int64_data: values.to_vec(),
            ..TensorProto::default()
        };
        let graph = GraphProto {
            node: nodes.iter().map(node).collect(),
            initializer: constants.iter().map(tensor).collect(),
            ..GraphProto::default()
        };
        ModelProto { graph: Some(graph), ..ModelProto::default() }
    }

    #[test]
    fn what_makes_much_of_a_few_numbers_or_goes_round_is_refused_before_it_is_reckoned() {
        let huge: &[i64] = &[1 << 20, 1 << 20];
        let beyond: &[i64] = &[i64::MAX, 3];
        let usual: &[i64] = &[1, 512, 768];
        for (operator, input) in [("ConstantOfShape", &["s"][..]), ("Expand", &["x", "s"]), ("Tile", &["x", "s"])] {
            for (shape, is_taken) in [(huge, false), (beyond, false), (usual, true), (&[-1, 512], true)] {
                let said = check(&model(&[(operator, input)], &[("s", shape)]));
                assert_eq!(said.is_ok(), is_taken, "{operator} {shape:?} {said:?}");
            }
            assert!(check(&model(&[(operator, input)], &[])).is_ok(), "what goes in decides");
        }
        let range = |to: i64| check(&model(&[("Range", &["a", "b", "c"])], &[("a", &[0]), ("b", &[to]), ("c", &[1])]));
        assert!(range(512).is_ok() && range(1 << 40).is_err() && range(i64::MAX).is_err());
        for operator in ["Loop", "Scan"] {
            let said = check(&model(&[(operator, &[])], &[])).unwrap_err();
            assert!(said.contains(operator) && said.contains("Export it without"), "{said}");
        }
    }
}
