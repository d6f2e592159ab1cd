//! Sign-ins in progress: what the app asked and how far the visitor has come.

use std::{collections::HashMap, sync::Mutex};

use super::request::AuthorizeRequest;
use crate::{lock::lock, random, scenario::ScenarioName, tokens::Moment, world::PersonId};

/// One sign-in in progress.
#[derive(Clone, Debug)]
pub(crate) struct Flow {
    pub(crate) request: AuthorizeRequest,
    pub(crate) progress: Progress,
    /// The correlation id of all its pages and answers.
    pub(crate) correlation: String,
    /// The tenant segment it was started at.
    pub(crate) segment: String,
    /// The scenarios its address asked for.
    pub(crate) brought: Vec<ScenarioName>,
    /// When it began.
    pub(crate) since: Moment,
}

impl Flow {
    /// The beginning of a sign-in for `request` at the tenant segment `segment`.
    pub(crate) fn beginning(
        request: AuthorizeRequest,
        segment: String,
        correlation: String,
    ) -> Self {
        Self {
            request,
            progress: Progress::Begun,
            correlation,
            segment,
            brought: Vec::new(),
            since: Moment::next(),
        }
    }

    /// The same with the scenarios that its address asked for.
    pub(crate) fn with(self, brought: Vec<ScenarioName>) -> Self {
        Self { brought, ..self }
    }
}

/// How far the visitor has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// Nothing was asked of them yet.
    Begun,
    /// They want to choose among accounts.
    Choosing,
    /// They want to type an address.
    Naming,
    /// They chose this person.
    Chosen(PersonId),
    /// They gave this person's password.
    Authenticated(PersonId),
}

/// The unguessable name of a sign-in in progress, carried by its pages.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct FlowId(String);

impl FlowId {
    /// A new one.
    pub(crate) fn fresh() -> Self {
        Self(random::text::<24>())
    }

    /// What a form says.
    pub(crate) fn read(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// For a form.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// All sign-ins in progress.
#[derive(Debug, Default)]
pub(crate) struct Flows {
    open: Mutex<HashMap<FlowId, (Flow, i64)>>,
}

impl Flows {
    /// Keeps a sign-in until its next step; `now` in unix seconds.
    pub(crate) fn keep(&self, id: FlowId, flow: Flow, now: i64) {
        let mut open = lock(&self.open);
        if open.len() >= SWEEP_AT {
            open.retain(|_, (_, kept_at)| *kept_at > now - FLOW_LIFE);
        }
        open.insert(id, (flow, now));
    }

    /// Takes a sign-in out for its next step. Two steps at once cannot both have it.
    pub(crate) fn take(&self, id: &FlowId, now: i64) -> Option<Flow> {
        let (flow, kept_at) = lock(&self.open).remove(id)?;
        (kept_at > now - FLOW_LIFE).then_some(flow)
    }
}

/// How long a page may stand open.
const FLOW_LIFE: i64 = 86_400;
/// From this many open sign-ins on, keeping one sweeps out the forgotten.
const SWEEP_AT: usize = 4_096;
