//! Reading and writing rows of whatever table.

use sqlx::Any;
use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::Query;

use super::schema::TABLES;
use crate::vault::VaultError;
use crate::vault::database::Record;

/// One table, as the migrations made it.
pub(in crate::vault) struct Table {
    pub(in crate::vault) name: &'static str,
    /// The columns of the primary key: the first so many. All are text.
    pub(super) key: usize,
    pub(in crate::vault) columns: &'static [Column],
}

/// A column's name and what is in it.
pub(in crate::vault) type Column = (&'static str, Kind);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::vault) enum Kind {
    Text,
    Number,
}

/// What one row has in one column.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(untagged)]
pub(in crate::vault) enum Value {
    Nothing,
    Text(String),
    Number(i64),
}

impl Table {
    /// The rows after one whose key is bound to `$1` and on, in the order of their keys, at most `$n`.
    pub(super) fn page(&self) -> String {
        let names: Vec<_> = self.columns.iter().map(|(name, _)| *name).collect();
        let key = names.get(..self.key).unwrap_or_default().join(", ");
        let after: Vec<_> = (1..=self.key).map(|number| format!("${number}")).collect();
        format!(
            "select {} from {} where ({key}) > ({}) order by {key} limit ${}",
            names.join(", "),
            self.name,
            after.join(", "),
            self.key + 1,
        )
    }

    /// Inserts so many rows, whose values are bound one after another.
    pub(super) fn insert(&self, rows: usize) -> String {
        let names: Vec<_> = self.columns.iter().map(|(name, _)| *name).collect();
        let width = names.len();
        let row = |row: usize| {
            let numbers = (1..=width).map(|column| format!("${}", row * width + column));
            format!("({})", numbers.collect::<Vec<_>>().join(", "))
        };
        let values: Vec<_> = (0..rows).map(row).collect();
        format!(
            "insert into {} ({}) values {}",
            self.name,
            names.join(", "),
            values.join(", ")
        )
    }

    /// What an order begins after: no key is empty.
    pub(super) fn before_all(&self) -> Vec<String> {
        vec![String::new(); self.key]
    }

    /// The key of a row of this table.
    pub(super) fn key_of(&self, values: &[Value]) -> Vec<String> {
        let key = values.iter().take(self.key);
        key.map(|value| match value {
            Value::Text(text) => text.clone(),
            Value::Nothing | Value::Number(_) => String::new(),
        })
        .collect()
    }

    pub(super) fn read(&self, row: AnyRow) -> Result<Vec<Value>, VaultError> {
        let first = self.columns.first().map_or("", |(name, _)| *name);
        let row = Record::new(self.name, first, row);
        let read = |(name, kind): &Column| {
            Ok(match kind {
                Kind::Text => row.optional_text(name)?.map(Value::Text),
                Kind::Number => row.optional_number(name)?.map(Value::Number),
            }
            .unwrap_or(Value::Nothing))
        };
        self.columns.iter().map(read).collect()
    }

    /// Whether these can be values of a row of this table.
    pub(super) fn fits(&self, values: &[Value]) -> bool {
        let kinds = self.columns.iter().map(|(_, kind)| *kind);
        values.len() == self.columns.len()
            && values.iter().zip(kinds).all(|(value, kind)| match value {
                Value::Nothing => true,
                Value::Text(_) => kind == Kind::Text,
                Value::Number(_) => kind == Kind::Number,
            })
    }

    /// Binds a row that [fits](Self::fits).
    pub(super) fn bind<'q>(
        &self,
        mut query: Query<'q, Any, AnyArguments>,
        values: Vec<Value>,
    ) -> Query<'q, Any, AnyArguments> {
        for (value, (_, kind)) in values.into_iter().zip(self.columns) {
            query = match (value, kind) {
                (Value::Text(text), _) => query.bind(text),
                (Value::Number(number), _) => query.bind(number),
                (Value::Nothing, Kind::Text) => query.bind(None::<String>),
                (Value::Nothing, Kind::Number) => query.bind(None::<i64>),
            };
        }
        query
    }
}

pub(super) fn find(name: &str) -> Option<&'static Table> {
    TABLES.iter().find(|table| table.name == name)
}
