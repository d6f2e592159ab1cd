//! Upload sessions: large files that come in parts, on an origin of their own (E43–E46).

mod range;
mod serve;
mod session;

use std::{collections::HashMap, sync::Mutex};

use axum::http::Uri;

use super::throttle::Pair;
use crate::{lock::lock, random};

pub(crate) use serve::router;
pub(crate) use session::{Announced, Destination, Session};

/// All uploads that are under way, by the token in their URLs.
#[derive(Debug, Default)]
pub(crate) struct Uploads {
    sessions: Mutex<HashMap<String, Session>>,
}

impl Uploads {
    /// Begins an upload and answers its token. Those whose time is over at `now` (unix seconds) are forgotten.
    pub(crate) fn begin(&self, session: Session, now: i64) -> String {
        let token = random::text::<48>();
        let mut sessions = lock(&self.sessions);
        sessions.retain(|_, session| now < session.expires_at);
        sessions.insert(token.clone(), session);
        token
    }

    /// What `look` makes of the upload with this token and path; `None` if there is none, or its time was over at `now`.
    fn with<T>(
        &self,
        token: &str,
        path: &str,
        now: i64,
        look: impl FnOnce(&mut Session) -> T,
    ) -> Option<T> {
        let mut sessions = lock(&self.sessions);
        let session = sessions.get_mut(token)?;
        (session.path == path && now < session.expires_at).then(|| look(session))
    }

    /// Whose upload an address of the upload host leads to, and by which app.
    pub(crate) fn belongs_to(&self, address: &Uri) -> Option<Pair> {
        let token = serve::token(address.query()?)?;
        let sessions = lock(&self.sessions);
        let session = sessions.get(&token)?;
        Some(Pair {
            client_id: session.client_id.clone(),
            mailbox: session.owner.clone(),
        })
    }

    /// Ends an upload and answers it.
    fn end(&self, token: &str) -> Option<Session> {
        lock(&self.sessions).remove(token)
    }
}
