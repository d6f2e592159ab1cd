//! The paths of subscriptions, which belong to no mailbox: `/v1.0/subscriptions/{id}/reauthorize`.

use crate::graph::path;

/// What a path names below `subscriptions`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// `subscriptions`
    All,
    /// `subscriptions/{id}`
    One(String),
    /// `subscriptions/{id}/reauthorize`
    Reauthorize(String),
}

impl Place {
    /// What `path` names; `None` if it is about something else.
    pub(crate) fn parse(path: &str) -> Option<Self> {
        let parts = path::split(path);
        let words = path::lowered(&parts);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match words.as_slice() {
            ["v1.0", "subscriptions"] => Some(Self::All),
            ["v1.0", "subscriptions", _] => Some(Self::One(parts[2].clone())),
            ["v1.0", "subscriptions", _, "reauthorize"] => {
                Some(Self::Reauthorize(parts[2].clone()))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Place;

    /// E8 for these paths.
    #[test]
    fn capitals_and_brackets_do_not_matter() {
        assert_eq!(Place::parse("/v1.0/Subscriptions/"), Some(Place::All));
        assert_eq!(
            Place::parse("/v1.0/subscriptions('Ab')"),
            Some(Place::One("Ab".to_owned()))
        );
        let reauthorize = Place::Reauthorize("Ab".to_owned());
        assert_eq!(
            Place::parse("/v1.0/subscriptions/Ab/Reauthorize"),
            Some(reauthorize)
        );
        assert_eq!(Place::parse("/v1.0/me/subscriptions"), None);
    }
}
