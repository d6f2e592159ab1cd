//! An administrator agrees for an organisation: asked by those who are blocked or by the integrator, proved by tokens, told
//! to whoever waits.

use connect_outlook_emulator::world::{Platform, RedirectUri};
use connect_outlook_tests::{
    Answering, Registered, Settings, Visitor, World,
    browser::Landing,
    integrator::{Integrator, told},
    story, story_with,
};
use connect_outlook_throwaway_postgres::new_schema;
use reqwest::Method;
use serde_json::{Value, json};
use url::Url;

const FABRIKAM: &str = "fabrikam.example";

/// Katherine's way up to Microsoft's "Need admin approval"; what the site's page tells her then.
async fn blocked(visitor: &Visitor, wishes: &Value) -> Value {
    let attempt = visitor.page().start_attempt(wishes).await;
    let returns = Answering::Returns("katherine");
    let callback = visitor.authorize(&attempt, returns).await;
    visitor.page().report_refusal(&callback).await.json()
}

fn link(told: &Value) -> Url {
    let link = told["link"].as_str().expect("a page to forward");
    link.parse().expect("an address")
}

async fn state(visitor: &Visitor, page: &Url) -> Value {
    let path = page.path().trim_start_matches("/outlook");
    let answer = visitor.page().get(&format!("{path}/state")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()
}

/// How an administrator's way ended, by the address of the last page.
fn ended(landing: &Landing) -> String {
    assert!(
        landing.url.path().ends_with("/v1/consent/ended"),
        "{}",
        landing.url
    );
    told(landing)[0].1.clone()
}

async fn answers(world: &World, page: &Url, answering: Answering<'_>) -> String {
    let administrator = world.visitor();
    let landing = administrator.follow_link(page, answering).await;
    assert_eq!(
        administrator.session_handle(),
        None,
        "nobody is connected by it"
    );
    ended(&landing)
}

/// What the integrator is told of consents: kind and payload, oldest first.
async fn events(world: &World) -> Vec<(String, Value)> {
    let rows = world
        .ask("select kind, payload from deployment_events order by position")
        .await;
    let read = |row: Vec<String>| (row[0].clone(), serde_json::from_str(&row[1]).unwrap());
    rows.into_iter().map(read).collect()
}

async fn requests(server: &Integrator<'_>) -> Vec<Value> {
    let listed = server.get("/v1/consent-requests").await;
    assert_eq!(listed.status, 200, "{}", listed.body);
    listed.json()["consent_requests"]
        .as_array()
        .unwrap()
        .clone()
}

/// On both databases.
async fn on_both(tell: impl AsyncFn(&World)) {
    story(&tell).await;
    let address = new_schema()
        .await
        .unwrap_or_else(|missing| panic!("{missing}"));
    story_with(Settings::standard().database(&address), &tell).await;
}

/// Blocked, forwarded, approved, connected: the consent is proved by a token for that organisation, nothing of the
/// administrator's is kept, and the event stands beside the change.
#[tokio::test]
async fn a_blocked_visitor_connects_once_an_administrator_has_agreed() {
    on_both(async |world| {
        let (visitor, server) = (world.visitor(), Integrator::of(world).await);
        let told = blocked(&visitor, &json!({})).await;
        let page = link(&told);
        assert_eq!(
            state(&visitor, &page).await,
            json!({"state": "requested", "may_try": false})
        );
        let [request] = requests(&server).await.try_into().unwrap();
        assert_eq!(
            (&request["state"], &request["origin"], &request["tenant"]),
            (&"requested".into(), &"turned_back".into(), &Value::Null)
        );
        assert!(events(world).await.is_empty());

        assert_eq!(
            answers(world, &page, Answering::Yes("margaret")).await,
            "granted"
        );
        assert_eq!(
            state(&visitor, &page).await,
            json!({"state": "granted", "may_try": true})
        );
        let grants: Vec<_> = world.token_requests();
        let grants: Vec<_> = grants
            .iter()
            .map(|asked| asked.field("grant_type"))
            .collect();
        assert_eq!(grants, ["authorization_code", "client_credentials"]);
        assert_eq!(
            (world.rows("accounts").await, world.rows("sessions").await),
            (0, 0)
        );

        let path = format!("/v1/consent-requests/{}", request["id"].as_str().unwrap());
        let request = server.get(&path).await.json();
        assert_eq!(request["state"], "granted");
        let [(kind, payload)] = events(world).await.try_into().unwrap();
        assert_eq!(kind, "admin_consent.granted");
        assert_eq!(
            (&payload["consent_request"], &payload["tenant"]),
            (&request["id"], &request["tenant"])
        );
        assert!(!visitor.connect("katherine").await.inbox().await.is_empty());
    })
    .await;
}

/// However many are blocked, and whether Microsoft was asked before whose domain it is: one request, each with an address
/// of their own.
#[tokio::test]
async fn colleagues_make_one_request_and_one_yes_is_for_all() {
    on_both(async |world| {
        let server = Integrator::of(world).await;
        let mut pages = Vec::new();
        for wishes in [
            json!({"login_hint": "katherine@fabrikam.example"}),
            json!({"login_hint": "Mary@FABRIKAM.example"}),
            json!({"domain_hint": "fabrikam.example"}),
        ] {
            let visitor = world.visitor();
            let page = link(&blocked(&visitor, &wishes).await);
            pages.push((visitor, page));
        }
        let asked = json!({"tenant": FABRIKAM});
        let ahead = server.post("/v1/consent-requests", &asked).await.json();
        let [request] = requests(&server).await.try_into().unwrap();
        assert_eq!(request["domain"], FABRIKAM);
        assert_eq!(
            (&request["id"], &request["asked"]),
            (&ahead["id"], &4.into())
        );
        assert_ne!(pages[0].1, pages[1].1);
        answers(world, &pages[2].1, Answering::Yes("margaret")).await;
        for (visitor, page) in &pages {
            assert_eq!(state(visitor, page).await["state"], "granted");
        }
        assert_eq!(events(world).await.len(), 1);
    })
    .await;
}

/// An integrator whose customer is an organisation does not wait for its first visitor to be blocked.
#[tokio::test]
async fn an_integrator_asks_ahead_and_nobody_is_blocked() {
    story(async |world| {
        let server = Integrator::of(world).await;
        let asked = json!({"tenant": FABRIKAM, "scopes": ["Mail.Read"]});
        let made = server.post("/v1/consent-requests", &asked).await;
        assert_eq!(made.status, 201, "{}", made.body);
        let made = made.json();
        assert_eq!(
            (&made["state"], &made["origin"]),
            (&"requested".into(), &"integrator".into())
        );
        let page: Url = made["url"].as_str().unwrap().parse().unwrap();
        assert_eq!(
            answers(world, &page, Answering::Yes("margaret")).await,
            "granted"
        );
        let attempt = json!({"scopes": ["Mail.Read"]});
        let visitor = world.visitor();
        let attempt = visitor.page().start_attempt(&attempt).await;
        let callback = visitor
            .authorize(&attempt, Answering::Yes("katherine"))
            .await;
        let outcome = visitor.page().finish(&attempt, &callback).await.json();
        assert_eq!(outcome["status"], "connected", "{outcome}");
    })
    .await;
}

/// R10, R67: what is asked for is read strictly, and of an organisation that exists and may sign in here.
#[tokio::test]
async fn a_request_is_read_strictly() {
    story(async |world| {
        let server = Integrator::of(world).await;
        for wrong in [
            json!({}),
            json!({"tenant": ""}),
            json!({"tenant": "common"}),
            json!({"tenant": "nobody.example"}),
            json!({"tenant": "00000000-0000-4000-8000-000000000001"}),
            json!({"tenant": "../etc"}),
            json!({"tenant": "live.example"}),
            json!({"tenant": FABRIKAM, "scopes": ["Directory.Read.All"]}),
            json!({"tenant": FABRIKAM, "scopes": []}),
            json!({"tenant": FABRIKAM, "url": "https://evil.example/"}),
        ] {
            let answer = server.post("/v1/consent-requests", &wrong).await;
            let refused = (answer.status, answer.code());
            assert_eq!(
                refused,
                (400, "bad_request".to_owned()),
                "{wrong}: {}",
                answer.body
            );
        }
        assert_eq!(world.rows("consent_requests").await, 0);
        for path in [
            "/v1/consent-requests/x",
            "/v1/consent-requests/00000000-0000-4000-8000-000000000001",
        ] {
            assert_eq!(server.get(path).await.status, 404);
        }
        let keyless = world.visitor().page().get("/v1/consent-requests").await;
        assert_eq!(keyless.status, 401, "R66");
    })
    .await;
}

/// R51: an address that says so is no proof. Who presses the button of another organisation's page and writes a yes into the
/// address has to sign in, and is of another organisation.
#[tokio::test]
async fn an_administrator_of_another_organisation_changes_nothing() {
    story(async |world| {
        let server = Integrator::of(world).await;
        let made = server
            .post("/v1/consent-requests", &json!({"tenant": FABRIKAM}))
            .await;
        let page: Url = made.json()["url"].as_str().unwrap().parse().unwrap();
        let grace = world.visitor();
        let begun = grace.begin_with_link(&page).await;
        let asked = world.exchanges();
        let asked = asked
            .iter()
            .rev()
            .find(|asked| asked.path.ends_with("/adminconsent"));
        let asked = asked.expect("Microsoft's page").query.clone();
        let state = url::form_urlencoded::parse(asked.as_bytes()).find(|(name, _)| name == "state");
        let state = state.expect("a state").1.into_owned();
        let mut forged = world.site().join("/outlook/v1/callback").unwrap();
        let tenant = requests(&server).await[0]["tenant"]
            .as_str()
            .unwrap()
            .to_owned();
        forged
            .query_pairs_mut()
            .append_pair("admin_consent", "True")
            .append_pair("tenant", &tenant)
            .append_pair("state", &state);
        let request = connect_outlook_tests::browser::Request::new(Method::GET, forged);
        let on = grace.browser().navigate(&begun.url, request).await;
        let landing = grace.answer_until_back(on, Answering::Yes("grace")).await;
        assert_eq!(ended(&landing), "other_organisation");
        assert_eq!(requests(&server).await[0]["state"], "requested");
        assert!(events(world).await.is_empty());
    })
    .await;
}

/// entra 35: who may not agree for the organisation comes back with a no, which is told and is not the end.
#[tokio::test]
async fn a_no_can_be_followed_by_a_yes() {
    story(async |world| {
        let visitor = world.visitor();
        let page = link(&blocked(&visitor, &json!({})).await);
        for no in [
            Answering::Returns("katherine"),
            Answering::Declines("margaret"),
        ] {
            assert_eq!(answers(world, &page, no).await, "refused");
            assert_eq!(
                state(&visitor, &page).await,
                json!({"state": "refused", "may_try": false})
            );
        }
        assert_eq!(
            answers(world, &page, Answering::Yes("margaret")).await,
            "granted"
        );
        let kinds: Vec<_> = events(world)
            .await
            .into_iter()
            .map(|(kind, _)| kind)
            .collect();
        assert_eq!(kinds, ["admin_consent.refused", "admin_consent.granted"]);
    })
    .await;
}

/// A page without a credential has no token of its own: a yes counts once somebody of the organisation has connected.
#[tokio::test]
async fn without_a_credential_the_first_who_connects_is_the_proof() {
    let settings = Settings::standard().platform(Registered::Spa);
    story_with(settings, async |world| {
        world.microsoft().change_world(|world| {
            let mut applications = world.applications.iter_mut();
            let is_spa = |uri: &RedirectUri| uri.platform == Platform::Spa;
            let page =
                applications.find(|application| application.redirect_uris.iter().any(is_spa));
            page.expect("a page").redirect_uris.push(RedirectUri {
                uri: "http://localhost/outlook/v1/callback".to_owned(),
                platform: Platform::Spa,
            });
        });
        let visitor = world.visitor();
        let page = link(&blocked(&visitor, &json!({})).await);
        assert_eq!(
            answers(world, &page, Answering::Yes("margaret")).await,
            "unproven"
        );
        assert_eq!(
            state(&visitor, &page).await,
            json!({"state": "unproven", "may_try": true})
        );
        assert!(events(world).await.is_empty());
        visitor.connect("katherine").await;
        assert_eq!(state(&visitor, &page).await["state"], "granted");
        assert_eq!(events(world).await.len(), 1);
    })
    .await;
}
