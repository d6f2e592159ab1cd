//! Starting an attempt: everything about it is settled now and compared at its end (R23).

use connect_outlook_protocol::authority::Tenant;
use connect_outlook_protocol::authorize::{Prompt, ResponseMode};
use connect_outlook_protocol::pkce::{CodeChallenge, CodeVerifier};
use connect_outlook_protocol::scope::Scopes;
use connect_outlook_protocol::secret::SessionHandle;
use connect_outlook_protocol::state::{Nonce, State};
use connect_outlook_protocol::wire::{AttemptStarted, StartAttempt};

use super::{App, FlowHandle, return_to};
use crate::meters;
use crate::random::{self, NoRandomness};
use crate::steps::Step;
use crate::vault::VaultError;
use crate::vault::attempts::{AttemptKind, BeginAttemptError, NewAttempt, Proof};
use crate::vault::id::{AccountId, ClaimDigest, HandleDigest, LinkId, NonceDigest, StateDigest};

/// Why an attempt did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartAttemptError {
    /// A scope is not on the deployment's list, or none would read mail (R10).
    #[error("the scopes are not those of this deployment")]
    Scopes,
    /// `return_to` leaves the site (R73).
    #[error("return_to leaves the site")]
    ReturnTo,
    /// No account of this session is the one that the attempt is to be for.
    #[error("no such account in this session")]
    AccountUnknown,
    /// `login_hint` or `domain_hint` is too long or holds control characters.
    #[error("{0} is malformed")]
    Hint(&'static str),
    /// The code challenge was used before: the page must make a fresh verifier each time (R19).
    #[error("the code challenge was used before")]
    Repeated,
    /// As many attempts are open as may be.
    #[error("too many attempts are open")]
    TooManyOpen,
    /// See [`VaultError`].
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// See [`NoRandomness`].
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
}

/// What is wished of an attempt, whichever way it goes.
#[derive(Clone, Debug, Default)]
pub struct Wishes {
    /// Scopes, each on the deployment's list; all of the list if absent.
    pub scopes: Option<Vec<String>>,
    /// Whose name to fill in.
    pub login_hint: Option<String>,
    /// Where the account is at home.
    pub domain_hint: Option<String>,
    /// The account that is to sign in, and no other.
    pub account: Option<AccountId>,
    /// What Microsoft is to show even if it could be skipped.
    pub prompt: Option<Prompt>,
    /// A path of the site to come back to.
    pub return_to: Option<String>,
    /// The hosted link that all this is for.
    pub link: Option<LinkId>,
    /// The digest of a frame's claim on the end; server-driven only.
    pub claim: Option<ClaimDigest>,
}

/// Who drives an attempt.
pub(super) enum Driver {
    /// The page, which keeps the verifier of this challenge.
    Page(CodeChallenge),
    /// We do.
    Server {
        verifier: CodeVerifier,
        /// What the browser shows now and will not show at the end.
        session: Option<HandleDigest>,
    },
}

/// An attempt that is on record, with what stands in the clear for this once.
pub(super) struct Begun {
    pub(super) attempt: NewAttempt,
    pub(super) state: State,
    pub(super) nonce: Nonce,
    pub(super) browser: FlowHandle,
    pub(super) login_hint: Option<String>,
    pub(super) domain_hint: Option<String>,
    pub(super) prompt: Option<Prompt>,
}

impl App {
    /// Records an attempt for the browser that holds `browser`, or for a new one, and answers what the page needs for
    /// the authorize URL, with the flow handle to keep. `session` is what the browser holds: a challenge that one of its
    /// accounts waits to meet goes along.
    ///
    /// # Errors
    /// [`StartAttemptError`]; nothing was recorded.
    pub async fn start_attempt(
        &self,
        request: StartAttempt,
        browser: Option<FlowHandle>,
        session: Option<SessionHandle>,
    ) -> Result<(AttemptStarted, FlowHandle), StartAttemptError> {
        let mut wishes = Wishes {
            scopes: request.scopes,
            login_hint: request.login_hint,
            domain_hint: request.domain_hint,
            prompt: request.prompt,
            return_to: request.return_to,
            ..Wishes::default()
        };
        if let Some(named) = &request.account {
            self.bind(&mut wishes, named, session.clone()).await?;
        }
        let driver = Driver::Page(request.code_challenge);
        let begun = self.begin(wishes, driver, browser).await?;
        let started = AttemptStarted {
            state: begun.state,
            nonce: begun.nonce,
            client_id: begun.attempt.client_id,
            authorize_endpoint: self.entra.registration().authority.authorize_endpoint(),
            scope: begun.attempt.scopes.to_string(),
            redirect_uri: begun.attempt.redirect_uri,
            response_mode: ResponseMode::Fragment,
            expires_at: begun.attempt.expires_at.0,
            prompt: begun.prompt,
            login_hint: begun.login_hint,
            domain_hint: begun.domain_hint,
            claims: self.challenge_to_meet(session).await,
        };
        Ok((started, begun.browser))
    }

    /// Makes state and nonce, and records all that is compared at the end.
    pub(super) async fn begin(
        &self,
        wishes: Wishes,
        driver: Driver,
        browser: Option<FlowHandle>,
    ) -> Result<Begun, StartAttemptError> {
        let (state, nonce) = (
            State::from_random(random::bytes()?),
            Nonce::from_random(random::bytes()?),
        );
        let first_of_browser = browser.is_none();
        let browser = browser.map_or_else(FlowHandle::random, Ok)?;
        let login_hint = checked_hint("login_hint", wishes.login_hint.clone())?;
        let domain_hint = checked_hint("domain_hint", wishes.domain_hint.clone())?;
        let prompt = wishes.prompt;
        let attempt = NewAttempt {
            first_of_browser,
            ..self.attempt(wishes, driver, &state, &nonce, &browser)?
        };
        self.vault
            .begin_attempt_within(self.rules.attempt_caps, &attempt, self.clock.now())
            .await
            .map_err(|error| match error {
                BeginAttemptError::Repeated => StartAttemptError::Repeated,
                BeginAttemptError::TooManyOpen => {
                    meters::overflow("open_attempts");
                    StartAttemptError::TooManyOpen
                }
                BeginAttemptError::Vault(error) => error.into(),
            })?;
        self.steps.tell(Step::AttemptStarted {
            scope: attempt.scopes.to_string(),
        });
        Ok(Begun {
            attempt,
            state,
            nonce,
            browser,
            login_hint,
            domain_hint,
            prompt,
        })
    }

    fn attempt(
        &self,
        wishes: Wishes,
        driver: Driver,
        state: &State,
        nonce: &Nonce,
        browser: &FlowHandle,
    ) -> Result<NewAttempt, StartAttemptError> {
        let return_to = wishes
            .return_to
            .map(|text| return_to::resolve(&text, &self.rules.site));
        let registration = self.entra.registration();
        let (page, server) = (&self.rules.redirect_uri, &self.rules.server_redirect_uri);
        let hints = [&wishes.domain_hint, &wishes.login_hint];
        let domain = hints.into_iter().flatten().find_map(|hint| domain_of(hint));
        let (kind, proof, redirect_uri, session) = match driver {
            Driver::Page(challenge) => (AttemptKind::Connect, Proof::Page(challenge), page, None),
            Driver::Server { verifier, session } => {
                let proof = Proof::Server(verifier);
                (AttemptKind::ServerConnect, proof, server, session)
            }
        };
        Ok(NewAttempt {
            state: StateDigest::from(state.digest()),
            browser: browser.digest(),
            first_of_browser: false,
            kind,
            proof,
            nonce: NonceDigest::from(nonce.digest()),
            redirect_uri: redirect_uri.clone(),
            scopes: allowed(wishes.scopes, &self.rules.scopes)?,
            tenant: registration.authority.tenant().clone(),
            client_id: registration.client_id.clone(),
            return_to: return_to
                .transpose()
                .map_err(|_| StartAttemptError::ReturnTo)?,
            session,
            account: wishes.account,
            link: wishes.link,
            claim: wishes.claim,
            consent: None,
            domain,
            expires_at: self.clock.now().plus(self.rules.attempt_lifetime),
        })
    }
}

/// What the page asked for, with what connecting always takes; nothing beyond the deployment's list.
pub(super) fn allowed(
    asked: Option<Vec<String>>,
    list: &Scopes,
) -> Result<Scopes, StartAttemptError> {
    let Some(asked) = asked else {
        return Ok(list.clone());
    };
    if asked.iter().any(|scope| !list.contains(scope)) {
        return Err(StartAttemptError::Scopes);
    }
    let asked = Scopes::from(asked);
    let scopes: Scopes = list
        .iter()
        .filter(|scope| ALWAYS.contains(scope) || asked.contains(scope))
        .collect();
    if reads_mail(&scopes) {
        Ok(scopes)
    } else {
        Err(StartAttemptError::Scopes)
    }
}

pub(super) fn reads_mail(scopes: &Scopes) -> bool {
    scopes.contains("Mail.Read") || scopes.contains("Mail.ReadWrite")
}

/// R26: hints only fill in a field at Microsoft, or spare a page there.
fn checked_hint(
    name: &'static str,
    hint: Option<String>,
) -> Result<Option<String>, StartAttemptError> {
    let fits = |hint: &String| {
        !hint.is_empty() && hint.len() <= LONGEST_HINT && !hint.chars().any(char::is_control)
    };
    if hint.as_ref().is_none_or(fits) {
        Ok(hint)
    } else {
        Err(StartAttemptError::Hint(name))
    }
}

/// The domain of a hint, if it has one; nothing else of the hint is kept.
fn domain_of(hint: &str) -> Option<String> {
    let named = hint.rsplit('@').next().unwrap_or_default();
    match Tenant::parse(named) {
        Some(tenant @ Tenant::One(_)) if named.contains('.') => Some(tenant.segment().to_owned()),
        _ => None,
    }
}

const ALWAYS: [&str; 5] = ["openid", "profile", "email", "offline_access", "User.Read"];

/// Characters of the longest mail address, with room for an opaque hint.
const LONGEST_HINT: usize = 512;

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(scopes: &[&str]) -> Result<String, StartAttemptError> {
        let list = Scopes::parse("openid profile offline_access User.Read Mail.Read Mail.Send");
        allowed(
            Some(scopes.iter().map(|&scope| scope.to_owned()).collect()),
            &list,
        )
        .map(|scopes| scopes.to_string())
    }

    /// R10
    #[test]
    fn a_page_may_ask_for_less_and_never_for_more() {
        assert_eq!(
            asked(&["Mail.Read"]).unwrap(),
            "openid profile offline_access User.Read Mail.Read"
        );
        assert_eq!(
            asked(&["https://graph.microsoft.com/mail.read"]).unwrap(),
            "openid profile offline_access User.Read Mail.Read"
        );
        for bad in [
            &["Mail.Read", "Mail.ReadWrite"][..],
            &["Directory.Read.All", "Mail.Read"],
            &["Mail.Send"],
            &[],
            &[""],
        ] {
            assert!(
                matches!(asked(bad), Err(StartAttemptError::Scopes)),
                "{bad:?}"
            );
        }
    }

    #[test]
    fn of_a_hint_the_domain_is_kept() {
        for (hint, domain) in [
            ("ada@Contoso.example", Some("contoso.example")),
            ("contoso.example", Some("contoso.example")),
            ("organizations", None),
            ("consumers", None),
            ("O.CiQ-opaque_hint", None),
            ("ada@localhost", None),
            ("@", None),
        ] {
            assert_eq!(domain_of(hint).as_deref(), domain, "{hint}");
        }
    }

    /// R178
    #[test]
    fn a_hint_is_one_line_of_reasonable_length() {
        let checked = |hint: &str| checked_hint("login_hint", Some(hint.to_owned()));
        assert!(checked("ada@contoso.example").is_ok());
        for bad in ["", "a\r\nb", "a\0", &"a".repeat(513)] {
            assert!(checked(bad).is_err(), "{bad}");
        }
    }
}
