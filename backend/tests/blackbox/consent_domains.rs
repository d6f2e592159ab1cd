//! Organisations that are known by a domain: whose it is, Microsoft says, and it may not say it just now.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::{Value, json};

use super::api_keys::deployment;
use super::browser::{Answer, ask};
use super::consent::{blocked, page, state};
use super::consent_returns::agrees;
use super::microsoft::TENANT;
use super::world::World;

const DOMAIN: &str = "fabrikam.example";
const FABRIKAM: &str = "22222222-aaaa-4bbb-8ccc-222222222222";
const PERSONAL: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

/// What a visitor of this domain is told, whose organisation Microsoft did not name then.
async fn blocked_at(world: &World, domain: &str) -> Value {
    world.microsoft.script().directory = Some(503);
    blocked(&mut world.browser(), &json!({"domain_hint": domain})).await
}

/// R51: the organisation is compared once somebody agreed, and a yes counts only if Microsoft says by then that it is the
/// one asked. A domain that Microsoft does not know is nobody's.
#[tokio::test]
async fn whose_domain_it_is_decides_whose_yes_counts() {
    let world = World::start().await;
    let mut ada = world.browser();
    let page_of_fabrikam = page(&blocked_at(&world, DOMAIN).await);
    let script = || world.microsoft.script();
    script().domains.insert(DOMAIN, FABRIKAM);
    let other = agrees(&world, &page_of_fabrikam, TENANT).await;
    assert_eq!(other, "other_organisation");
    for status in [429, 500, 503] {
        script().directory = Some(status);
        let unsaid = agrees(&world, &page_of_fabrikam, TENANT).await;
        assert_eq!(unsaid, "other_organisation", "{status}");
    }
    assert_eq!(state(&mut ada, &page_of_fabrikam).await, "requested");
    let own = agrees(&world, &page_of_fabrikam, FABRIKAM).await;
    assert_eq!(own, "granted");

    let page_of_nobody = page(&blocked_at(&world, "unknown.example").await);
    let agreed = agrees(&world, &page_of_nobody, TENANT).await;
    assert_eq!(agreed, "granted");
}

/// Where people sign in with personal accounts only, there is no administrator to ask.
#[tokio::test]
async fn a_domain_of_personal_accounts_has_no_page() {
    let world = World::start().await;
    let domains = [("outlook.example", PERSONAL), (DOMAIN, FABRIKAM)];
    world.microsoft.script().domains.extend(domains);
    for (domain, has_page) in [("outlook.example", false), (DOMAIN, true)] {
        let told = blocked(&mut world.browser(), &json!({"domain_hint": domain})).await;
        assert_eq!(told["status"], "needs_admin");
        assert_eq!(told["link"].is_string(), has_page, "{told}");
    }
}

/// R105: nobody is asked to agree for people who may not sign in here, nor by a domain that Microsoft does not know.
#[tokio::test]
async fn an_integrator_asks_organisations_that_may_sign_in() {
    for (allowed, nobody) in [
        (TENANT, &[FABRIKAM, DOMAIN, "unknown.example"][..]),
        ("", &["outlook.example", PERSONAL, "unknown.example"]),
    ] {
        let (world, _folder, [key, _]) = deployment(&[("allowed_tenants", allowed)]).await;
        let domains = [
            ("contoso.example", TENANT),
            (DOMAIN, FABRIKAM),
            ("outlook.example", PERSONAL),
        ];
        world.microsoft.script().domains.extend(domains);
        for tenant in nobody {
            let refused = asks(&world, &key, tenant).await;
            assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{tenant}");
        }
        world.microsoft.script().directory = Some(503);
        let unsaid = asks(&world, &key, "contoso.example").await;
        assert_eq!(unsaid.status, StatusCode::SERVICE_UNAVAILABLE);
        let asked = asks(&world, &key, "contoso.example").await;
        assert_eq!(asked.status, StatusCode::CREATED, "{}", asked.text);
        assert_eq!(asked.body["tenant"], TENANT);
    }
}

async fn asks(world: &World, key: &str, tenant: &str) -> Answer {
    let request = Request::post("/v1/consent-requests")
        .header(header::AUTHORIZATION, format!("Bearer {key}"))
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(json!({"tenant": tenant}).to_string()));
    ask(&world.backend.router(), request.unwrap()).await
}
