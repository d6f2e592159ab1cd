//! `$orderby`, and the rule that binds it to the filter.

use std::cmp::Ordering;

use super::{
    filter::{Filter, Path, value},
    schema::{Entity, PathError, Schema, Type},
};
use crate::graph::{error::GraphError, json::Json};

/// One property to sort by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Order {
    path: Path,
    descending: bool,
}

impl Order {
    /// The path to the property, steps joined by slashes.
    pub(crate) fn path(&self) -> String {
        self.path.join("/")
    }

    /// Whether it goes by this property, greatest first.
    pub(crate) fn is_descending(&self, property: &str) -> bool {
        self.descending && self.path().eq_ignore_ascii_case(property)
    }
}

/// Reads `receivedDateTime desc,subject`.
///
/// # Errors
/// 400 if a direction is neither `asc` nor `desc`, or nothing stands between two commas.
pub(super) fn parse_order(source: &str) -> Result<Vec<Order>, GraphError> {
    let clause = |clause: &str| {
        let words: Vec<&str> = clause.split_whitespace().collect();
        let (path, descending) = match words.as_slice() {
            [path] => (path, false),
            [path, direction] if direction.eq_ignore_ascii_case("asc") => (path, false),
            [path, direction] if direction.eq_ignore_ascii_case("desc") => (path, true),
            _ => {
                return Err(GraphError::bad_request(format!(
                    "Syntax error in the order '{clause}'."
                )));
            }
        };
        Ok(Order {
            path: path.split('/').map(str::to_owned).collect(),
            descending,
        })
    };
    source.split(',').map(clause).collect()
}

/// Checks an order against the schema and against the filter it comes with.
///
/// # Errors
/// 400 for a property that is unknown or has no order; `InefficientFilter` unless every ordered property appears in the
/// filter, in the same order, before other filtered properties (E14).
pub(super) fn check_order(
    order: &[Order],
    filter: Option<&Filter>,
    schema: &Schema,
) -> Result<(), GraphError> {
    for Order { path, .. } in order {
        let (_, kind) = schema.resolve(path).map_err(|error| match error {
            PathError::Unknown => schema.unknown(&path[0]),
            PathError::Unsupported => unordered(path),
        })?;
        if matches!(kind, Type::Id | Type::Texts) {
            return Err(unordered(path));
        }
    }
    let (Some(filter), false) = (filter, order.is_empty()) else {
        return Ok(());
    };
    let filtered = filter.check(schema)?;
    let ordered = order
        .iter()
        .map(|order| order.path.join("/").to_ascii_lowercase());
    let follows =
        order.len() <= filtered.len() && ordered.eq(filtered.iter().take(order.len()).cloned());
    if follows {
        Ok(())
    } else {
        Err(GraphError::inefficient_filter())
    }
}

/// How two entities of `schema` lie to each other in this order.
pub(super) fn compare(
    order: &[Order],
    schema: &Schema,
    left: &impl Entity,
    right: &impl Entity,
) -> Ordering {
    let clauses = order.iter().map(|Order { path, descending }| {
        let ascending = ranked(&value(schema, left, path), &value(schema, right, path));
        if *descending {
            ascending.reverse()
        } else {
            ascending
        }
    });
    clauses.fold(Ordering::Equal, Ordering::then)
}

fn unordered(path: &[String]) -> GraphError {
    let path = path.join("/");
    GraphError::bad_request(format!("The property '{path}' does not support sorting."))
}

/// Nothing comes before something; texts go by letters, whatever their capitals.
fn ranked(left: &Json, right: &Json) -> Ordering {
    match (left, right) {
        (Json::Text(left), Json::Text(right)) => left.to_lowercase().cmp(&right.to_lowercase()),
        (Json::Bool(left), Json::Bool(right)) => left.cmp(right),
        (Json::Number(left), Json::Number(right)) => left.cmp(right),
        (Json::Null, Json::Null) => Ordering::Equal,
        (Json::Null, _) => Ordering::Less,
        (_, Json::Null) => Ordering::Greater,
        _ => Ordering::Equal,
    }
}
