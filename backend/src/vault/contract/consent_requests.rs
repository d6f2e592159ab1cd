//! Consent requests: one for all who ask, answered once, told with its event.

use connect_outlook_protocol::scope::Scopes;
use serde_json::{Value, json};

use super::world::{NOW, World};
use crate::clock::UnixTime;
use crate::vault::consent_requests::{
    AskConsentError, ConsentRequest, ConsentState, Decision, NewConsentRequest, Origin, Subject,
};
use crate::vault::id::{BrowserDigest, ConsentDigest, ConsentRequestId};

on_every_engine![
    fifty_colleagues_make_one_request,
    a_yes_is_told_once_and_stays,
    who_asks_again_opens_it_again,
    a_yes_without_proof_is_told_once_it_is_proved,
    what_asks_the_same_is_answered_along,
    what_asks_something_else_is_not,
    nobody_fills_the_vault_with_strangers,
    what_is_over_is_forgotten,
];

const FABRIKAM: &str = "22222222-aaaa-4bbb-8ccc-222222222222";

fn new(subject: Subject, token: &str, now: UnixTime) -> NewConsentRequest {
    NewConsentRequest {
        subject,
        named: None,
        scopes: Scopes::parse("openid Mail.Read"),
        origin: Origin::NeedsAdmin,
        token: ConsentDigest::of(token),
        expires_at: now.plus(86_400),
        most_unplaced: 3,
    }
}

fn fabrikam() -> Subject {
    Subject::Tenant(FABRIKAM.to_owned())
}

pub(super) async fn ask(world: &World, token: &str, now: UnixTime) -> ConsentRequestId {
    let new = new(fabrikam(), token, now);
    world.vault.ask_consent(&new, now).await.unwrap()
}

async fn read(world: &World, id: ConsentRequestId, now: UnixTime) -> ConsentRequest {
    let found = world.vault.consent_request(id, now).await;
    found.unwrap().unwrap()
}

async fn decide(world: &World, id: ConsentRequestId, decision: &Decision, now: UnixTime) -> bool {
    let decided = world.vault.decide_consent(id, decision, now).await;
    decided.unwrap()
}

fn granted() -> Decision {
    Decision::Granted {
        tenant: FABRIKAM.to_owned(),
    }
}

/// Kinds and payloads of what the integrator is told, oldest first.
async fn told(world: &World) -> Vec<(String, Value)> {
    let events = world.vault.told_after(0, 100).await.unwrap();
    let read = |text: &str| serde_json::from_str(text).unwrap();
    events
        .into_iter()
        .map(|event| (event.kind, read(&event.payload)))
        .collect()
}

/// Whoever asks first, and in whatever process.
async fn fifty_colleagues_make_one_request(world: &World) {
    let there = world.another_process().await;
    let mut asking = Vec::new();
    for number in 0..50 {
        let vault = if number % 2 == 0 {
            world.vault.clone()
        } else {
            there.clone()
        };
        let scopes = ["openid Mail.Read", "mail.read OPENID"][number % 2];
        let new = NewConsentRequest {
            scopes: Scopes::parse(scopes),
            ..new(fabrikam(), &number.to_string(), NOW)
        };
        asking.push(tokio::spawn(async move {
            vault.ask_consent(&new, NOW).await.unwrap()
        }));
    }
    let mut ids = Vec::new();
    for asked in asking {
        ids.push(asked.await.unwrap());
    }
    assert_eq!(world.count("consent_requests").await, 1);
    for (number, id) in ids.into_iter().enumerate() {
        let token = ConsentDigest::of(&number.to_string());
        let found = world.vault.consent_request_of_token(token, NOW).await;
        let found = found.unwrap().unwrap();
        assert_eq!((found.id, found.asked), (id, 50));
        assert_eq!(found.state, ConsentState::Requested);
    }
    let other = NewConsentRequest {
        scopes: Scopes::parse("openid Mail.Read Mail.Send"),
        ..new(fabrikam(), "other", NOW)
    };
    world.vault.ask_consent(&other, NOW).await.unwrap();
    assert_eq!(
        world.count("consent_requests").await,
        2,
        "another set of permissions"
    );
}

async fn a_yes_is_told_once_and_stays(world: &World) {
    let id = ask(world, "token", NOW).await;
    assert!(decide(world, id, &granted(), NOW).await);
    assert!(!decide(world, id, &granted(), NOW).await);
    let no = Decision::Refused {
        code: "consent_declined",
    };
    assert!(
        !decide(world, id, &no, NOW).await,
        "somebody else pressed Cancel"
    );
    assert_eq!(read(world, id, NOW).await.state, ConsentState::Granted);
    let payload = json!({
        "consent_request": id.to_string(), "tenant": FABRIKAM, "scopes": ["openid", "Mail.Read"],
    });
    assert_eq!(
        told(world).await,
        [("admin_consent.granted".to_owned(), payload)]
    );
}

async fn who_asks_again_opens_it_again(world: &World) {
    let id = ask(world, "1", NOW).await;
    let no = Decision::Refused {
        code: "consent_declined",
    };
    assert!(decide(world, id, &no, NOW).await);
    assert!(!decide(world, id, &no, NOW).await, "told once");
    assert_eq!(told(world).await[0].1["code"], "consent_declined");
    assert_eq!(ask(world, "2", NOW).await, id);
    assert_eq!(read(world, id, NOW).await.state, ConsentState::Requested);

    decide(world, id, &granted(), NOW).await;
    let soon = NOW.plus(60);
    ask(world, "3", soon).await;
    assert_eq!(
        read(world, id, soon).await.state,
        ConsentState::Granted,
        "it spreads"
    );
    let later = NOW.plus(3_600);
    ask(world, "4", later).await;
    let again = read(world, id, later).await;
    assert_eq!(again.state, ConsentState::Requested, "it was withdrawn");
    assert_eq!(again.state_since, later);

    let late = NOW.plus(2 * 86_400);
    assert_eq!(read(world, id, late).await.state, ConsentState::Expired);
    ask(world, "5", late).await;
    assert_eq!(read(world, id, late).await.state, ConsentState::Requested);
}

async fn a_yes_without_proof_is_told_once_it_is_proved(world: &World) {
    let id = ask(world, "token", NOW).await;
    let unproven = |code| Decision::Unproven {
        code,
        tenant: Some(FABRIKAM.to_owned()),
    };
    assert!(decide(world, id, &unproven("not_there_yet"), NOW).await);
    assert!(told(world).await.is_empty());
    let other = NewConsentRequest {
        scopes: Scopes::parse("openid Mail.Send"),
        ..new(fabrikam(), "other", NOW)
    };
    let other = world.vault.ask_consent(&other, NOW).await.unwrap();
    let state = read(world, id, NOW).await.state;
    assert!(state.is_yes() && state.code() == Some("not_there_yet"));
    let waiting = |since| {
        world
            .vault
            .consents_to_prove("not_there_yet", since, 10, NOW)
    };
    assert_eq!(waiting(NOW.plus(-1)).await.unwrap().len(), 1);
    assert_eq!(waiting(NOW).await.unwrap().len(), 0, "tried long enough");

    world
        .vault
        .prove_consent_by_use("another", NOW)
        .await
        .unwrap();
    assert!(told(world).await.is_empty());
    world
        .vault
        .prove_consent_by_use(FABRIKAM, NOW)
        .await
        .unwrap();
    assert_eq!(read(world, id, NOW).await.state, ConsentState::Granted);
    assert_eq!(told(world).await.len(), 1);
    let state = read(world, other, NOW).await.state;
    assert_eq!(state, ConsentState::Requested, "nobody said yes to that");
}

/// An account that has to be connected again names the organisation, a new visitor's browser does not: one yes is for both.
async fn what_asks_the_same_is_answered_along(world: &World) {
    let known = ask(world, "1", NOW).await;
    let browser = Subject::Browser(BrowserDigest::of("browser"));
    let unknown = new(browser, "2", NOW);
    let unknown = world.vault.ask_consent(&unknown, NOW).await.unwrap();
    assert_ne!(known, unknown);
    assert!(decide(world, unknown, &granted(), NOW).await);
    let answered = read(world, unknown, NOW).await;
    assert_eq!(answered.tenant.as_deref(), Some(FABRIKAM));
    assert_eq!(read(world, known, NOW).await.state, ConsentState::Granted);
    assert_eq!(told(world).await.len(), 2);
}

/// Other permissions, another organisation; and what is answered is not told again.
async fn what_asks_something_else_is_not(world: &World) {
    let contoso = Subject::Tenant("11111111-aaaa-4bbb-8ccc-222222222222".to_owned());
    let more = NewConsentRequest {
        scopes: Scopes::parse("openid Mail.Read Mail.Send"),
        ..new(fabrikam(), "more", NOW)
    };
    let elsewhere = new(contoso, "elsewhere", NOW);
    let mut open = Vec::new();
    for new in [more, elsewhere] {
        open.push(world.vault.ask_consent(&new, NOW).await.unwrap());
    }
    let known = ask(world, "1", NOW).await;
    assert!(decide(world, known, &granted(), NOW).await);
    let browser = Subject::Browser(BrowserDigest::of("browser"));
    let unknown = new(browser, "2", NOW);
    let unknown = world.vault.ask_consent(&unknown, NOW).await.unwrap();
    assert!(decide(world, unknown, &granted(), NOW.plus(1)).await);
    for id in open {
        let state = read(world, id, NOW).await.state;
        assert_eq!(state, ConsentState::Requested);
    }
    assert_eq!(told(world).await.len(), 2, "one of each that was granted");
}

/// D4: a stranger could be blocked with ever new browsers.
async fn nobody_fills_the_vault_with_strangers(world: &World) {
    for number in 0..5 {
        let name = number.to_string();
        let subject = Subject::Browser(BrowserDigest::of(&name));
        let asked = world
            .vault
            .ask_consent(&new(subject, &name, NOW), NOW)
            .await;
        assert_eq!(asked.is_ok(), number < 3, "{asked:?}");
        assert!(number < 3 || matches!(asked, Err(AskConsentError::TooMany)));
    }
    assert_eq!(world.count("consent_requests").await, 3);
    ask(world, "known", NOW).await;
}

async fn what_is_over_is_forgotten(world: &World) {
    ask(world, "token", NOW).await;
    let month = 30 * 86_400;
    let purged = world
        .vault
        .purge_expired(NOW.plus(86_399 + month), 10)
        .await;
    assert_eq!(purged.unwrap().consent_requests, 0);
    let purged = world
        .vault
        .purge_expired(NOW.plus(86_400 + month), 10)
        .await;
    assert_eq!(purged.unwrap().consent_requests, 1);
    assert_eq!(world.count("consent_links").await, 0);
}
