//! `/v1.0/applications(appId='…')` and `/v1.0/applications/{object id}`, with what may follow.

use percent_encoding::percent_decode_str;

use super::shown::object_id;
use crate::world::Application;

/// One app registration, by one of its two ids, and what of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Addressed {
    id: Id,
    pub(super) part: Part,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Id {
    Application(String),
    Object(String),
}

/// What of a registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Itself,
    AddPassword,
    RemovePassword,
}

impl Addressed {
    /// What a path addresses; `None` if it is no registration.
    pub(super) fn read(path: &str) -> Option<Self> {
        let path = percent_decode_str(path).decode_utf8().ok()?;
        let rest = path
            .strip_prefix("/v1.0/applications")
            .or_else(|| path.strip_prefix("/beta/applications"))?;
        let (id, rest) = if let Some(after) = rest.strip_prefix("(appId='") {
            let (id, rest) = after.split_once("')")?;
            (Id::Application(id.to_owned()), rest)
        } else {
            let after = rest.strip_prefix('/')?;
            let (id, rest) = after.split_at(after.find('/').unwrap_or(after.len()));
            (Id::Object(id.to_owned()), rest)
        };
        let part = match rest {
            "" => Part::Itself,
            "/addPassword" | "/microsoft.graph.addPassword" => Part::AddPassword,
            "/removePassword" | "/microsoft.graph.removePassword" => Part::RemovePassword,
            _ => return None,
        };
        Some(Self { id, part })
    }

    /// Whether it addresses this registration.
    pub(super) fn names(&self, application: &Application) -> bool {
        match &self.id {
            Id::Application(id) => id.eq_ignore_ascii_case(application.client_id.as_str()),
            Id::Object(id) => id.eq_ignore_ascii_case(&object_id(application)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ids_are_read() {
        let read = |path| Addressed::read(path).map(|addressed| addressed.part);
        assert_eq!(read("/v1.0/applications(appId='x')"), Some(Part::Itself));
        assert_eq!(
            read("/v1.0/applications%28appId=%27x%27%29/addPassword"),
            Some(Part::AddPassword)
        );
        assert_eq!(
            read("/v1.0/applications/x/removePassword"),
            Some(Part::RemovePassword)
        );
        for other in [
            "/v1.0/applications",
            "/v1.0/me",
            "/v1.0/applications/x/owners",
        ] {
            assert_eq!(read(other), None, "{other}");
        }
    }
}
