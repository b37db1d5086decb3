//! What the team measures, and who its customers are: a value a day, goals with their day, a list, segments, another organisation
//! beside it, the public scorecard.

use super::{
    Director,
    script::{CUSTOMERS, Hoped, VOTES},
};
use anyhow::{Context, Result, ensure};
use jiff::ToSpan;
use tertulia_engine::{
    customers::{self, Means, values::Kind},
    figures::public,
    goals::{self, GoalForm, outcomes},
    imports, opinions,
    others::{self, AccountForm, OtherForm},
    segments::{self, RuleForm},
    worker,
};
use tertulia_model::UserId;
use tertulia_store::customer_runs;

impl Director<'_> {
    pub(super) async fn counts(&self) -> Result<()> {
        let owner = self.owner().await?;
        let script = &self.script.goals;
        self.hopes(owner, &script.sooner, ("first-answer".to_owned(), true)).await?;
        self.at(script.more.hours_ago);
        let form = outcomes::OutcomeForm {
            name: script.outcome.clone(),
            unit: script.unit.clone(),
            adds_up: true,
            is_archived: false,
        };
        let outcome = outcomes::add(self.engine, owner, &form).await?;
        self.hopes(owner, &script.more, (format!("outcome-{outcome}"), false)).await?;
        self.clock.set_right();
        self.brings_values(owner, outcome).await?;
        self.brings_customers(owner).await?;
        self.brings_votes(owner).await?;
        let beside = &self.script.beside;
        let account = AccountForm { account: beside.account.clone(), ..AccountForm::default() };
        let form = OtherForm { name: beside.name.clone(), accounts: vec![account] };
        others::add(self.engine, owner, &form).await?;
        let look = public::look(self.engine).await?;
        public::set_look(self.engine, &public::Look { is_on: true, ..look }).await?;
        Ok(())
    }

    /// A goal as it was declared then. `at_most`: what is hoped for is not to be exceeded.
    async fn hopes(&self, owner: UserId, hoped: &Hoped, (measure, at_most): (String, bool)) -> Result<()> {
        self.at(hoped.hours_ago);
        let today = self.today()?;
        let form = GoalForm {
            sentence: hoped.sentence.clone(),
            today: hoped.today.clone(),
            hoped: hoped.hoped.clone(),
            due_on: today.checked_add(hoped.due_in_days.days())?.to_string(),
            declared_on: today,
            measure,
            at_most,
            ..GoalForm::default()
        };
        goals::add(self.engine, owner, &form).await?;
        Ok(())
    }

    /// A table of the web shop's, up to yesterday.
    async fn brings_values(&self, owner: UserId, outcome: i64) -> Result<()> {
        let script = &self.script.goals;
        let mut table = "day,orders\n".to_owned();
        let mut day = self.today()?;
        for value in &script.values {
            day = day.checked_sub(1.day())?;
            table += &format!("{day},{value}\n");
        }
        let mapping = outcomes::Mapping { source: script.source.clone(), ..outcomes::Mapping::default() };
        let report = outcomes::bring(self.engine, owner, outcome, (table.as_bytes(), &mapping)).await?;
        ensure!(report.taken == script.values.len(), "not all values were taken: {report:?}");
        Ok(())
    }

    async fn brings_votes(&self, owner: UserId) -> Result<()> {
        let asked = &self.script.ballot;
        let ballot = opinions::add(self.engine, owner, &asked.question, &asked.statements.join("\n")).await?;
        let mut file = imports::upload(self.engine)?;
        file.write(VOTES.as_bytes())?;
        let blob = file.finish()?.blob;
        let look = opinions::look(self.engine, &blob).await?;
        let taken = opinions::start(self.engine, (ballot, owner), ("votes.csv", &blob), &look.mapping).await?;
        ensure!(taken.statements == 0 && taken.wrong_count == 0, "not all votes were taken: {taken:?}");
        Ok(())
    }

    async fn brings_customers(&self, owner: UserId) -> Result<()> {
        let mut file = imports::upload(self.engine)?;
        file.write(CUSTOMERS.as_bytes())?;
        let blob = file.finish()?;
        let mut mapping = customers::look(self.engine, &blob.blob).await?.mapping;
        // What no list has by nature, the team says.
        mapping.columns.insert("Age".to_owned(), Means::New(Kind::Choice));
        let new = customers::New {
            list: "Web shop".to_owned(),
            name: "customers.csv".to_owned(),
            blob,
            mapping,
            missing: customers::MISSING[0].to_owned(),
            by: owner,
        };
        let run = customers::start(self.engine, new).await?;
        self.work(worker::CUSTOMERS, run).await?;
        let read = customer_runs::get(&mut self.engine.db.reader(), run).await?.context("the list is not there")?;
        ensure!(
            read.state == "done" && read.wrong == 0,
            "the list of customers ended as {}: {:?}",
            read.state,
            read.error
        );
        for segment in &self.script.segments {
            let rule = RuleForm {
                attribute: segment.attribute.clone(),
                is: "one_of".to_owned(),
                words: segment.words.clone(),
            };
            segments::save(self.engine, owner, (None, None), &segment.name, &[rule]).await?;
        }
        Ok(())
    }
}
