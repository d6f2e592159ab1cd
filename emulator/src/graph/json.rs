//! JSON that keeps the order in which it was written, as Graph's answers have a fixed one.

use serde::{Serialize, Serializer, ser::SerializeMap};

/// A JSON value on its way out.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Json {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A whole number; Graph mail has no others.
    Number(i64),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Json>),
    /// An object.
    Object(Object),
}

/// A JSON object with its members in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Object(Vec<(&'static str, Json)>);

impl Object {
    /// An object without members.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// The object with one more member at the end.
    #[must_use]
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<Json>) -> Self {
        self.push(name, value);
        self
    }

    /// Adds a member at the end.
    pub(crate) fn push(&mut self, name: &'static str, value: impl Into<Json>) {
        self.0.push((name, value.into()));
    }

    /// Adds the members of `other` at the end.
    pub(crate) fn append(&mut self, other: Object) {
        self.0.extend(other.0);
    }

    /// The member of this name; capitals do not matter, as in OData paths.
    pub(crate) fn member(&self, name: &str) -> Option<&Json> {
        let found = self
            .0
            .iter()
            .find(|(member, _)| member.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value)
    }
}

impl Json {
    /// What a path such as `emailAddress/address` leads to; `None` when a step is missing.
    pub(crate) fn at(&self, path: &[String]) -> Option<&Json> {
        path.iter().try_fold(self, |value, step| match value {
            Json::Object(object) => object.member(step),
            _ => None,
        })
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(value) => serializer.serialize_i64(*value),
            Self::Text(value) => serializer.serialize_str(value),
            Self::List(values) => values.serialize(serializer),
            Self::Object(object) => object.serialize(serializer),
        }
    }
}

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl From<bool> for Json {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<usize> for Json {
    fn from(value: usize) -> Self {
        Self::Number(i64::try_from(value).unwrap_or(i64::MAX))
    }
}

impl From<&str> for Json {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for Json {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<Object> for Json {
    fn from(value: Object) -> Self {
        Self::Object(value)
    }
}

impl<T: Into<Json>> From<Option<T>> for Json {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl<T: Into<Json>> FromIterator<T> for Json {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        Self::List(values.into_iter().map(Into::into).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::{Json, Object};

    #[test]
    fn members_keep_their_order() {
        let object = Object::new()
            .with("b", 1_usize)
            .with("a", Json::Null)
            .with("c", Some("x"));
        let written = serde_json::to_string(&object).expect("serialises");
        assert_eq!(written, r#"{"b":1,"a":null,"c":"x"}"#);
    }

    #[test]
    fn a_path_leads_into_nested_objects() {
        let inner = Object::new().with("address", "a@b.example");
        let value = Json::from(Object::new().with("emailAddress", inner));
        let path = ["EmailAddress".to_owned(), "address".to_owned()];
        assert_eq!(value.at(&path), Some(&Json::from("a@b.example")));
        assert_eq!(value.at(&["nowhere".to_owned()]), None);
    }
}
