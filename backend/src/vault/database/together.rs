//! Several statements in one round trip.
//!
//! SQLite takes them as they stand, one after the other. PostgreSQL takes them as one statement, the last with all others
//! before it in `with`. What it is asked there sees the rows as they were before any of them: so a step does not read
//! what another writes, nor change a row that another changes, but for [`Step::naming`].

use std::fmt::Write as _;

use sqlx::any::AnyArguments;
use sqlx::query::Query;
use sqlx::{Any, AnyConnection, AssertSqlSafe};

use super::{Database, Engine};
use crate::vault::VaultError;

/// One statement that writes, with its values.
pub(in crate::vault) struct Step {
    text: &'static str,
    name: Option<&'static str>,
    values: Vec<Value>,
}

/// Steps that are carried out together, in this order.
#[derive(Default)]
pub(in crate::vault) struct Together {
    steps: Vec<Step>,
}

/// What a column can hold.
#[derive(Clone)]
pub(in crate::vault) enum Value {
    Text(Option<String>),
    Number(Option<i64>),
}

impl Step {
    /// `text` names its values `$1`, `$2`, …, and the database's clock `:now` where it goes by [`Together`].
    pub(in crate::vault) const fn new(text: &'static str) -> Self {
        Self {
            text,
            name: None,
            values: Vec::new(),
        }
    }

    /// For a step that returns the row it has written: later steps that select from `table` find that one there.
    pub(in crate::vault) const fn naming(table: &'static str, text: &'static str) -> Self {
        Self {
            text,
            name: Some(table),
            values: Vec::new(),
        }
    }

    pub(in crate::vault) fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    /// The same as a statement by itself.
    pub(in crate::vault) fn alone(self) -> Query<'static, Any, AnyArguments> {
        self.values.into_iter().fold(sqlx::query(self.text), bound)
    }

    /// The same after another statement, where SQLite is the engine.
    pub(super) fn after(self, other: &str) -> Query<'static, Any, AnyArguments> {
        let text = AssertSqlSafe(format!("{other};\n{}", self.text));
        self.values.into_iter().fold(sqlx::query(text), bound)
    }
}

impl Together {
    pub(in crate::vault) fn add(&mut self, step: Step) {
        self.steps.push(step);
    }

    /// Within a transaction: when one fails, those before it may have been carried out.
    pub(in crate::vault) async fn carry_out(
        self,
        database: &Database,
        connection: &mut AnyConnection,
    ) -> Result<(), VaultError> {
        if let Some(query) = self.query(database.engine, |text| text) {
            query.execute(connection).await?;
        }
        Ok(())
    }

    /// All of them, in the text that `wrap` makes of theirs; `None` if there is none.
    pub(super) fn query(
        self,
        engine: Engine,
        wrap: impl FnOnce(String) -> String,
    ) -> Option<Query<'static, Any, AnyArguments>> {
        if self.steps.is_empty() {
            return None;
        }
        let text = wrap(self.text(engine));
        let values = self.steps.into_iter().flat_map(|step| step.values);
        Some(values.fold(sqlx::query(AssertSqlSafe(text)), bound))
    }

    fn text(&self, engine: Engine) -> String {
        let (mut text, mut before) = (String::with_capacity(4_096), 0);
        for (number, step) in self.steps.iter().enumerate() {
            let is_last = number + 1 == self.steps.len();
            if engine == Engine::Postgres && !is_last {
                let (first, name) = (number == 0, step.name);
                text.push_str(if first { "with " } else { ", " });
                // Writing to a String cannot fail.
                let _ = match name {
                    Some(name) => write!(text, "{name} as ("),
                    None => write!(text, "step_{number} as ("),
                };
            }
            renumber(&mut text, step.text, before);
            before += step.values.len();
            text.push_str(match (engine, is_last) {
                (_, true) => "",
                (Engine::Postgres, false) => ")\n",
                (Engine::Sqlite, false) => ";\n",
            });
        }
        text.replace(":now", engine.clock())
    }
}

/// Appends `statement`, whose first value is the one after `before` others.
fn renumber(text: &mut String, statement: &str, before: usize) {
    let mut parts = statement.split('$');
    text.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let end = part.find(|letter: char| !letter.is_ascii_digit());
        let (number, rest) = part.split_at(end.unwrap_or(part.len()));
        let number = number.parse::<usize>().unwrap_or_default() + before;
        // Writing to a String cannot fail.
        let _ = write!(text, "${number}{rest}");
    }
}

fn bound(
    query: Query<'static, Any, AnyArguments>,
    value: Value,
) -> Query<'static, Any, AnyArguments> {
    match value {
        Value::Text(text) => query.bind(text),
        Value::Number(number) => query.bind(number),
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(Some(text))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(Some(text.to_owned()))
    }
}

impl From<Option<String>> for Value {
    fn from(text: Option<String>) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(Some(number))
    }
}

impl From<Option<i64>> for Value {
    fn from(number: Option<i64>) -> Self {
        Self::Number(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps() -> Together {
        let mut together = Together::default();
        together.add(Step::new("delete from a where id = $1").bind("x"));
        together.add(Step::naming(
            "counters",
            "update counters set value = value + 1 returning value",
        ));
        let insert =
            "insert into b values ($2, $1, :now, (select value from counters where n = $10))";
        let insert = Step::new(insert).bind(1).bind(None::<String>);
        together.add((3..=10).fold(insert, Step::bind));
        together
    }

    #[test]
    fn values_are_numbered_through() {
        assert_eq!(
            steps().text(Engine::Sqlite),
            "delete from a where id = $1;\n\
             update counters set value = value + 1 returning value;\n\
             insert into b values ($3, $2, unixepoch(), (select value from counters where n = $11))"
        );
    }

    #[test]
    fn on_postgres_they_are_one_statement() {
        let clock = Engine::Postgres.clock();
        assert_eq!(
            steps().text(Engine::Postgres),
            format!(
                "with step_0 as (delete from a where id = $1)\n\
                 , counters as (update counters set value = value + 1 returning value)\n\
                 insert into b values ($3, $2, {clock}, (select value from counters where n = $11))"
            )
        );
        let mut one = Together::default();
        one.add(Step::new("delete from a"));
        assert_eq!(one.text(Engine::Postgres), "delete from a");
    }
}
