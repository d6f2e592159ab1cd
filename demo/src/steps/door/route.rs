//! Which call of the backend a request is.

use axum::http::Method;

/// The calls that are told as steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Route {
    /// `POST /v1/attempts`
    Begin,
    /// `POST /v1/sessions`
    Finish,
    /// `POST /v1/attempts/refusals`
    Refuse,
    /// `GET /v1/session`
    WhoAmI,
    /// `DELETE /v1/session`
    SignOut,
    /// `DELETE /v1/accounts/{account}`
    Disconnect,
    /// `GET /v1/accounts/{account}/…`, and what of it.
    Mail(&'static str),
    /// Anything else.
    Other,
}

impl Route {
    /// Reads method and path, whatever the backend is mounted under.
    pub(super) fn of(method: &Method, path: &str) -> Self {
        let below = path.split_once("/v1/").map_or("", |(_, below)| below);
        let segments: Vec<&str> = below.split('/').collect();
        match (method.as_str(), segments.as_slice()) {
            ("POST", ["attempts"]) => Self::Begin,
            ("POST", ["sessions"]) => Self::Finish,
            ("POST", ["attempts", "refusals"]) => Self::Refuse,
            ("GET", ["session"]) => Self::WhoAmI,
            ("DELETE", ["session"]) => Self::SignOut,
            ("DELETE", ["accounts", _]) => Self::Disconnect,
            ("GET", ["accounts", _, "folders"]) => Self::Mail("folders"),
            ("GET", ["accounts", _, "messages"]) => Self::Mail("messages"),
            ("GET", ["accounts", _, "messages", _]) => Self::Mail("message"),
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_known_by_method_and_path() {
        let of = |method: Method, path| Route::of(&method, path);
        assert_eq!(of(Method::POST, "/outlook/v1/attempts"), Route::Begin);
        assert_eq!(of(Method::POST, "/v1/attempts/refusals"), Route::Refuse);
        assert_eq!(
            of(Method::GET, "/outlook/v1/accounts/a/messages/m"),
            Route::Mail("message")
        );
        assert_eq!(
            of(Method::DELETE, "/outlook/v1/accounts/a"),
            Route::Disconnect
        );
        assert_eq!(of(Method::GET, "/outlook/v1/attempts"), Route::Other);
        assert_eq!(of(Method::GET, "/outlook/livez"), Route::Other);
    }
}
