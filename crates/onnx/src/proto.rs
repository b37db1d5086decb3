//! What a model claims of itself is compared with what it holds, before anything is made of it: room is never made for
//! numbers that are not there.

use tract_onnx::pb::{GraphProto, ModelProto, TensorProto, tensor_proto::DataType};

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
    for attribute in graph.node.iter().flat_map(|node| &node.attribute) {
        attribute.t.iter().chain(&attribute.tensors).try_for_each(tensor_holds)?;
        for inner in attribute.g.iter().chain(&attribute.graphs) {
            graph_holds(inner, nodes, depth + 1)?;
        }
    }
    graph.initializer.iter().try_for_each(tensor_holds)
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
