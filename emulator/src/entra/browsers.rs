//! Browsers and who is signed in to the emulator in each: a cookie on the emulator's origin.

use std::{collections::HashMap, sync::Mutex};

use axum::http::{HeaderMap, HeaderValue, header::COOKIE};

use crate::{
    lock::lock,
    random,
    tokens::Proof,
    world::{ClientId, PersonId},
};

/// The browsers that have met the emulator.
#[derive(Debug, Default)]
pub(crate) struct Browsers {
    known: Mutex<HashMap<BrowserId, Browser>>,
}

/// The value of a browser's cookie.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct BrowserId(String);

#[derive(Clone, Debug)]
struct Browser {
    session_state: String,
    signed_in: Vec<PersonId>,
    /// How each of them proved it.
    proofs: HashMap<PersonId, Proof>,
    /// The apps of the session, with who signed in to each.
    apps: Vec<(PersonId, ClientId)>,
}

/// What a sign-out ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// The apps that those who left had signed in to.
    pub(crate) apps: Vec<ClientId>,
    pub(crate) session_state: String,
    /// Whether the browser has no session any more.
    pub(crate) nobody_left: bool,
}

impl Default for Ended {
    /// The end of nothing: the browser had no session.
    fn default() -> Self {
        Self {
            apps: Vec::new(),
            session_state: String::new(),
            nobody_left: true,
        }
    }
}

impl Browsers {
    /// Who is signed in, in the order of signing in.
    pub(crate) fn signed_in(&self, browser: Option<&BrowserId>) -> Vec<PersonId> {
        let known = lock(&self.known);
        browser
            .and_then(|id| known.get(id))
            .map(|browser| browser.signed_in.clone())
            .unwrap_or_default()
    }

    /// Signs `person` in by this proof and answers the browser's id, a new one if the emulator does not know the old.
    pub(crate) fn sign_in(
        &self,
        browser: Option<&BrowserId>,
        person: &PersonId,
        proof: Proof,
    ) -> BrowserId {
        let mut known = lock(&self.known);
        let id = browser.filter(|id| known.contains_key(id)).cloned();
        let id = id.unwrap_or_else(|| BrowserId(random::text::<32>()));
        let fresh = || Browser {
            session_state: random::guid(),
            signed_in: Vec::new(),
            proofs: HashMap::new(),
            apps: Vec::new(),
        };
        let browser = known.entry(id.clone()).or_insert_with(fresh);
        if !browser.signed_in.contains(person) {
            browser.signed_in.push(person.clone());
        }
        browser.proofs.insert(person.clone(), proof);
        id
    }

    /// Counts an app among those of the session (entra 81).
    pub(crate) fn visit(
        &self,
        browser: Option<&BrowserId>,
        person: &PersonId,
        client_id: &ClientId,
    ) {
        let mut known = lock(&self.known);
        let visited = (person.clone(), client_id.clone());
        if let Some(browser) = browser.and_then(|id| known.get_mut(id))
            && !browser.apps.contains(&visited)
        {
            browser.apps.push(visited);
        }
    }

    /// Everybody in every browser: its session state, who, and how they proved it. In no order.
    pub(crate) fn all(&self) -> Vec<(String, PersonId, Proof)> {
        let known = lock(&self.known);
        let sessions = known.values().flat_map(|browser| {
            browser.signed_in.iter().map(|person| {
                let proof = browser.proofs.get(person).cloned().unwrap_or_default();
                (browser.session_state.clone(), person.clone(), proof)
            })
        });
        sessions.collect()
    }

    /// How `person` proved who they are in this browser; the proof of nothing for strangers.
    pub(crate) fn proof(&self, browser: Option<&BrowserId>, person: &PersonId) -> Proof {
        let known = lock(&self.known);
        let browser = browser.and_then(|id| known.get(id));
        browser
            .and_then(|browser| browser.proofs.get(person))
            .cloned()
            .unwrap_or_default()
    }

    /// Adds a second factor to the proof of `person`, for these authentication contexts.
    pub(crate) fn strengthen(
        &self,
        browser: Option<&BrowserId>,
        person: &PersonId,
        contexts: &[String],
    ) {
        let mut known = lock(&self.known);
        let browser = browser.and_then(|id| known.get_mut(id));
        if let Some(proof) = browser.and_then(|browser| browser.proofs.get_mut(person)) {
            proof.strengthen(contexts.iter().cloned());
        }
    }

    /// Signs these people out of this browser. The session ends with the last of them.
    pub(crate) fn sign_out(&self, browser: &BrowserId, leaving: &[PersonId]) -> Ended {
        let mut known = lock(&self.known);
        let Some(session) = known.get_mut(browser) else {
            return Ended::default();
        };
        let leaves = |person: &PersonId| leaving.contains(person);
        let left = session.apps.iter().filter(|(person, _)| leaves(person));
        let mut ended = Ended {
            apps: left.map(|(_, client_id)| client_id.clone()).collect(),
            session_state: session.session_state.clone(),
            nobody_left: false,
        };
        session.apps.retain(|(person, _)| !leaves(person));
        session.signed_in.retain(|person| !leaves(person));
        session.proofs.retain(|person, _| !leaves(person));
        if session.signed_in.is_empty() {
            ended.nobody_left = true;
            known.remove(browser);
        }
        ended
    }

    /// The `session_state` of answers to this browser: the same as long as the session lasts.
    pub(crate) fn session_state(&self, browser: Option<&BrowserId>) -> String {
        let known = lock(&self.known);
        let state = browser
            .and_then(|id| known.get(id))
            .map(|browser| browser.session_state.clone());
        state.unwrap_or_else(random::guid)
    }
}

impl BrowserId {
    /// The browser that a request's cookies name.
    pub(crate) fn of(headers: &HeaderMap) -> Option<Self> {
        let cookies = headers
            .get_all(COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok());
        let mut pairs = cookies
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='));
        pairs
            .find(|(name, _)| *name == COOKIE_NAME)
            .map(|(_, value)| Self(value.to_owned()))
    }

    /// The cookie's value.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The `Set-Cookie` value that makes the browser remember it until it is closed; `https` says whether the emulator
    /// speaks it.
    pub(crate) fn to_cookie(&self, https: bool) -> Option<HeaderValue> {
        HeaderValue::from_str(&format!("{COOKIE_NAME}={}; {}", self.0, attributes(https))).ok()
    }

    /// The `Set-Cookie` value that makes the browser forget.
    pub(crate) fn forgotten(https: bool) -> Option<HeaderValue> {
        HeaderValue::from_str(&format!("{COOKIE_NAME}=; {}; Max-Age=0", attributes(https))).ok()
    }
}

/// By HTTPS hidden frames of other sites see the session, as at Microsoft's; browsers allow that for secure cookies only.
fn attributes(https: bool) -> &'static str {
    if https {
        "Path=/; HttpOnly; Secure; SameSite=None"
    } else {
        "Path=/; HttpOnly; SameSite=Lax"
    }
}

const COOKIE_NAME: &str = "emulator-session";
