//! Device codes: one value for the program that polls, a short one for the person who types it (entra 76).

use std::{collections::HashMap, sync::Mutex};

use super::{Proof, opaque};
use crate::{
    entra::Scopes,
    lock::lock,
    random,
    world::{ClientId, PersonId, TenantId},
};

/// What a device code asks for.
#[derive(Clone, Debug)]
pub(crate) struct DeviceRequest {
    pub(crate) client_id: ClientId,
    pub(crate) scopes: Scopes,
    /// The tenant segment it was asked at.
    pub(crate) segment: String,
    /// Unix seconds.
    pub(crate) issued_at: i64,
}

/// What a person decided about a device code.
#[derive(Clone, Debug)]
pub(crate) enum Decision {
    Declined,
    Approved {
        person: PersonId,
        tenant: TenantId,
        proof: Proof,
    },
}

/// What a poll finds.
#[derive(Clone, Debug)]
pub(crate) enum Poll {
    /// No such code, or already turned into tokens.
    Unknown,
    /// Nobody has decided yet.
    Pending {
        too_fast: bool,
    },
    /// 15 minutes are over.
    Expired,
    Declined,
    Approved(Approved),
}

/// A device code that somebody approved.
#[derive(Clone, Debug)]
pub(crate) struct Approved {
    pub(crate) request: DeviceRequest,
    pub(crate) person: PersonId,
    pub(crate) tenant: TenantId,
    pub(crate) proof: Proof,
}

/// Every device code issued so far.
#[derive(Debug, Default)]
pub(crate) struct DeviceCodes {
    issued: Mutex<HashMap<String, Issued>>,
}

#[derive(Debug)]
struct Issued {
    user_code: String,
    request: DeviceRequest,
    decision: Option<Decision>,
    polled_at: Option<i64>,
}

impl DeviceCodes {
    /// Issues a device code and its user code.
    pub(crate) fn issue(&self, request: DeviceRequest) -> (String, String) {
        let device_code = opaque::fresh("D");
        let user_code: String = random::bytes::<USER_CODE_LENGTH>()
            .iter()
            .map(|byte| ALPHABET[usize::from(*byte) % ALPHABET.len()])
            .collect();
        let issued = Issued {
            user_code: user_code.clone(),
            request,
            decision: None,
            polled_at: None,
        };
        let mut known = lock(&self.issued);
        let oldest_kept = issued.request.issued_at - KEPT_FOR;
        known.retain(|_, old| old.request.issued_at > oldest_kept);
        known.insert(device_code.clone(), issued);
        (device_code, user_code)
    }

    /// What `client_id` hears when it polls at `now`.
    pub(crate) fn poll(&self, device_code: &str, client_id: &ClientId, now: i64) -> Poll {
        let mut known = lock(&self.issued);
        let fits = |issued: &&mut Issued| issued.request.client_id == *client_id;
        let Some(issued) = known.get_mut(device_code).filter(fits) else {
            return Poll::Unknown;
        };
        let last = issued.polled_at.replace(now);
        match &issued.decision {
            _ if now >= issued.request.issued_at + LIFE => Poll::Expired,
            None => Poll::Pending {
                too_fast: last.is_some_and(|last| now < last + INTERVAL),
            },
            Some(Decision::Declined) => Poll::Declined,
            Some(Decision::Approved {
                person,
                tenant,
                proof,
            }) => Poll::Approved(Approved {
                request: issued.request.clone(),
                person: person.clone(),
                tenant: tenant.clone(),
                proof: proof.clone(),
            }),
        }
    }

    /// Takes the code's one redemption. Of several callers at once exactly one hears `true`.
    pub(crate) fn spend(&self, device_code: &str) -> bool {
        lock(&self.issued).remove(device_code).is_some()
    }

    /// The live request behind a user code, in any case, and whether somebody has decided already.
    pub(crate) fn typed(&self, user_code: &str, now: i64) -> Option<(DeviceRequest, bool)> {
        let known = lock(&self.issued);
        let mut live = known
            .values()
            .filter(|issued| now < issued.request.issued_at + LIFE);
        let issued = live.find(|issued| issued.user_code.eq_ignore_ascii_case(user_code))?;
        Some((issued.request.clone(), issued.decision.is_some()))
    }

    /// Records a decision; the first one counts.
    pub(crate) fn decide(&self, user_code: &str, decision: Decision) {
        let mut known = lock(&self.issued);
        let mut open = known
            .values_mut()
            .filter(|issued| issued.decision.is_none());
        if let Some(issued) = open.find(|issued| issued.user_code == user_code) {
            issued.decision = Some(decision);
        }
    }

    /// The user code that waits, if exactly one does: the page fills it in.
    pub(crate) fn only_pending(&self, now: i64) -> Option<String> {
        let known = lock(&self.issued);
        let mut pending = known
            .values()
            .filter(|issued| issued.decision.is_none() && now < issued.request.issued_at + LIFE);
        let only = pending.next()?;
        pending.next().is_none().then(|| only.user_code.clone())
    }
}

/// 15 minutes.
pub(crate) const LIFE: i64 = 900;
/// Seconds between polls.
pub(crate) const INTERVAL: i64 = 5;
const USER_CODE_LENGTH: usize = 9;
/// Neither vowels nor what looks like something else.
const ALPHABET: &[char] = &[
    'B', 'C', 'D', 'F', 'G', 'H', 'J', 'K', 'L', 'M', 'N', 'P', 'Q', 'R', 'S', 'T', 'V', 'W', 'X',
    'Z', '2', '3', '4', '5', '6', '7', '8', '9',
];
/// How long a code is remembered, so that late polls get their own errors.
const KEPT_FOR: i64 = 86_400;
