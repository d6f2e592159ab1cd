//! `$select`: which properties an answer contains.

use super::schema::{Entity, Property, Schema, Shown};
use crate::graph::{error::GraphError, json::Object};

/// The properties an answer contains.
#[derive(Clone, Debug)]
pub(crate) struct Selection {
    properties: Vec<&'static Property>,
    named: Option<Vec<&'static str>>,
}

impl Selection {
    /// The properties that `names` select of `schema`, or the usual ones. A token that `sees_basics_only` does not get
    /// what tells the contents, even if it selects it (E5).
    ///
    /// # Errors
    /// 400 for a name that the schema does not have (E12).
    pub(crate) fn of(
        schema: &Schema,
        names: Option<&[String]>,
        sees_basics_only: bool,
    ) -> Result<Self, GraphError> {
        let named = names.map(|names| resolved(schema, names)).transpose()?;
        let chosen = |property: &&Property| match (&named, property.shown) {
            (_, Shown::Always) => true,
            (None, shown) => shown == Shown::Usually,
            (Some(named), _) => named.contains(&property.name),
        };
        let visible = |property: &&Property| !(sees_basics_only && property.reveals_content);
        let properties = schema
            .properties
            .iter()
            .filter(visible)
            .filter(chosen)
            .collect();
        Ok(Self { properties, named })
    }

    /// The chosen properties that `entity` has, in the schema's order.
    pub(crate) fn of_entity(&self, entity: &impl Entity) -> Object {
        let mut object = Object::new();
        for property in &self.properties {
            if let Some(value) = entity.value(property.name) {
                object.push(property.name, value);
            }
        }
        object
    }

    /// `(sender,subject)` for the context of an answer; empty unless something was selected.
    pub(crate) fn in_context(&self) -> String {
        self.named
            .as_ref()
            .map(|names| format!("({})", names.join(",")))
            .unwrap_or_default()
    }
}

/// The names as the schema spells them.
fn resolved(schema: &Schema, names: &[String]) -> Result<Vec<&'static str>, GraphError> {
    let known = |name: &String| schema.property(name).map(|property| property.name);
    names
        .iter()
        .map(|name| known(name).ok_or_else(|| unknown(schema, name)))
        .collect()
}

fn unknown(schema: &Schema, name: &str) -> GraphError {
    let kind = schema.name;
    GraphError::bad_request(format!(
        "Parsing OData Select and Expand failed: Could not find a property named '{name}' on type '{kind}'."
    ))
}
