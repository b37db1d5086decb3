//! `tertulia simulate`: worlds whose true opinions are known, heard again and again, so that anybody can see what figures of
//! voices are worth. It opens no database and no folder.

use anyhow::{Result, anyhow, ensure};
use serde::Serialize;
use tertulia_voices::simulate::{Scenario, simulate};

#[derive(Debug, clap::Args)]
pub struct SimulateArgs {
    /// One scenario, by its name; without a name all of them.
    name: Option<String>,
    /// How many times each world is heard.
    #[arg(long, value_name = "N", default_value_t = 2_000)]
    runs: u64,
    /// Where chance begins: the same seed gives the same figures.
    #[arg(long, value_name = "S", default_value_t = 42)]
    seed: u64,
    /// One JSON object a line, for programs.
    #[arg(long)]
    json: bool,
    /// Only say which scenarios there are, and what is so in each.
    #[arg(long)]
    list: bool,
}

pub fn run(args: &SimulateArgs) -> Result<()> {
    ensure!(args.runs > 0, "Nothing comes of 0 runs. Write --runs 1 or more; the guide's figures are of 2,000.");
    let scenarios = chosen(args.name.as_deref())?;
    if args.list {
        return scenarios.iter().try_for_each(|scenario| tell(args.json, scenario, &listed(scenario)));
    }
    for (at, scenario) in scenarios.iter().enumerate() {
        // Some take seconds; what is printed may be piped on.
        eprintln!("{} ({} of {}) …", scenario.name, at + 1, scenarios.len());
        let report = simulate(scenario, args.runs, args.seed);
        tell(args.json, &report, &report.to_string())?;
    }
    Ok(())
}

fn chosen(name: Option<&str>) -> Result<Vec<Scenario>> {
    let Some(name) = name else { return Ok(Scenario::all()) };
    let found = Scenario::named(name).ok_or_else(|| {
        let names: Vec<String> = Scenario::all().into_iter().map(|scenario| scenario.name).collect();
        anyhow!(
            "There is no scenario “{name}”. There is: {}. `tertulia simulate --list` says what is so in each.",
            names.join(", ")
        )
    })?;
    Ok(vec![found])
}

fn listed(scenario: &Scenario) -> String {
    let holds = if scenario.holds { "assumptions hold" } else { "assumptions fail" };
    format!("{:<20} {} ({holds})\n", scenario.name, scenario.says)
}

fn tell(json: bool, what: &impl Serialize, words: &str) -> Result<()> {
    if json {
        println!("{}", serde_json::to_string(what)?);
    } else {
        print!("{words}");
    }
    Ok(())
}
