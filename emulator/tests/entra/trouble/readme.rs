//! The README's tables say what the standard world and the scenarios are.

use connect_outlook_emulator::{
    scenario::{Concern, Nature, ScenarioName},
    world::{Application, Audience, ConditionalAccess, Person, TenantKind, World},
};

const README: &str = include_str!("../../../README.md");

fn between(name: &str) -> &'static str {
    let begin = format!("<!-- {name}: begin -->\n");
    let (_, after) = README.split_once(&begin).expect("a marker");
    after
        .split_once(&format!("<!-- {name}: end -->"))
        .expect("a marker")
        .0
}

#[track_caller]
fn is_fresh(name: &str, expected: &str) {
    assert!(
        between(name) == expected,
        "put this into README.md between the markers `{name}`:\n{expected}"
    );
}

fn tenants(world: &World) -> String {
    let mut table = "| tenant | domain | consent policy | approval can be asked for | `email` in ID tokens |\n| --- | --- | --- | --- | --- |\n".to_owned();
    for tenant in &world.tenants {
        let policy = match tenant.kind {
            TenantKind::Personal => "none applies".to_owned(),
            TenantKind::Company => serde_json::to_value(tenant.consent_policy)
                .expect("serialises")
                .as_str()
                .expect("text")
                .to_owned(),
        };
        let yes = |is: bool| if is { "yes" } else { "no" };
        table += &format!(
            "| {} | `{}` | {policy} | {} | {} |\n",
            tenant.name,
            tenant.domain,
            yes(tenant.approval_workflow),
            yes(tenant.email_claim)
        );
    }
    table
}

fn notes(person: &Person, world: &World) -> String {
    let mut notes: Vec<String> = Vec::new();
    let mut note = |is: bool, text: &str| notes.extend(is.then(|| text.to_owned()));
    note(person.is_administrator(), "administrator");
    note(!person.mailbox, "no mailbox");
    note(person.disabled, "disabled");
    note(
        person.conditional_access == ConditionalAccess::Block,
        "blocked by Conditional Access",
    );
    for guest in &person.guest_in {
        notes.push(format!(
            "guest at {}",
            world.tenant(&guest.tenant).expect("known").name
        ));
    }
    notes.join(", ")
}

fn people(world: &World) -> String {
    let mut table = "| person | address | tenant | notes |\n| --- | --- | --- | --- |\n".to_owned();
    for person in &world.people {
        let tenant = &world.tenant(&person.tenant).expect("known").name;
        table += &format!(
            "| {} | `{}` | {tenant} | {} |\n",
            person.name,
            person.address,
            notes(person, world)
        );
    }
    table
}

fn secrets(application: &Application) -> String {
    let mut said: Vec<String> = application
        .secrets
        .iter()
        .map(|secret| match secret.expires_at / 86_400 {
            days if days <= 0 => "expired".to_owned(),
            days => format!("{days} days"),
        })
        .collect();
    said.extend((!application.certificates.is_empty()).then(|| "certificate".to_owned()));
    if said.is_empty() {
        "none".to_owned()
    } else {
        said.join(", ")
    }
}

fn applications(world: &World) -> String {
    let mut table = "| app | client id ends in | audience | redirect URIs | credentials |\n| --- | --- | --- | --- | --- |\n".to_owned();
    for application in &world.applications {
        let audience = match application.audience {
            Audience::SingleTenant => format!(
                "{} only",
                world.tenant(&application.home_tenant).expect("known").name
            ),
            Audience::AnyOrganization => "work".to_owned(),
            Audience::AnyOrganizationAndPersonal => "work and personal".to_owned(),
            Audience::PersonalOnly => "personal".to_owned(),
        };
        let uris: Vec<String> = application
            .redirect_uris
            .iter()
            .map(|redirect| format!("{}: `{}`", redirect.platform.name(), redirect.uri))
            .collect();
        let id = application.client_id.as_str();
        let mut name = application.name.clone();
        if application.verified_publisher.is_some() {
            name += " (verified publisher)";
        }
        if application.assigned_people.is_some() {
            name += " (assignment required)";
        }
        table += &format!(
            "| {name} | `…{}` | {audience} | {} | {} |\n",
            &id[id.len() - 4..],
            uris.join(", "),
            secrets(application)
        );
    }
    table
}

#[test]
fn the_tables_of_the_standard_world_are_fresh() {
    let world = World::standard(0);
    is_fresh("tenants", &tenants(&world));
    is_fresh("people", &people(&world));
    is_fresh("apps", &applications(&world));
}

#[test]
fn the_table_of_scenarios_is_fresh() {
    let mut table =
        "| name | kind | set for | what it does |\n| --- | --- | --- | --- |\n".to_owned();
    for name in ScenarioName::ALL {
        let nature = match name.nature() {
            Nature::State => "state",
            Nature::Event => "event",
            Nature::Fault => "fault",
        };
        let concern = match name.concern() {
            Concern::Person => "person",
            Concern::App => "app",
            Concern::Either => "person, app, both",
        };
        table += &format!(
            "| `{}` | {nature} | {concern} | {} |\n",
            name.text(),
            name.sentence()
        );
    }
    is_fresh("scenarios", &table);
}
