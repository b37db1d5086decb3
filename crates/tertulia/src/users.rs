//! `tertulia user`: the team by command; also for an owner who lost the password.

use crate::{
    config::Config,
    connectors,
    installation::{Alone, Installation, Labels},
};
use anyhow::{Context, Result, anyhow, ensure};
use std::sync::Arc;
use tertulia_engine::{Engine, accounts, setup};
use tertulia_model::Role;
use tertulia_store::users;

#[derive(Debug, clap::Subcommand)]
pub enum UserCommand {
    /// Everybody in the team.
    List,
    /// Invite somebody; prints the link by which they set a password.
    Add {
        address: String,
        #[arg(long)]
        name: String,
        /// owner, agent or viewer.
        #[arg(long, default_value = "agent")]
        role: String,
    },
    /// Make a new password possible; prints the link, or takes the password from the standard input.
    Reset {
        address: String,
        /// Read the new password from the first line of the standard input.
        #[arg(long)]
        password_stdin: bool,
    },
}

pub async fn run(config: &Config, command: UserCommand) -> Result<()> {
    // Opening it would make an empty one here, in which nobody has any address.
    ensure!(
        config.has_database(),
        "There is no installation in {}. Nothing was changed. Name its configuration with --config FILE, or run this in its folder. Where there is none yet, start it with `tertulia serve`: the first visitor becomes its owner.",
        config.data_dir.display()
    );
    let installation = Installation::open(config, connectors::all(), Alone::No, Labels::No).await?;
    let done = perform(&installation.engine, command).await;
    installation.close().await;
    done
}

async fn perform(engine: &Arc<Engine>, command: UserCommand) -> Result<()> {
    match command {
        UserCommand::List => list(engine).await,
        UserCommand::Add { address, name, role } => {
            setup::must_be_done(engine).await?;
            let role =
                Role::parse(&role).with_context(|| format!("{role} is no role. A role is owner, agent or viewer"))?;
            let link = accounts::invite(engine, &address, &name, role).await?;
            println!("{name} sets a password here, within three days:\n{link}");
            Ok(())
        }
        UserCommand::Reset { address, password_stdin } => reset(engine, &address, password_stdin).await,
    }
}

async fn list(engine: &Engine) -> Result<()> {
    for user in users::all(&mut engine.db.reader()).await? {
        let state = match (&user.disabled_at, &user.password_hash) {
            (Some(_), _) => "  (left)",
            (None, None) => "  (invited)",
            _ => "",
        };
        println!("{:<7} {:<32} {}{state}", user.role.as_str(), user.mail, user.name);
    }
    Ok(())
}

async fn reset(engine: &Arc<Engine>, address: &str, from_stdin: bool) -> Result<()> {
    let user = users::by_mail(&mut engine.db.reader(), address)
        .await?
        .ok_or_else(|| anyhow!("Nobody in the team has the address {address}. `tertulia user list` shows them all."))?;
    ensure!(
        user.disabled_at.is_none(),
        "{} is disabled and cannot sign in, with any password. First let an owner give them access again: in the web, under Team, on their page.",
        user.name
    );
    if from_stdin {
        let mut password = String::new();
        std::io::stdin().read_line(&mut password)?;
        accounts::set_password(engine, user.id, password.trim_end_matches(['\r', '\n'])).await?;
        println!("{} has a new password and is signed out everywhere.", user.name);
        return Ok(());
    }
    let link = accounts::password_link(engine, user.id).await?;
    println!("{} sets a new password here, within three days; until then the old one holds:\n{link}", user.name);
    Ok(())
}
