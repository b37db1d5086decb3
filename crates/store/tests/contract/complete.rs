//! Every public store function is named in a contract test.

use std::{fs, path::Path};

#[test]
fn every_public_store_function_is_run_by_a_contract_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let tests: String = files(&root.join("tests/contract")).into_iter().map(|(_, text)| text).collect();
    let mut missing = Vec::new();
    let mut found = 0;
    for (module, text) in files(&root.join("src")) {
        for line in text.lines().take_while(|line| line.trim() != "mod tests {") {
            let Some(rest) = line.trim_start().strip_prefix("pub async fn ") else { continue };
            let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            found += 1;
            // A method is called on a value, a function of a module by its module's name.
            let is_method = line.starts_with(' ');
            let call = if is_method { format!(".{name}(") } else { format!("{module}::{name}(") };
            let opener = format!("Db::{name}(");
            let generic = format!("{module}::{name}::<");
            let bare = module == "migrate" && tests.contains(&format!(" {name}("));
            if ![call.clone(), opener, generic].iter().any(|form| tests.contains(form)) && !bare {
                missing.push(call);
            }
        }
    }
    assert!(found > 100, "the scan found {found} functions: it no longer understands the source");
    assert!(missing.is_empty(), "no contract test runs {missing:?}");
}

fn files(folder: &Path) -> Vec<(String, String)> {
    let rust = |path: &Path| path.extension().is_some_and(|ext| ext == "rs");
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| rust(path))
        .map(|path| (path.file_stem().unwrap().to_string_lossy().into_owned(), fs::read_to_string(&path).unwrap()))
        .collect()
}
