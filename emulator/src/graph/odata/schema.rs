//! Which properties a kind of thing has, and what may be asked of each.

use crate::graph::{error::GraphError, json::Json};

/// A kind of thing that can be queried.
#[derive(Debug)]
pub(crate) struct Schema {
    /// As error messages name it: `microsoft.graph.message`.
    pub(crate) name: &'static str,
    /// In the order in which answers show them.
    pub(crate) properties: &'static [Property],
}

/// A property of a kind of thing.
#[derive(Debug)]
pub(crate) struct Property {
    /// Its name.
    pub(crate) name: &'static str,
    /// When answers contain it.
    pub(crate) shown: Shown,
    /// What filters and orders may do with it.
    pub(crate) kind: Type,
    /// Whether it tells what a message says, so that `Mail.ReadBasic` hides it (E5).
    pub(crate) reveals_content: bool,
    /// The derived type that has it, if the type of the schema does not; `$select` must name it.
    pub(crate) derived: Option<&'static str>,
}

impl Property {
    /// A property that answers contain unless something else is selected.
    pub(crate) const fn usual(name: &'static str, kind: Type) -> Self {
        Self {
            name,
            shown: Shown::Usually,
            kind,
            reveals_content: false,
            derived: None,
        }
    }

    /// A property that every answer contains.
    pub(crate) const fn always(name: &'static str, kind: Type) -> Self {
        Self {
            name,
            shown: Shown::Always,
            kind,
            reveals_content: false,
            derived: None,
        }
    }

    /// A property that answers contain only when it is selected.
    pub(crate) const fn on_request(name: &'static str, kind: Type) -> Self {
        Self {
            name,
            shown: Shown::OnRequest,
            kind,
            reveals_content: false,
            derived: None,
        }
    }

    /// The same property, hidden from tokens that read basics only.
    pub(crate) const fn revealing(mut self) -> Self {
        self.reveals_content = true;
        self
    }

    /// The same property, of a type derived from the schema's.
    pub(crate) const fn of_derived(mut self, name: &'static str) -> Self {
        self.derived = Some(name);
        self
    }

    /// Whether `name` in a request means this property: `subject`, or `microsoft.graph.fileAttachment/contentId`.
    fn is_called(&self, name: &str) -> bool {
        match (self.derived, name.split_once('/')) {
            (None, None) => self.name.eq_ignore_ascii_case(name),
            (Some(kind), Some((cast, name))) => {
                kind.eq_ignore_ascii_case(cast) && self.name.eq_ignore_ascii_case(name)
            }
            _ => false,
        }
    }
}

/// When answers contain a property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    /// Whatever is selected.
    Always,
    /// Unless something else is selected.
    Usually,
    /// Only if it is selected.
    OnRequest,
}

/// What a property holds, for filters and orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    /// Text, compared without regard to capitals as Exchange does.
    Text,
    /// An id, compared exactly.
    Id,
    /// `true` or `false`.
    Bool,
    /// An instant.
    Time,
    /// A whole number.
    Number,
    /// A structure of which these paths are texts.
    Parts(&'static [&'static str]),
    /// A list of texts, for `any`.
    Texts,
    /// Nothing: it can only be shown.
    Opaque,
}

/// A thing whose properties can be asked for by name.
pub(crate) trait Entity {
    /// The value of a property of its schema; `None` if this one does not have it.
    fn value(&self, property: &'static str) -> Option<Json>;
}

impl Schema {
    /// The property of this name; capitals do not matter.
    pub(crate) fn property(&self, name: &str) -> Option<&'static Property> {
        self.properties
            .iter()
            .find(|property| property.is_called(name))
    }

    /// The property and type that a path such as `from/emailAddress/address` leads to.
    ///
    /// # Errors
    /// [`PathError`] tells an unknown property from one that cannot be compared.
    pub(crate) fn resolve(&self, path: &[String]) -> Result<(&'static Property, Type), PathError> {
        let (first, rest) = path.split_first().ok_or(PathError::Unsupported)?;
        let property = self.property(first).ok_or(PathError::Unknown)?;
        let below = rest.join("/");
        let is_below = |part: &&str| part.eq_ignore_ascii_case(&below);
        match property.kind {
            Type::Opaque => Err(PathError::Unsupported),
            Type::Parts(parts) if parts.iter().any(is_below) => Ok((property, Type::Text)),
            Type::Parts(_) => Err(PathError::Unsupported),
            kind if rest.is_empty() => Ok((property, kind)),
            _ => Err(PathError::Unsupported),
        }
    }

    /// What Graph says of a name it does not know on this kind of thing.
    pub(crate) fn unknown(&self, name: &str) -> GraphError {
        let kind = self.name;
        GraphError::unparsable_uri(format!(
            "Could not find a property named '{name}' on type '{kind}'."
        ))
    }
}

/// Why a path cannot be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PathError {
    /// No such property.
    Unknown,
    /// The property is there, but not for this.
    Unsupported,
}
