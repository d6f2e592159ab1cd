//! The standard world, as data. The README of this crate shows it as tables.

use super::{
    AppSwitches, Application, Audience, CONSUMERS_TENANT_ID, Certificate, ClientId, Cloud,
    ConditionalAccess, ConsentPolicy, ExposedApi, Guest, Person, PersonId, Platform, RedirectUri,
    Role, Secret, Tenant, TenantId, TenantKind, World,
};

/// The standard world; app secrets run from `now` (unix seconds).
pub(super) fn world(now: i64) -> World {
    World {
        tenants: tenants(),
        people: people(),
        applications: applications(now),
        host_aliases: Vec::new(),
        mailbox_shares: Vec::new(),
    }
}

fn tenants() -> Vec<Tenant> {
    let company = |id: &str, name: &str, domain: &str, consent_policy, email_claim| Tenant {
        id: TenantId::new(id),
        name: name.into(),
        domain: domain.into(),
        kind: TenantKind::Company,
        consent_policy,
        email_claim,
        cloud: Cloud::Global,
        approval_workflow: false,
    };
    vec![
        company(
            CONTOSO,
            "Contoso",
            "contoso.example",
            ConsentPolicy::Legacy,
            true,
        ),
        company(
            FABRIKAM,
            "Fabrikam",
            "fabrikam.example",
            ConsentPolicy::MicrosoftManaged,
            false,
        ),
        Tenant {
            id: TenantId::new(CONSUMERS_TENANT_ID),
            name: "Personal accounts".into(),
            domain: "live.example".into(),
            kind: TenantKind::Personal,
            consent_policy: ConsentPolicy::Legacy,
            email_claim: true,
            cloud: Cloud::Global,
            approval_workflow: false,
        },
    ]
}

fn people() -> Vec<Person> {
    let numbered = (1_u32..).zip(PEOPLE);
    numbered
        .map(|(number, (name, address, tenant, job_title))| Person {
            id: person_id(number),
            name: name.into(),
            address: address.into(),
            tenant: TenantId::new(tenant),
            role: if ADMINISTRATORS.contains(&address) {
                Role::Administrator
            } else {
                Role::Member
            },
            job_title: job_title.into(),
            mailbox: !WITHOUT_MAILBOX.contains(&address),
            conditional_access: match BLOCKED.contains(&address) {
                true => ConditionalAccess::Block,
                false => ConditionalAccess::Allow,
            },
            password: format!("emulated-{}", address.split('@').next().unwrap_or_default()),
            disabled: DISABLED.contains(&address),
            guest_in: guests_of(address),
        })
        .collect()
}

/// Katherine is a guest of Contoso.
fn guests_of(address: &str) -> Vec<Guest> {
    let invited = address == "katherine@fabrikam.example";
    let guest = || Guest {
        tenant: TenantId::new(CONTOSO),
        id: PersonId::new("9ce57000-0000-4000-8000-000000000005"),
    };
    invited.then(guest).into_iter().collect()
}

fn person_id(number: u32) -> PersonId {
    PersonId::new(format!("a1b2c3d4-0000-4000-8000-{number:012}"))
}

fn applications(now: i64) -> Vec<Application> {
    vec![
        demo(now),
        expired(now),
        single_tenant(now),
        page(),
        installed(),
        assigned_only(now),
        ledger(),
        middle_tier(now),
    ]
}

/// The registration that the demo and the printed configuration use.
fn demo(now: i64) -> Application {
    Application {
        redirect_uris: vec![
            web("http://localhost/outlook-callback"),
            web("http://127.0.0.1/outlook-callback"),
            web("http://localhost/outlook/v1/callback"),
            web("http://127.0.0.1/outlook/v1/callback"),
        ],
        secrets: vec![secret(
            1,
            "emulated~Secret.of/the+Demo=Registration",
            now + 540 * DAY,
        )],
        ..application(
            1,
            "Connect Outlook Demo",
            CONTOSO,
            Audience::AnyOrganizationAndPersonal,
        )
    }
}

/// Its only secret has run out.
fn expired(now: i64) -> Application {
    Application {
        redirect_uris: vec![web("http://localhost/expired-callback")],
        secrets: vec![secret(2, "emulated~Secret-that-has-expired", now - DAY)],
        ..application(
            2,
            "Forgotten Secret",
            CONTOSO,
            Audience::AnyOrganizationAndPersonal,
        )
    }
}

/// Contoso's own; refused on `common`. Two secrets, one of them expired; a redirect URI without a path.
fn single_tenant(now: i64) -> Application {
    Application {
        redirect_uris: vec![
            web("http://localhost"),
            web("https://intranet.contoso.example/signed-in"),
        ],
        secrets: vec![
            secret(3, "emulated~Secret-before-rotation", now - DAY),
            secret(4, "emulated~Secret-after-rotation", now + 180 * DAY),
        ],
        verified_publisher: Some("Contoso".into()),
        ..application(3, "Contoso Intranet", CONTOSO, Audience::SingleTenant)
    }
}

/// A single-page application that redeems its codes itself.
fn page() -> Application {
    Application {
        redirect_uris: vec![RedirectUri {
            uri: "http://localhost/spa-callback".into(),
            platform: Platform::Spa,
        }],
        ..application(
            4,
            "Fabrikam Page",
            FABRIKAM,
            Audience::AnyOrganizationAndPersonal,
        )
    }
}

/// An installed program for work accounts only.
fn installed() -> Application {
    Application {
        redirect_uris: vec![RedirectUri {
            uri: "http://localhost/installed".into(),
            platform: Platform::Public,
        }],
        fallback_public: true,
        ..application(5, "Fabrikam Desktop", FABRIKAM, Audience::AnyOrganization)
    }
}

/// Only Grace is assigned to it.
fn assigned_only(now: i64) -> Application {
    Application {
        redirect_uris: vec![web("http://localhost/payroll-callback")],
        secrets: vec![secret(5, "emulated~Secret-of-payroll", now + 540 * DAY)],
        assigned_people: Some(vec![person_id(2)]),
        ..application(6, "Contoso Payroll", CONTOSO, Audience::AnyOrganization)
    }
}

/// A service that proves itself by certificate and works without anybody signed in.
fn ledger() -> Application {
    Application {
        redirect_uris: vec![web("http://localhost/ledger-callback")],
        certificates: vec![Certificate {
            id: "ce471f1c-0000-4000-8000-000000000001".into(),
            name: "CN=connect-outlook emulator, not a secret".into(),
            certificate: include_str!("ledger.certificate.pem").into(),
            private_key: Some(include_str!("ledger.key.pem").into()),
        }],
        application_permissions: ["Mail.Read", "User.Read.All", "Application.Read.All"]
            .map(str::to_owned)
            .to_vec(),
        ..application(7, "Contoso Ledger", CONTOSO, Audience::AnyOrganization)
    }
}

/// An API that calls Graph on behalf of whoever calls it.
fn middle_tier(now: i64) -> Application {
    Application {
        redirect_uris: vec![web("http://localhost/middle-callback")],
        secrets: vec![secret(
            8,
            "emulated~Secret-of-the-middle-tier",
            now + 540 * DAY,
        )],
        api: Some(ExposedApi {
            identifier_uri: "api://c0ffee00-0000-4000-8000-000000000008".into(),
            scopes: vec!["access_as_user".into()],
        }),
        ..application(8, "Contoso Middle Tier", CONTOSO, Audience::AnyOrganization)
    }
}

fn application(number: u32, name: &str, home_tenant: &str, audience: Audience) -> Application {
    Application {
        client_id: ClientId::new(format!("c0ffee00-0000-4000-8000-{number:012}")),
        name: name.into(),
        home_tenant: TenantId::new(home_tenant),
        audience,
        verified_publisher: None,
        redirect_uris: Vec::new(),
        permissions: PERMISSIONS.map(str::to_owned).to_vec(),
        assigned_people: None,
        secrets: Vec::new(),
        certificates: Vec::new(),
        federated_credentials: Vec::new(),
        application_permissions: Vec::new(),
        api: None,
        optional_claims: Vec::new(),
        logout_url: None,
        id_tokens_at_authorize: false,
        access_tokens_at_authorize: false,
        fallback_public: false,
        switches: AppSwitches::default(),
    }
}

fn web(uri: &str) -> RedirectUri {
    RedirectUri {
        uri: uri.into(),
        platform: Platform::Web,
    }
}

fn secret(number: u32, value: &str, expires_at: i64) -> Secret {
    Secret {
        id: format!("5ec4e700-0000-4000-8000-{number:012}"),
        value: value.into(),
        expires_at,
    }
}

/// Name, address, tenant, occupation; numbered in this order.
const PEOPLE: [(&str, &str, &str, &str); 9] = [
    ("Ada Lovelace", "ada@contoso.example", CONTOSO, "Analyst"),
    (
        "Grace Hopper",
        "grace@contoso.example",
        CONTOSO,
        "Head of computing",
    ),
    ("Alan Turing", "alan@contoso.example", CONTOSO, "Researcher"),
    (
        "Charles Babbage",
        "charles@contoso.example",
        CONTOSO,
        "Workshop",
    ),
    (
        "Katherine Johnson",
        "katherine@fabrikam.example",
        FABRIKAM,
        "Trajectories",
    ),
    (
        "Margaret Hamilton",
        "margaret@fabrikam.example",
        FABRIKAM,
        "Flight software",
    ),
    ("Hedy Lamarr", "hedy@live.example", CONSUMERS_TENANT_ID, ""),
    (
        "Joan Clarke",
        "joan@contoso.example",
        CONTOSO,
        "Numismatist",
    ),
    ("Kurt Gödel", "kurt@contoso.example", CONTOSO, "Logician"),
];
const ADMINISTRATORS: [&str; 2] = ["grace@contoso.example", "margaret@fabrikam.example"];
const WITHOUT_MAILBOX: [&str; 1] = ["charles@contoso.example"];
/// Whom a Conditional Access policy keeps out.
const BLOCKED: [&str; 1] = ["joan@contoso.example"];
/// Whose account an administrator disabled.
const DISABLED: [&str; 1] = ["kurt@contoso.example"];

const CONTOSO: &str = "c0a7050a-1111-4c0a-8c0a-000000000001";
const FABRIKAM: &str = "fab41ca0-2222-4fab-8fab-000000000002";
/// What every registration of the standard world lists.
const PERMISSIONS: [&str; 8] = [
    "openid",
    "profile",
    "email",
    "offline_access",
    "User.Read",
    "Mail.Read",
    "Mail.ReadWrite",
    "Mail.Send",
];
const DAY: i64 = 86_400;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_world_survives_being_written_and_read() {
        let written = serde_json::to_string(&world(0)).expect("serialises");
        let read: World = serde_json::from_str(&written).expect("reads");
        assert_eq!(serde_json::to_string(&read).expect("serialises"), written);
    }

    #[test]
    fn ada_comes_first_and_everybody_has_a_tenant() {
        let world = world(0);
        assert_eq!(world.people[0].address, "ada@contoso.example");
        assert!(
            world
                .people
                .iter()
                .all(|person| world.tenant(&person.tenant).is_some())
        );
        assert!(
            world
                .applications
                .iter()
                .all(|application| world.tenant(&application.home_tenant).is_some())
        );
    }
}
