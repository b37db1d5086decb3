//! `tertulia channel`: the channels by command, for whoever sets an installation up by script.

use crate::{
    config::Config,
    connectors,
    installation::{Alone, Installation, Labels},
};
use anyhow::{Context, Result, anyhow, bail};
use serde_json::Value;
use std::{io::Read, sync::Arc};
use tertulia_connector::{Connector, Secret};
use tertulia_engine::{
    Engine, EngineError,
    channels::{self, ChannelForm},
    setup,
};
use tertulia_model::ChannelState;
use tertulia_store::channels::{self as stored, Channel};

#[derive(Debug, clap::Subcommand)]
pub enum ChannelCommand {
    /// All channels and how they are.
    List,
    /// Connect an account.
    Add {
        /// email, webchat …
        connector: String,
        /// What the team calls it.
        #[arg(long)]
        name: Option<String>,
        /// A setting; may be given several times.
        #[arg(long, value_name = "NAME=VALUE")]
        set: Vec<String>,
        /// A secret, read from a file (`-` for the standard input), so that it stands in no history.
        #[arg(long, value_name = "NAME=FILE")]
        secret: Vec<String>,
    },
    /// Stop hearing and sending for now.
    Pause { channel: String },
    /// Go on after a pause.
    Resume { channel: String },
    /// Take a channel away. Its messages stay; its passwords are forgotten.
    Delete { channel: String },
    /// Try the settings against the real service.
    Test { channel: String },
}

pub async fn run(config: &Config, command: ChannelCommand) -> Result<()> {
    let installation = Installation::open(config, connectors::all(), Alone::No, Labels::No).await?;
    let done = perform(&installation.engine, command).await;
    installation.close().await;
    done
}

async fn perform(engine: &Arc<Engine>, command: ChannelCommand) -> Result<()> {
    match command {
        ChannelCommand::List => list(engine).await,
        ChannelCommand::Add { connector, name, set, secret } => add(engine, &connector, name, &set, &secret).await,
        ChannelCommand::Pause { channel } => change(engine, &channel, ChannelState::Paused, "is paused").await,
        ChannelCommand::Resume { channel } => change(engine, &channel, ChannelState::Live, "goes on").await,
        ChannelCommand::Delete { channel } => {
            change(
                engine,
                &channel,
                ChannelState::Deleted,
                "is deleted; its messages stay, and answers that still waited come back to their conversations",
            )
            .await
        }
        ChannelCommand::Test { channel } => test(engine, &channel).await,
    }
}

async fn list(engine: &Engine) -> Result<()> {
    let all = stored::all(&mut engine.db.reader()).await?;
    if all.is_empty() {
        println!("No channel yet. Add one with `tertulia channel add email --set address=…`, or in the web.");
    }
    for channel in all {
        println!("{}  {:<8} {:<8} {}", channel.id, channel.connector, channel.state.as_str(), channel.name);
        if let Some(error) = channel.last_error {
            println!("{:>20} {error}", "");
        }
    }
    Ok(())
}

async fn add(
    engine: &Arc<Engine>,
    connector: &str,
    name: Option<String>,
    set: &[String],
    secrets: &[String],
) -> Result<()> {
    setup::must_be_done(engine).await?;
    let kind = engine.registry.get(connector).cloned().ok_or_else(|| no_connector(engine, connector))?;
    let mut form = ChannelForm { name: name.unwrap_or_default(), ..ChannelForm::default() };
    for (name, value) in pairs(set)? {
        let schema = property(&kind, name)?;
        if kind.spec().secret_names().contains(&name) {
            bail!(
                "{name} is a secret. Write it to a file and give it with --secret {name}=FILE, so that it stands in no history."
            );
        }
        form.settings.insert(name.to_owned(), typed(&schema, name, value)?);
    }
    for (name, file) in pairs(secrets)? {
        property(&kind, name)?;
        let text = if file == "-" {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text)?;
            text
        } else {
            std::fs::read_to_string(file).with_context(|| format!("{file} cannot be read"))?
        };
        form.secrets.insert(name.to_owned(), Secret::new(text.trim_end_matches(['\r', '\n'])));
    }
    let id = channels::add(engine, connector, form).await.map_err(every_message)?;
    println!("Channel {id} is connected. A running Tertulia starts to hear it within seconds.");
    Ok(())
}

fn no_connector(engine: &Engine, name: &str) -> anyhow::Error {
    let known: Vec<&str> = engine.registry.all().map(|kind| kind.spec().name.as_str()).collect();
    anyhow!("There is no connector called {name}. There are: {}.", known.join(", "))
}

fn pairs(given: &[String]) -> Result<Vec<(&str, &str)>> {
    let split = |pair: &'_ String| pair.split_once('=').map(|(name, _)| name.len());
    given
        .iter()
        .map(|pair| {
            let at = split(pair).ok_or_else(|| anyhow!("“{pair}” should be NAME=VALUE"))?;
            Ok((&pair[..at], &pair[at + 1..]))
        })
        .collect()
}

fn property(kind: &Arc<dyn Connector>, name: &str) -> Result<Value> {
    let properties = kind.spec().settings_schema["properties"].as_object().cloned().unwrap_or_default();
    if let Some(schema) = properties.get(name) {
        return Ok(schema.clone());
    }
    let nearest = properties.keys().min_by_key(|known| strsim::damerau_levenshtein(known, name)).cloned();
    bail!("{} has no setting {name}. Did you mean {}?", kind.spec().title, nearest.unwrap_or_default())
}

/// A value as the schema wants it.
fn typed(schema: &Value, name: &str, value: &str) -> Result<Value> {
    Ok(match schema["type"].as_str() {
        Some("integer") => value.parse::<i64>().map_err(|_| anyhow!("{name} is a number, not “{value}”"))?.into(),
        Some("boolean") => match value {
            "true" | "yes" => true.into(),
            "false" | "no" => false.into(),
            _ => bail!("{name} is true or false, not “{value}”"),
        },
        Some("array") => value.split(',').map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>().into(),
        _ => value.into(),
    })
}

/// All that is wrong with a form, a line each.
fn every_message(error: EngineError) -> anyhow::Error {
    match error {
        EngineError::Invalid(errors) => {
            let lines: Vec<String> = errors.iter().map(|error| format!("{}: {}", error.field, error.message)).collect();
            anyhow!(lines.join("\n"))
        }
        other => other.into(),
    }
}

/// A channel by its number, its name or its account.
async fn find(engine: &Engine, wanted: &str) -> Result<Channel> {
    let all = stored::all(&mut engine.db.reader()).await?;
    let fits = |c: &Channel| c.id.to_string() == wanted || c.name == wanted || c.account == wanted;
    let mut found = all.into_iter().filter(fits);
    match (found.next(), found.next()) {
        (Some(channel), None) => Ok(channel),
        (Some(_), Some(_)) => {
            bail!("Several channels are called {wanted}. Use the number that `tertulia channel list` shows.")
        }
        _ => bail!("No channel is called {wanted}. `tertulia channel list` shows them all."),
    }
}

async fn change(engine: &Arc<Engine>, wanted: &str, state: ChannelState, done: &str) -> Result<()> {
    let channel = find(engine, wanted).await?;
    channels::set_state(engine, channel.id, state).await?;
    println!("{} {done}.", channel.name);
    Ok(())
}

async fn test(engine: &Arc<Engine>, wanted: &str) -> Result<()> {
    let channel = find(engine, wanted).await?;
    let form = ChannelForm { name: channel.name.clone(), ..ChannelForm::default() };
    for line in channels::test(engine, &channel.connector, Some(channel.id), form).await.map_err(every_message)? {
        println!("{line}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connectors;
    use serde_json::json;
    use std::collections::HashMap;

    #[test]
    fn a_value_becomes_what_its_setting_is() {
        assert_eq!(typed(&json!({ "type": "integer" }), "imap_port", "993").unwrap(), json!(993));
        assert_eq!(typed(&json!({ "type": "array" }), "origins", "a, b").unwrap(), json!(["a", "b"]));
        assert_eq!(typed(&json!({ "type": "boolean" }), "ask", "no").unwrap(), json!(false));
        assert!(typed(&json!({ "type": "integer" }), "imap_port", "TLS").is_err());
    }

    #[test]
    fn a_value_may_hold_equal_signs() {
        assert_eq!(pairs(&["a=b=c".to_owned()]).unwrap(), [("a", "b=c")]);
        assert!(pairs(&["a".to_owned()]).is_err());
    }

    #[test]
    fn every_kind_of_channel_has_an_icon_of_its_own_and_words_for_every_choice() {
        let mut seen: HashMap<String, String> = HashMap::new();
        for connector in connectors::all() {
            let spec = connector.spec();
            assert!(tertulia_web::icons::is_known(&spec.icon), "{}: {} is not in ui/icons.txt", spec.name, spec.icon);
            if let Some(other) = seen.insert(spec.icon.clone(), spec.name.clone()) {
                panic!("{} and {other} look the same: {}", spec.name, spec.icon);
            }
            for (name, setting) in spec.settings_schema["properties"].as_object().unwrap() {
                for choice in setting["enum"].as_array().into_iter().flatten() {
                    let label = &setting["x-labels"][choice.as_str().unwrap()];
                    assert!(label.is_string(), "{}: the choice {choice} of {name} has no words", spec.name);
                }
            }
        }
        assert!(seen.len() > 10, "{seen:?}");
    }
}
