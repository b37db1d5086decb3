//! Who may use whom.

use serde_json::Value;

/// A crate and those it may use. Read top to bottom, this is the shape of the program.
const MAY_USE: &[(&str, &[&str])] = &[
    ("tertulia-model", &[]),
    ("tertulia-analysis", &["tertulia-model"]),
    ("tertulia-voices", &["tertulia-model"]),
    ("tertulia-onnx", &["tertulia-model", "tertulia-analysis"]),
    ("tertulia-network", &["tertulia-model"]),
    ("tertulia-connector", &["tertulia-model"]),
    ("tertulia-store", &["tertulia-model"]),
    (
        "tertulia-engine",
        &[
            "tertulia-model",
            "tertulia-analysis",
            "tertulia-voices",
            "tertulia-network",
            "tertulia-connector",
            "tertulia-store",
        ],
    ),
    (
        "tertulia-web",
        &[
            "tertulia-model",
            "tertulia-analysis",
            "tertulia-voices",
            "tertulia-network",
            "tertulia-connector",
            "tertulia-store",
            "tertulia-engine",
        ],
    ),
    ("tertulia-testkit", &[]),
    ("xtask", &[]),
    // Archives hold mails: it reads them as the e-mail channel does.
    ("tertulia-connector-import", &["tertulia-model", "tertulia-connector", "tertulia-connector-email"]),
];

/// Every other crate in `connectors/`.
const CONNECTORS_MAY_USE: &[&str] = &["tertulia-model", "tertulia-connector"];

/// These stand on top and may use all the others.
const ON_TOP: &[&str] = &["tertulia", "tertulia-bench", "tertulia-eval", "tertulia-train"];

const TESTKIT: &str = "tertulia-testkit";

pub fn check(metadata: &Value) -> Vec<String> {
    let own: Vec<&Value> =
        metadata["packages"].as_array().into_iter().flatten().filter(|p| p["source"].is_null()).collect();
    let names: Vec<&str> = own.iter().filter_map(|package| package["name"].as_str()).collect();
    let mut problems = Vec::new();
    for package in own {
        let user = package["name"].as_str().unwrap_or_default();
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let used = dependency["name"].as_str().unwrap_or_default();
            let for_tests = dependency["kind"] == "dev";
            if names.contains(&used) && !may_use(user, used, for_tests) {
                let how = if for_tests { " in its tests" } else { "" };
                problems.push(format!("{user} may not use {used}{how} (see xtask/src/tidy/borders.rs)"));
            }
        }
        let known = ON_TOP.contains(&user) || is_connector(user) || MAY_USE.iter().any(|(name, _)| *name == user);
        if !known {
            problems.push(format!("{user} has no place yet: say in xtask/src/tidy/borders.rs whom it may use"));
        }
    }
    problems
}

fn may_use(user: &str, used: &str, for_tests: bool) -> bool {
    if used == TESTKIT {
        return for_tests || ["tertulia-bench", "tertulia-eval"].contains(&user);
    }
    // That a bigger model's labels go the way of all others is proven with a real one.
    if (user, used, for_tests) == ("tertulia-engine", "tertulia-onnx", true) {
        return true;
    }
    // What is measured without a part of what was learnt is learnt anew.
    if (user, used) == ("tertulia-eval", "tertulia-train") {
        return true;
    }
    if ON_TOP.contains(&user) {
        return !ON_TOP.contains(&used) && used != "xtask";
    }
    let row = MAY_USE.iter().find(|(name, _)| *name == user);
    let allowed = match row {
        Some((_, allowed)) => allowed,
        None if is_connector(user) => CONNECTORS_MAY_USE,
        None => return false,
    };
    allowed.contains(&used)
}

fn is_connector(name: &str) -> bool {
    name.starts_with("tertulia-connector-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn workspace(user: &str, used: &str, kind: Value) -> Value {
        let used_by = json!([{ "name": used, "kind": kind }]);
        json!({ "packages": [
            { "name": user, "source": null, "dependencies": used_by },
            { "name": used, "source": null, "dependencies": [] },
        ] })
    }

    #[test]
    fn the_allowed_direction_passes() {
        for (user, used) in [
            ("tertulia-web", "tertulia-engine"),
            ("tertulia-connector-email", "tertulia-connector"),
            ("tertulia-connector-import", "tertulia-connector-email"),
            ("tertulia", "tertulia-connector-email"),
            ("tertulia-eval", "tertulia-train"),
        ] {
            assert_eq!(check(&workspace(user, used, Value::Null)), Vec::<String>::new());
        }
    }

    #[test]
    fn a_connector_that_sees_the_database_is_named() {
        let problems = check(&workspace("tertulia-connector-email", "tertulia-store", Value::Null));
        assert_eq!(problems.len(), 1);
        assert!(problems[0].contains("tertulia-connector-email may not use tertulia-store"), "{problems:?}");
    }

    #[test]
    fn the_engine_knows_a_bigger_model_in_its_tests_alone() {
        assert_eq!(check(&workspace("tertulia-engine", "tertulia-onnx", json!("dev"))).len(), 0);
        assert_eq!(check(&workspace("tertulia-engine", "tertulia-onnx", Value::Null)).len(), 1);
    }

    #[test]
    fn only_the_program_names_a_concrete_connector() {
        assert_eq!(check(&workspace("tertulia-engine", "tertulia-connector-email", Value::Null)).len(), 1);
        assert_eq!(check(&workspace("tertulia-web", "tertulia-connector-email", json!("dev"))).len(), 1);
    }

    #[test]
    fn the_test_kit_is_for_tests() {
        assert_eq!(check(&workspace("tertulia-store", TESTKIT, Value::Null)).len(), 1);
        assert_eq!(check(&workspace("tertulia-store", TESTKIT, json!("dev"))).len(), 0);
    }

    #[test]
    fn a_crate_without_a_place_is_named() {
        let problems = check(&json!({ "packages": [{ "name": "tertulia-new", "source": null, "dependencies": [] }] }));
        assert!(problems[0].contains("tertulia-new has no place yet"), "{problems:?}");
    }
}
