//! A person as Graph shows them.

use crate::{
    graph::{
        json::{Json, Object},
        odata::{Entity, Property, Schema, Selection, Type},
    },
    world::{Person, TenantKind},
};

/// A person of the directory.
#[derive(Clone, Copy, Debug)]
pub(crate) struct UserView<'a> {
    /// The person.
    pub(crate) person: &'a Person,
    /// What sort of account they have.
    pub(crate) kind: TenantKind,
}

impl UserView<'_> {
    /// The selected properties.
    pub(crate) fn shown(&self, selection: &Selection) -> Object {
        selection.of_entity(self)
    }

    /// Null without a mailbox, and for personal accounts: clients fall back to the principal name (graph-mail §2).
    fn mail(&self) -> Option<&str> {
        let listed = self.person.mailbox && self.kind == TenantKind::Company;
        listed.then_some(self.person.address.as_str())
    }
}

impl Entity for UserView<'_> {
    fn value(&self, property: &'static str) -> Option<Json> {
        let person = self.person;
        let (given, surname) = person.name.rsplit_once(' ').unwrap_or((&person.name, ""));
        let filled = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Some(match property {
            "businessPhones" => Json::List(Vec::new()),
            "displayName" => person.name.as_str().into(),
            "givenName" => given.into(),
            "jobTitle" => filled(&person.job_title).into(),
            "mail" => self.mail().into(),
            "mobilePhone" | "officeLocation" | "preferredLanguage" => Json::Null,
            "surname" => filled(surname).into(),
            "userPrincipalName" => person.address.as_str().into(),
            "id" => person.id.as_str().into(),
            "mailNickname" => person.address.split('@').next().into(),
            "accountEnabled" => true.into(),
            "userType" => "Member".into(),
            _ => return None,
        })
    }
}

/// People: what `/me` shows unasked, and a little more on request. Here `id` does not come along unasked.
pub(crate) const USER: Schema = Schema {
    name: "microsoft.graph.user",
    properties: &[
        Property::usual("businessPhones", Type::Opaque),
        Property::usual("displayName", Type::Text),
        Property::usual("givenName", Type::Text),
        Property::usual("jobTitle", Type::Text),
        Property::usual("mail", Type::Text),
        Property::usual("mobilePhone", Type::Text),
        Property::usual("officeLocation", Type::Text),
        Property::usual("preferredLanguage", Type::Text),
        Property::usual("surname", Type::Text),
        Property::usual("userPrincipalName", Type::Text),
        Property::usual("id", Type::Id),
        Property::on_request("mailNickname", Type::Text),
        Property::on_request("accountEnabled", Type::Bool),
        Property::on_request("userType", Type::Text),
    ],
};
