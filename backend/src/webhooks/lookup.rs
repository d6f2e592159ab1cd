//! From a name to addresses, each of them judged, at the moment at which they are connected to: a name that was fine when
//! the webhook was added may stand for something else now (R145, F62).

use std::fmt;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::Rules;
use super::global::is_global;

/// What a look-up comes to.
pub(super) type Found = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// Asks for the addresses of a name.
pub(super) trait LookUp: Send + Sync + 'static {
    fn look_up(&self, name: &str) -> Found;
}

/// The operating system's way.
pub(super) struct SystemsWay;

impl LookUp for SystemsWay {
    fn look_up(&self, name: &str) -> Found {
        let name = name.to_owned();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// A name stands for an address that no webhook may reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct UnsafeAddress;

impl fmt::Display for UnsafeAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the name stands for an address that is not reachable from everywhere")
    }
}

impl std::error::Error for UnsafeAddress {}

/// Lets through names that stand for addresses of the world, and for nothing else.
#[derive(Clone)]
pub(super) struct Guarded {
    rules: Rules,
    way: Arc<dyn LookUp>,
}

impl Guarded {
    pub(super) fn new(rules: Rules, way: impl LookUp) -> Self {
        let way = Arc::new(way);
        Self { rules, way }
    }

    async fn judged(
        self,
        name: String,
    ) -> Result<Vec<IpAddr>, Box<dyn std::error::Error + Send + Sync>> {
        let found = self.way.look_up(&name).await?;
        let here = self.rules.insecure && name == "localhost";
        let good = |address: &IpAddr| {
            if here {
                address.is_loopback()
            } else {
                is_global(*address, &self.rules.blocked)
            }
        };
        // One bad among several is enough: which of them is connected to, nobody knows.
        if !found.iter().all(good) {
            return Err(Box::new(UnsafeAddress));
        }
        Ok(found)
    }
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let judged = self.clone().judged(name.as_str().to_owned());
        Box::pin(async move {
            let found = judged.await?.into_iter();
            let addresses: Addrs = Box::new(found.map(|address| SocketAddr::new(address, 0)));
            Ok(addresses)
        })
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::webhooks::testing::rules;

    /// Answers one time after another; the last answer stays.
    pub(in crate::webhooks) struct Told(Mutex<Vec<Vec<IpAddr>>>);

    impl Told {
        pub(in crate::webhooks) fn new(answers: &[&[&str]]) -> Self {
            let parsed =
                |answer: &&[&str]| answer.iter().map(|text| text.parse().unwrap()).collect();
            Self(Mutex::new(answers.iter().rev().map(parsed).collect()))
        }
    }

    impl LookUp for Told {
        fn look_up(&self, _name: &str) -> Found {
            let mut answers = self.0.lock().unwrap();
            let last = answers.len() == 1;
            let answer = if last {
                answers[0].clone()
            } else {
                answers.pop().unwrap()
            };
            Box::pin(async move { Ok(answer) })
        }
    }

    async fn judged(insecure: bool, name: &str, answers: &[&[&str]]) -> Vec<bool> {
        let guarded = Guarded::new(rules(insecure), Told::new(answers));
        let mut good = Vec::new();
        for _ in answers {
            good.push(guarded.clone().judged(name.to_owned()).await.is_ok());
        }
        good
    }

    /// F62, R145: the second look counts as the first did, and one bad address among good ones is enough.
    #[tokio::test]
    async fn a_name_is_judged_each_time_it_is_used() {
        let (public, own) = ("93.184.216.34", "127.0.0.1");
        assert_eq!(
            judged(false, "crm.example", &[&[public], &[own], &[public]]).await,
            [true, false, true]
        );
        for bad in [
            own,
            "10.0.0.1",
            "169.254.169.254",
            "::1",
            "fd00::1",
            "::ffff:127.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "168.63.129.16",
        ] {
            assert_eq!(
                judged(false, "crm.example", &[&[public, bad]]).await,
                [false],
                "{bad}"
            );
            assert_eq!(
                judged(true, "crm.example", &[&[bad]]).await,
                [false],
                "{bad}"
            );
        }
    }

    #[tokio::test]
    async fn this_machine_goes_by_its_name_and_only_with_the_switch() {
        assert_eq!(
            judged(true, "localhost", &[&["127.0.0.1", "::1"]]).await,
            [true]
        );
        assert_eq!(
            judged(true, "localhost", &[&["127.0.0.1", "10.0.0.1"]]).await,
            [false]
        );
        assert_eq!(judged(false, "localhost", &[&["127.0.0.1"]]).await, [false]);
    }
}
