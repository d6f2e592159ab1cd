//! JSON as clients write it, annotations set aside.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::graph::error::GraphError;

/// The members of a body that must be a JSON object.
///
/// # Errors
/// 400 for anything else.
pub(crate) fn object(body: &[u8]) -> Result<Map<String, Value>, GraphError> {
    serde_json::from_slice(body).map_err(|_| {
        GraphError::bad_request(
            "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.",
        )
    })
}

/// The same of a body that may be empty.
///
/// # Errors
/// 400 for what is neither empty nor an object.
pub(super) fn object_or_nothing(body: &[u8]) -> Result<Map<String, Value>, GraphError> {
    match body.trim_ascii() {
        [] => Ok(Map::new()),
        body => object(body),
    }
}

/// A value of the type that `name` has.
///
/// # Errors
/// 400 if it is of another.
pub(super) fn read<T: DeserializeOwned>(name: &str, value: Value) -> Result<T, GraphError> {
    serde_json::from_value(without_annotations(value)).map_err(|error| {
        GraphError::unreadable_body(format!(
            "The value of the property '{name}' cannot be read: {error}."
        ))
    })
}

/// The value without members such as `@odata.type`, which say nothing we need.
fn without_annotations(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let plain = members.into_iter().filter(|(name, _)| !name.contains('@'));
            Value::Object(
                plain
                    .map(|(name, value)| (name, without_annotations(value)))
                    .collect(),
            )
        }
        Value::Array(values) => values.into_iter().map(without_annotations).collect(),
        other => other,
    }
}

/// Takes a member out; names of actions' parameters match in any case.
pub(super) fn take(members: &mut Map<String, Value>, name: &str) -> Option<Value> {
    let key = members
        .keys()
        .find(|key| key.eq_ignore_ascii_case(name))?
        .clone();
    members.remove(&key).filter(|value| !value.is_null())
}

#[cfg(test)]
mod tests {
    use super::{object, read, take};
    use serde_json::json;

    #[test]
    fn annotations_do_not_get_in_the_way() {
        let value = json!([{ "@odata.type": "#x", "a": 1 }]);
        let read: Vec<std::collections::HashMap<String, u8>> = read("list", value).expect("read");
        assert_eq!(read[0].len(), 1);
    }

    #[test]
    fn parameters_are_found_in_any_case_and_null_is_absent() {
        let mut members = object(br#"{"Comment":"x","message":null}"#).expect("an object");
        assert_eq!(take(&mut members, "comment"), Some(json!("x")));
        assert_eq!(take(&mut members, "message"), None);
        assert!(members.is_empty());
    }
}
