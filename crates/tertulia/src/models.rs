//! What messages are labelled with: the models in the program, and a bigger one where the configuration names its folder.

use crate::config::Config;
use anyhow::Result;
use std::path::Path;
use tertulia_analysis::labels::Models;

pub fn read(config: &Config) -> Result<Models> {
    config.label_model.as_deref().map_or_else(|| Ok(Models::default()), with)
}

#[cfg(feature = "onnx")]
fn with(folder: &Path) -> Result<Models> {
    use anyhow::Context;
    use tertulia_analysis::labels::Kind;
    let model = tertulia_onnx::Model::open(folder).context("the model that `label_model` names is not taken")?;
    let models = Models::with(std::sync::Arc::new(model));
    let number = Kind::Sentiment.model_version(models.version());
    tracing::info!(folder = %folder.display(), number, "the tone is labelled by a bigger model");
    Ok(models)
}

#[cfg(not(feature = "onnx"))]
fn with(folder: &Path) -> Result<Models> {
    anyhow::bail!(
        "`label_model` names {}, and this program was built without what runs such a model. Build it with it, \
         `cargo build --release --package tertulia --features onnx`, or leave the setting away",
        folder.display()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_that_cannot_be_taken_is_an_error_that_says_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let config = Config::in_folder(folder.path());
        assert_eq!(read(&config).unwrap().version(), Models::default().version());
        let config = Config { label_model: Some(folder.path().join("none")), ..config };
        let said = format!("{:#}", read(&config).unwrap_err());
        let expected = if cfg!(feature = "onnx") { "config.json is not there" } else { "--features onnx" };
        assert!(said.contains(expected) && said.contains("label_model"), "{said}");
    }

    #[cfg(feature = "onnx")]
    #[test]
    fn a_model_in_a_folder_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        tertulia_testkit::LabelModel::default().write(folder.path());
        let config = Config { label_model: Some(folder.path().to_owned()), ..Config::in_folder(folder.path()) };
        assert_ne!(read(&config).unwrap().version(), Models::default().version());
    }
}
