//! A person as Graph shows them.

use crate::{
    graph::{
        json::{Json, Object},
        odata::{Entity, Property, Schema, Selection, Type},
    },
    world::{Membership, TenantKind},
};

/// A person of the directory, at home or as a guest.
#[derive(Clone, Copy, Debug)]
pub(crate) struct UserView<'a> {
    /// The person and the tenant.
    pub(crate) member: &'a Membership<'a>,
    /// What they are called there.
    pub(crate) principal_name: &'a str,
}

impl UserView<'_> {
    /// The selected properties.
    pub(crate) fn shown(&self, selection: &Selection) -> Object {
        selection.of_entity(self)
    }

    /// Null without a mailbox, and for personal accounts: clients fall back to the principal name (graph-mail §2).
    fn mail(&self) -> Option<&str> {
        let Membership { person, tenant, .. } = self.member;
        let listed = person.mailbox && tenant.kind == TenantKind::Company;
        listed.then_some(person.address.as_str())
    }
}

impl Entity for UserView<'_> {
    fn value(&self, property: &'static str) -> Option<Json> {
        let person = self.member.person;
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
            "userPrincipalName" => self.principal_name.into(),
            "id" => self.member.id.as_str().into(),
            "mailNickname" => self.principal_name.split('@').next().into(),
            "accountEnabled" => (!person.disabled).into(),
            "userType" => if self.member.is_guest() {
                "Guest"
            } else {
                "Member"
            }
            .into(),
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
