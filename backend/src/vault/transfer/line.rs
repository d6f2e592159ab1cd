//! The lines of an exported file.

use serde::{Deserialize, Serialize};

use super::tables::Value;

/// One line of JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Line {
    /// The first.
    Vault {
        /// The version of the tables, which says what is in a row.
        tables: usize,
        /// How many rows follow.
        rows: u64,
    },
    /// One row: its table, and its values in the order of the table's columns.
    Row(String, Vec<Value>),
    /// The last.
    End {
        /// How many rows there were.
        rows: u64,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What has been exported is imported years later: the shape is fixed.
    #[test]
    fn lines_have_the_shape_they_have_always_had() {
        let values = vec![
            Value::Text("a".to_owned()),
            Value::Number(-7),
            Value::Nothing,
        ];
        for (line, text) in [
            (
                Line::Vault { tables: 2, rows: 3 },
                r#"{"vault":{"tables":2,"rows":3}}"#,
            ),
            (
                Line::Row("grants".to_owned(), values),
                r#"{"row":["grants",["a",-7,null]]}"#,
            ),
            (Line::End { rows: 3 }, r#"{"end":{"rows":3}}"#),
        ] {
            assert_eq!(serde_json::to_string(&line).unwrap(), text);
            assert_eq!(serde_json::from_str::<Line>(text).unwrap(), line);
        }
    }
}
