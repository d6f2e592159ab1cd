//! Whom something is set for.

use serde::Serialize;

use super::{Concern, ScenarioName};
use crate::world::{ClientId, PersonId, World};

/// Some person, some app, both, or everybody. What is left open matches anybody.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Target {
    /// Only this person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// Only this app.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<ClientId>,
}

impl Target {
    /// The target that these words name: a person by address or id, an app by client id. Empty words name nobody in
    /// particular.
    ///
    /// # Errors
    /// [`TargetError`], naming what is not in `world`.
    pub fn named(
        person: Option<&str>,
        client_id: Option<&str>,
        world: &World,
    ) -> Result<Self, TargetError> {
        let given = |text: &&str| !text.is_empty();
        let person = person.filter(given).map(|text| {
            let by_id = || world.person(&PersonId::new(text));
            let known = world.person_at(text).or_else(by_id);
            known
                .map(|person| person.id.clone())
                .ok_or_else(|| TargetError::UnknownPerson(text.to_owned()))
        });
        let client_id = client_id.filter(given).map(|text| {
            let known = world.application(text);
            known
                .map(|application| application.client_id.clone())
                .ok_or_else(|| TargetError::UnknownApp(text.to_owned()))
        });
        Ok(Self {
            person: person.transpose()?,
            client_id: client_id.transpose()?,
        })
    }

    /// Whether it covers `person` in the app `client_id`; somebody unknown is covered by what names nobody.
    pub fn covers(&self, person: Option<&PersonId>, client_id: Option<&ClientId>) -> bool {
        let person_fits = self
            .person
            .as_ref()
            .is_none_or(|wanted| person == Some(wanted));
        let app_fits = self
            .client_id
            .as_ref()
            .is_none_or(|wanted| client_id == Some(wanted));
        person_fits && app_fits
    }

    /// Whether `name` can be set for it.
    ///
    /// # Errors
    /// [`TargetError`], by what must be named.
    pub fn suits(&self, name: ScenarioName) -> Result<(), TargetError> {
        match (name.concern(), &self.person, &self.client_id) {
            (Concern::Person, None, _) => Err(TargetError::NeedsPerson(name.text())),
            (Concern::Person, Some(_), Some(_)) => Err(TargetError::PersonOnly(name.text())),
            (Concern::App, _, None) => Err(TargetError::NeedsApp(name.text())),
            (Concern::App, Some(_), Some(_)) => Err(TargetError::AppOnly(name.text())),
            (Concern::Either, None, None) => Err(TargetError::NeedsEither(name.text())),
            _ => Ok(()),
        }
    }
}

/// Why something cannot be set for a target. Correct the request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// No such person.
    #[error("nobody has the address or id `{0}`")]
    UnknownPerson(String),
    /// No such app.
    #[error("no app has the client id `{0}`")]
    UnknownApp(String),
    /// Name a person.
    #[error("`{0}` is set for a person: name one by `person`")]
    NeedsPerson(&'static str),
    /// Leave out the app.
    #[error("`{0}` is set for a person in all apps: leave out `client_id`")]
    PersonOnly(&'static str),
    /// Name an app.
    #[error("`{0}` is set for an app: name one by `client_id`")]
    NeedsApp(&'static str),
    /// Leave out the person.
    #[error("`{0}` is set for an app and all people: leave out `person`")]
    AppOnly(&'static str),
    /// Name somebody.
    #[error("`{0}` is set for a `person`, a `client_id`, or both: name at least one")]
    NeedsEither(&'static str),
}
