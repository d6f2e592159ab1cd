//! The authorize URL: where the visitor's browser goes to sign in (RFC 6749 section 4.1.1, Microsoft: "OAuth 2.0
//! authorization code flow").

use serde::{Deserialize, Serialize};

use crate::encoding::append_pair;
use crate::pkce::{CodeChallenge, METHOD};
use crate::state::{Nonce, State};

/// How the answer comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResponseMode {
    /// Behind `#`: reaches the page and no server log.
    Fragment,
    /// Behind `?`: reaches the server of the redirect URI.
    Query,
}

impl ResponseMode {
    /// The value on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fragment => "fragment",
            Self::Query => "query",
        }
    }
}

/// What Microsoft is asked to show even if it could go on without.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prompt {
    /// The account picker.
    SelectAccount,
    /// The password, whatever session there is.
    Login,
    /// The consent page. Only on the visitor's own wish: it blocks people whose administrator agreed for them.
    Consent,
}

impl Prompt {
    /// The value on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SelectAccount => "select_account",
            Self::Login => "login",
            Self::Consent => "consent",
        }
    }
}

/// Everything an authorize URL says. The response type is always `code` and the challenge method always S256.
#[derive(Clone, Copy, Debug)]
pub struct AuthorizeRequest<'a> {
    /// The authority's authorize endpoint.
    pub endpoint: &'a str,
    /// The app registration's id.
    pub client_id: &'a str,
    /// As registered, byte for byte.
    pub redirect_uri: &'a str,
    /// Space-separated.
    pub scope: &'a str,
    /// Names the attempt.
    pub state: &'a State,
    /// Ties the ID token to the attempt.
    pub nonce: &'a Nonce,
    /// S256 of the verifier.
    pub code_challenge: &'a CodeChallenge,
    /// How the answer comes back.
    pub response_mode: ResponseMode,
    /// What to show even if it could be skipped.
    pub prompt: Option<Prompt>,
    /// Whose name to fill in. Microsoft does not take it together with the account picker: the picker wins.
    pub login_hint: Option<&'a str>,
    /// `organizations`, `consumers` or a domain: skips the search for the home of an account.
    pub domain_hint: Option<&'a str>,
    /// A claims request as JSON, as a claims challenge gave it.
    pub claims: Option<&'a str>,
}

impl AuthorizeRequest<'_> {
    /// The URL, every value percent-encoded.
    #[must_use]
    pub fn to_url(&self) -> String {
        let mut query = String::new();
        let mut add = |name: &str, value: &str| append_pair(&mut query, name, value);
        add("client_id", self.client_id);
        add("response_type", "code");
        add("redirect_uri", self.redirect_uri);
        add("response_mode", self.response_mode.as_str());
        add("scope", self.scope);
        add("state", self.state.expose());
        add("nonce", self.nonce.expose());
        add("code_challenge", self.code_challenge.as_str());
        add("code_challenge_method", METHOD);
        if let Some(prompt) = self.prompt {
            add("prompt", prompt.as_str());
        }
        if self.prompt != Some(Prompt::SelectAccount)
            && let Some(hint) = self.login_hint
        {
            add("login_hint", hint);
        }
        if let Some(hint) = self.domain_hint {
            add("domain_hint", hint);
        }
        if let Some(claims) = self.claims {
            add("claims", claims);
        }
        [self.endpoint, "?", &query].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pkce::CodeVerifier;

    fn url(change: impl Fn(&mut AuthorizeRequest<'_>)) -> String {
        let (state, nonce) = (State::from_random([1; 32]), Nonce::from_random([2; 32]));
        let challenge = CodeVerifier::from_random([3; 32]).challenge();
        let mut request = AuthorizeRequest {
            endpoint: "https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
            client_id: "00000000-1111-4222-8333-444444444444",
            redirect_uri: "https://app.example/outlook-callback",
            scope: "openid Mail.Read",
            state: &state,
            nonce: &nonce,
            code_challenge: &challenge,
            response_mode: ResponseMode::Fragment,
            prompt: None,
            login_hint: None,
            domain_hint: None,
            claims: None,
        };
        change(&mut request);
        request.to_url()
    }

    /// R4, R14: code and S256, whatever else is asked.
    #[test]
    fn the_url_asks_for_a_code_with_s256() {
        let url = url(|_| {});
        assert!(url.starts_with(
            "https://login.microsoftonline.com/common/oauth2/v2.0/authorize?client_id=0000"
        ));
        for part in [
            "&response_type=code&",
            "&redirect_uri=https%3A%2F%2Fapp.example%2Foutlook-callback&",
            "&response_mode=fragment&",
            "&scope=openid%20Mail.Read&",
            "&state=AQEBAQ",
            "&nonce=AgICAg",
            "&code_challenge_method=S256",
        ] {
            assert!(url.contains(part), "{part} in {url}");
        }
        assert!(!url.contains("prompt"), "never a prompt unless asked");
    }

    #[test]
    fn a_hint_cannot_add_a_parameter() {
        let url = url(|request| request.login_hint = Some("a&prompt=none#x@example"));
        assert!(url.ends_with("&login_hint=a%26prompt%3Dnone%23x%40example"));
    }

    /// Microsoft refuses `login_hint` beside the account picker (OpenID Connect page).
    #[test]
    fn the_account_picker_wins_over_a_hint() {
        let url = url(|request| {
            request.prompt = Some(Prompt::SelectAccount);
            request.login_hint = Some("ada@contoso.example");
        });
        assert!(url.contains("prompt=select_account") && !url.contains("login_hint"));
    }
}
