//! The part of the standard world where approval can be asked for, and where a secret is about to expire.

use super::{
    Application, Audience, ConsentPolicy, Person, PersonId, Role, Secret, Tenant, TenantId, World,
};

/// Adds it to a world that has Contoso; the secret counts from `now` (unix seconds).
pub(super) fn add_to(world: &mut World, now: i64) {
    let pattern = (
        world.tenants.first().cloned(),
        world.people.first().cloned(),
        world.applications.first().cloned(),
    );
    // The standard world has all three; a world without them gets nothing.
    let (Some(tenant), Some(person), Some(application)) = pattern else {
        return;
    };
    world.tenants.push(Tenant {
        id: TenantId::new(NORTHWIND),
        name: "Northwind".into(),
        domain: "northwind.example".into(),
        consent_policy: ConsentPolicy::MicrosoftManaged,
        approval_workflow: true,
        ..tenant
    });
    world
        .people
        .extend(PEOPLE.map(|(number, name, role)| inhabitant(&person, number, name, role)));
    world.applications.push(expiring(application, now));
}

fn inhabitant(pattern: &Person, number: u32, name: &str, role: Role) -> Person {
    let first = name.split(' ').next().unwrap_or_default().to_lowercase();
    Person {
        id: PersonId::new(format!("a1b2c3d4-0000-4000-8000-{number:012}")),
        name: name.into(),
        address: format!("{first}@northwind.example"),
        tenant: TenantId::new(NORTHWIND),
        role,
        job_title: "Mathematics".into(),
        password: format!("emulated-{first}"),
        guest_in: Vec::new(),
        ..pattern.clone()
    }
}

/// An app whose only secret ends within three weeks.
fn expiring(pattern: Application, now: i64) -> Application {
    Application {
        client_id: super::ClientId::new("c0ffee00-0000-4000-8000-000000000009"),
        name: "Northwind Notes".into(),
        home_tenant: TenantId::new(NORTHWIND),
        audience: Audience::AnyOrganization,
        redirect_uris: vec![super::RedirectUri {
            uri: "http://localhost/notes-callback".into(),
            platform: super::Platform::Web,
        }],
        secrets: vec![Secret {
            id: "5ec4e700-0000-4000-8000-000000000009".into(),
            value: "emulated~Secret-about-to-expire".into(),
            expires_at: now + 20 * 86_400,
        }],
        ..pattern
    }
}

const NORTHWIND: &str = "40417e1d-3333-4404-8404-000000000003";
const PEOPLE: [(u32, &str, Role); 2] = [
    (101, "Emmy Noether", Role::Member),
    (102, "Lise Meitner", Role::Administrator),
];
