//! Where notifications go: programs on this machine, and nobody else.

use std::{fmt, future::Future, time::Duration};

use reqwest::RequestBuilder;
use url::Url;

use crate::{clock::Clock, outbound};

/// An address on this machine. There is no other way to have one, so nobody else is ever asked.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Receiver(Url);

/// Why an address gets no notifications.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unsuitable {
    /// Not an absolute address.
    #[error("not an address")]
    NotAnAddress,
    /// Neither `https` nor, on this machine and if that is allowed, `http`.
    #[error("scheme '{0}'")]
    Scheme(String),
    /// On another machine.
    #[error("not on this machine")]
    Elsewhere,
}

impl Receiver {
    /// The receiver at `address`; plain `http` only if it is allowed.
    ///
    /// # Errors
    /// [`Unsuitable`], by what is wrong with it.
    pub(crate) fn at(address: &str, allows_http: bool) -> Result<Self, Unsuitable> {
        let url = Url::parse(address).map_err(|_| Unsuitable::NotAnAddress)?;
        let is_here = outbound::is_loopback(&url);
        match (url.scheme(), is_here) {
            ("https", true) => Ok(Self(url)),
            ("http", true) if allows_http => Ok(Self(url)),
            ("https", false) => Err(Unsuitable::Elsewhere),
            (scheme, _) => Err(Unsuitable::Scheme(scheme.to_owned())),
        }
    }

    /// A `POST` to it, with these parameters after its own.
    ///
    /// # Errors
    /// [`outbound::Unavailable`] if there is no client.
    pub(super) fn post(
        &self,
        parameters: &[(&str, &str)],
    ) -> Result<RequestBuilder, outbound::Unavailable> {
        let mut url = self.0.clone();
        for (name, value) in parameters {
            url.query_pairs_mut().append_pair(name, value);
        }
        // Whoever asks has a clock of their own.
        let longer = Duration::from_secs(2 * LONGEST_WAIT.unsigned_abs());
        Ok(outbound::client()?.post(url).timeout(longer))
    }
}

impl fmt::Display for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// What `answer` brings within ten seconds; `None` if it takes longer, by the machine's clock or because the emulator's
/// was moved over that time.
pub(super) async fn in_time<T>(clock: &Clock, answer: impl Future<Output = T>) -> Option<T> {
    let deadline = clock.now().saturating_add(LONGEST_WAIT);
    tokio::select! {
        biased;
        answer = answer => Some(answer),
        () = clock.jumps_to(deadline) => None,
        () = tokio::time::sleep(Duration::from_secs(LONGEST_WAIT.unsigned_abs())) => None,
    }
}

/// Seconds that a receiver has (graph-mail §16.3, §16.4).
const LONGEST_WAIT: i64 = 10;

#[cfg(test)]
mod tests {
    use super::{Receiver, Unsuitable};

    /// E58: `https` is demanded, loopback may do without; other machines are out of reach.
    #[test]
    fn only_addresses_of_this_machine_receive() {
        let at = |address: &str, allows_http| Receiver::at(address, allows_http).map(|_| ());
        assert_eq!(at("http://127.0.0.1:9/x?y=1", true), Ok(()));
        assert_eq!(at("https://localhost:9/x", false), Ok(()));
        assert_eq!(
            at("http://localhost:9/x", false),
            Err(Unsuitable::Scheme("http".to_owned()))
        );
        assert_eq!(
            at("http://client.example/x", true),
            Err(Unsuitable::Scheme("http".to_owned()))
        );
        assert_eq!(
            at("https://client.example/x", true),
            Err(Unsuitable::Elsewhere)
        );
        assert_eq!(at("/x", true), Err(Unsuitable::NotAnAddress));
    }
}
