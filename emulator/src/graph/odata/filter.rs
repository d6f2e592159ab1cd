//! A filter as a tree, checked against a schema and asked of each entity.

use std::cmp::Ordering;

use super::schema::{Entity, PathError, Schema, Type};
use crate::graph::{error::GraphError, json::Json, times};

/// A condition.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Filter {
    /// Both.
    And(Box<Filter>, Box<Filter>),
    /// At least one.
    Or(Box<Filter>, Box<Filter>),
    /// The opposite.
    Not(Box<Filter>),
    /// A property compared with a value.
    Compare(Path, Comparison, Literal),
    /// `startswith` or `contains` on a text.
    Test(TextTest, Path, String),
    /// A boolean property by itself.
    Holds(Path),
    /// Some member of a list of texts: `categories/any(c:c eq 'x')`.
    Any(Path, Comparison, String),
}

/// Steps from an entity to a value.
pub(crate) type Path = Vec<String>;

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    /// `eq`
    Equal,
    /// `ne`
    NotEqual,
    /// `gt`
    Greater,
    /// `ge`
    GreaterOrEqual,
    /// `lt`
    Less,
    /// `le`
    LessOrEqual,
}

/// What can be asked of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TextTest {
    /// `startswith`
    StartsWith,
    /// `contains`
    Contains,
}

/// A value in a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Literal {
    /// In quotes.
    Text(String),
    /// `true` or `false`.
    Bool(bool),
    /// Digits.
    Number(i64),
    /// Unix seconds.
    Instant(i64),
    /// `null`
    Null,
}

impl Filter {
    /// Checks names and types, and answers the filtered paths in their order, in small letters.
    ///
    /// # Errors
    /// 400 for an unknown property, one that cannot be filtered, or a value of another type.
    pub(crate) fn check(&self, schema: &Schema) -> Result<Vec<String>, GraphError> {
        let mut paths = Vec::new();
        self.check_into(schema, &mut paths)?;
        Ok(paths)
    }

    /// Whether it says nothing but that an instant is not before, or after, another one.
    pub(crate) fn is_lower_bound_of(&self, property: &str) -> bool {
        let Self::Compare(path, comparison, Literal::Instant(_)) = self else {
            return false;
        };
        let bounds = matches!(comparison, Comparison::Greater | Comparison::GreaterOrEqual);
        bounds && matches!(path.as_slice(), [only] if only.eq_ignore_ascii_case(property))
    }

    /// Whether `entity`, which is of `schema`, fulfils the condition.
    pub(crate) fn holds(&self, schema: &Schema, entity: &impl Entity) -> bool {
        match self {
            Self::And(left, right) => left.holds(schema, entity) && right.holds(schema, entity),
            Self::Or(left, right) => left.holds(schema, entity) || right.holds(schema, entity),
            Self::Not(inner) => !inner.holds(schema, entity),
            Self::Compare(path, comparison, literal) => {
                let exact = matches!(schema.resolve(path), Ok((_, Type::Id)));
                compared(&value(schema, entity, path), literal, exact)
                    .map_or(*comparison == Comparison::NotEqual, |order| {
                        comparison.accepts(order)
                    })
            }
            Self::Test(test, path, wanted) => match value(schema, entity, path) {
                Json::Text(text) => test.passes(&text.to_lowercase(), &wanted.to_lowercase()),
                _ => false,
            },
            Self::Holds(path) => value(schema, entity, path) == Json::Bool(true),
            Self::Any(path, comparison, wanted) => match value(schema, entity, path) {
                Json::List(members) => {
                    let wanted = Literal::Text(wanted.clone());
                    let order = |member: &Json| compared(member, &wanted, false);
                    members
                        .iter()
                        .filter_map(order)
                        .any(|order| comparison.accepts(order))
                }
                _ => false,
            },
        }
    }

    fn check_into(&self, schema: &Schema, paths: &mut Vec<String>) -> Result<(), GraphError> {
        let (path, fits): (&Path, fn(Type, &Literal) -> bool) = match self {
            Self::And(left, right) | Self::Or(left, right) => {
                left.check_into(schema, paths)?;
                return right.check_into(schema, paths);
            }
            Self::Not(inner) => return inner.check_into(schema, paths),
            Self::Compare(path, ..) => (path, literal_fits),
            Self::Test(_, path, _) => (path, |kind, _| matches!(kind, Type::Text | Type::Id)),
            Self::Holds(path) => (path, |kind, _| kind == Type::Bool),
            Self::Any(path, ..) => (path, |kind, _| kind == Type::Texts),
        };
        let literal = match self {
            Self::Compare(_, _, literal) => literal,
            _ => &Literal::Null,
        };
        let (_, kind) = schema.resolve(path).map_err(|error| match error {
            PathError::Unknown => schema.unknown(&path[0]),
            PathError::Unsupported => GraphError::invalid_filter(),
        })?;
        if !fits(kind, literal) {
            return Err(GraphError::invalid_filter());
        }
        let path = path.join("/").to_ascii_lowercase();
        if !paths.contains(&path) {
            paths.push(path);
        }
        Ok(())
    }
}

impl Comparison {
    fn accepts(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::NotEqual => order.is_ne(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
        }
    }
}

impl TextTest {
    fn passes(self, text: &str, wanted: &str) -> bool {
        match self {
            Self::StartsWith => text.starts_with(wanted),
            Self::Contains => text.contains(wanted),
        }
    }
}

/// What lies at `path` in `entity`; `null` where there is nothing.
pub(super) fn value(schema: &Schema, entity: &impl Entity, path: &[String]) -> Json {
    let first = path.first().and_then(|name| schema.property(name));
    let root = first.and_then(|property| entity.value(property.name));
    root.as_ref()
        .and_then(|root| root.at(&path[1..]))
        .cloned()
        .unwrap_or(Json::Null)
}

fn literal_fits(kind: Type, literal: &Literal) -> bool {
    matches!(
        (kind, literal),
        (Type::Text | Type::Id, Literal::Text(_) | Literal::Null)
            | (Type::Bool, Literal::Bool(_))
            | (Type::Number, Literal::Number(_))
            | (Type::Time, Literal::Instant(_))
    )
}

/// How `value` lies to `literal`; `None` if they cannot be compared.
fn compared(value: &Json, literal: &Literal, exact: bool) -> Option<Ordering> {
    match (value, literal) {
        (Json::Text(text), Literal::Text(wanted)) if exact => Some(text.cmp(wanted)),
        (Json::Text(text), Literal::Text(wanted)) => {
            Some(text.to_lowercase().cmp(&wanted.to_lowercase()))
        }
        (Json::Text(text), Literal::Instant(wanted)) => {
            times::parse(text).map(|instant| instant.cmp(wanted))
        }
        (Json::Bool(value), Literal::Bool(wanted)) => Some(value.cmp(wanted)),
        (Json::Number(value), Literal::Number(wanted)) => Some(value.cmp(wanted)),
        (Json::Null, Literal::Null) => Some(Ordering::Equal),
        _ => None,
    }
}
