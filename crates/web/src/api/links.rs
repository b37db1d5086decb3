//! How the document's operations are called, and where an id in an answer leads: whoever reads it, person or program, need
//! not guess which list gives the ids that an address takes.

use serde_json::{Map, Value, json};

const ROOT: &str = "/api/v1/";

/// `get_monitors_id`: unique, as operation ids must be.
pub(super) fn name(path: &str, method: &str) -> String {
    let words = path.trim_start_matches(ROOT).split(['/', '.']).map(|part| part.trim_matches(['{', '}']));
    std::iter::once(method).chain(words).collect::<Vec<_>>().join("_")
}

/// Where the first row of a list's answer has its id.
fn first_id(list: &str) -> &'static str {
    match list {
        "/api/v1/conversations" => "/conversations/0/id",
        "/api/v1/messages" => "/messages/0/id",
        "/api/v1/monitors/{id}/mentions" => "/items/0/message/id",
        "/api/v1/labels" => "/kinds/0/kind",
        "/api/v1/messages/{id}/labels" => "/items/0/kind",
        "/api/v1/invitation-rounds/{id}/texts" => "/items/0/language",
        "/api/v1/topics/{id}/messages" => "/items/0/message_id",
        _ => "/items/0/id",
    }
}

/// From each list to whatever takes the id of one of its rows.
pub(super) fn add(document: &mut Value) {
    let paths: Vec<(String, Vec<String>)> = document["paths"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(path, methods)| {
            (path.clone(), methods.as_object().into_iter().flatten().map(|(m, _)| m.clone()).collect())
        })
        .collect();
    for (list, _) in &paths {
        let links = of(list, &paths);
        let answer = document["paths"].get_mut(list).and_then(|path| path.get_mut("get"));
        if let Some(answer) = answer.and_then(|get| get["responses"].get_mut("200")).filter(|_| !links.is_empty()) {
            answer["links"] = links.into();
        }
    }
}

fn of(list: &str, paths: &[(String, Vec<String>)]) -> Map<String, Value> {
    let mut links = Map::new();
    for (path, methods) in paths {
        // What follows the list's own address is a hole for one of its ids, and perhaps a word.
        let Some(rest) = path.strip_prefix(list).and_then(|rest| rest.strip_prefix("/{")) else { continue };
        let Some((hole, _)) = rest.split_once('}').filter(|(_, rest)| !rest.contains('{')) else { continue };
        let mut parameters = json!({ hole: format!("$response.body#{}", first_id(list)) });
        if list.contains("{id}") {
            parameters["id"] = "$request.path.id".into();
        }
        for method in methods {
            let id = name(path, method);
            links.insert(id.clone(), json!({ "operationId": id, "parameters": parameters }));
        }
    }
    links
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_called_by_method_and_path() {
        assert_eq!(name("/api/v1/monitors/{id}/mutes", "post"), "post_monitors_id_mutes");
        assert_eq!(name("/api/v1/openapi.json", "get"), "get_openapi_json");
    }

    #[test]
    fn a_list_leads_to_what_takes_the_ids_of_its_rows() {
        let get = || json!({ "responses": { "200": { "description": "" } } });
        let mut document = json!({ "paths": {
            "/api/v1/monitors": { "get": get(), "post": {} },
            "/api/v1/monitors/preview": { "post": {} },
            "/api/v1/monitors/{id}": { "get": get(), "delete": {} },
            "/api/v1/monitors/{id}/mentions": { "get": get() },
            "/api/v1/monitors/{id}/mentions/{message}/state": { "put": {} },
        }});
        add(&mut document);
        let of = |path: &str| document["paths"][path]["get"]["responses"]["200"]["links"].clone();
        let mut names: Vec<String> = of("/api/v1/monitors").as_object().unwrap().keys().cloned().collect();
        names.sort_unstable();
        assert_eq!(names, ["delete_monitors_id", "get_monitors_id", "get_monitors_id_mentions"]);
        assert_eq!(
            of("/api/v1/monitors/{id}/mentions")["put_monitors_id_mentions_message_state"]["parameters"],
            json!({ "id": "$request.path.id", "message": "$response.body#/items/0/message/id" })
        );
        assert_eq!(of("/api/v1/monitors/{id}"), Value::Null);
        assert!(document["paths"]["/api/v1/monitors/preview"].get("get").is_none(), "and makes up no operation");
    }
}
