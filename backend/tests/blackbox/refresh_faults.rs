//! Refreshes whose answer does not come, or not as it should. After each: the account is connected with a token that
//! works, or needs its user and one event says so, or is as it was (I3), and Microsoft was not asked more often than
//! allowed (I4).

use std::time::Duration;

use axum::http::StatusCode;
use connect_outlook_backend::vault::id::{AccountId, OwnerId};
use connect_outlook_backend::vault::refreshes::BeginRefresh;
use connect_outlook_backend::vault::{KeyRing, Location, Vault};
use serde_json::{Value, json};
use sqlx::Connection as _;

use super::browser::Browser;
use super::world::{KEY, World};

/// A world with its vault in a file, so that the test can look into it as another process would.
struct Opened {
    world: World,
    ada: Browser,
    account: AccountId,
    list: String,
    vault: Vault,
    folder: tempfile::TempDir,
}

impl Opened {
    async fn connected() -> Self {
        Self::connected_with(&[]).await
    }

    async fn connected_with(settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vault.sqlite");
        let database = format!("sqlite:{}", path.display());
        let mut settings = settings.to_vec();
        settings.push(("database", &database));
        let world = World::start_with(&settings).await;
        let keys = KeyRing::parse(KEY).unwrap();
        let vault = Vault::open(&Location::SqliteFile(path), keys)
            .await
            .unwrap();
        let mut ada = world.browser();
        let id = ada.connect().await;
        Self {
            world,
            ada,
            account: AccountId::parse(&id).unwrap(),
            list: format!("/v1/accounts/{id}/messages"),
            vault,
            folder,
        }
    }

    async fn read(&mut self) -> (StatusCode, String) {
        let answer = self.ada.get(&self.list).await;
        (
            answer.status,
            answer.body["code"].as_str().unwrap_or_default().to_owned(),
        )
    }

    async fn state(&self) -> String {
        let account = self.vault.account(self.account).await.unwrap().unwrap();
        account.state.name().to_owned()
    }

    async fn events(&self) -> Vec<&'static str> {
        let events = self.vault.events_after(self.account, 0, 100).await.unwrap();
        events.iter().map(|event| event.kind.name()).collect()
    }

    /// The refresh token of each request after the first, which redeemed the code.
    fn used(&self) -> Vec<String> {
        let script = self.world.microsoft.script();
        let forms = script.forms.iter().skip(1);
        forms.map(|form| form["refresh_token"].clone()).collect()
    }

    /// Another process begins a refresh, and nothing more is heard of it.
    async fn another_leads(&self) {
        let now = self.world.clock.now();
        let tokens = self.vault.tokens(self.account, now).await;
        let version = tokens.unwrap().unwrap().version;
        let (other, ahead) = (OwnerId::new().unwrap(), self.world.clock.ahead());
        let begun = self
            .vault
            .begin_refresh(self.account, version, other, ahead);
        assert!(matches!(begun.await.unwrap(), BeginRefresh::Lead(_)));
    }

    fn say(&self, status: u16, answer: Value) {
        self.world.microsoft.say(status, answer);
    }
}

fn dead() -> Value {
    json!({"error": "invalid_grant", "suberror": "bad_token", "error_codes": [70_000]})
}

/// F10, F11, F13: what is no answer is asked for once more at once, is then left alone for a while, and changes nothing.
#[tokio::test]
async fn an_answer_that_cannot_be_read_is_asked_for_once_more() {
    let huge = Value::String("x".repeat(10 * 1024 * 1024));
    for bad in [
        json!("<html>busy</html>"),
        json!(null),
        huge,
        json!({"token_type": "Bearer", "expires_in": 3600}),
        json!({"token_type": "Bearer", "access_token": "x", "expires_in": 0}),
        json!({"token_type": "Bearer", "access_token": "x", "expires_in": "1e308"}),
    ] {
        let mut it = Opened::connected().await;
        it.world.advance(4_000);
        it.say(200, bad.clone());
        it.say(200, bad);
        let unavailable = (
            StatusCode::SERVICE_UNAVAILABLE,
            "microsoft_unavailable".to_owned(),
        );
        for _ in 0..3 {
            assert_eq!(it.read().await, unavailable);
        }
        assert_eq!(it.used(), ["refresh-1", "refresh-1"], "and no more for now");
        assert_eq!(
            (it.state().await.as_str(), it.events().await.len()),
            ("connected", 1)
        );
        it.world.advance(5);
        assert_eq!(it.read().await.0, StatusCode::OK);
        assert_eq!(it.used(), ["refresh-1"; 3]);
    }
}

/// F7: where the old refresh token stays good, a lost answer costs one request more and nobody notices.
#[tokio::test]
async fn a_lost_answer_costs_one_more_request() {
    let mut it = Opened::connected().await;
    it.world.advance(4_000);
    it.say(200, json!("{\"token_type\":\"Bea"));
    assert_eq!(it.read().await.0, StatusCode::OK);
    assert_eq!(it.used(), ["refresh-1", "refresh-1"]);
    assert_eq!(it.events().await, ["account.connected"]);
}

/// F8, R90, R92: where it does not, its owner has to sign in. One try, one event, no loop.
#[tokio::test]
async fn a_lost_answer_under_strict_rotation_ends_in_one_event() {
    let mut it = Opened::connected().await;
    it.world.advance(4_000);
    it.say(200, json!("lost"));
    it.say(400, dead());
    for _ in 0..5 {
        assert_eq!(
            it.read().await,
            (StatusCode::CONFLICT, "account_needs_user".to_owned())
        );
    }
    assert_eq!(it.used(), ["refresh-1", "refresh-1"]);
    assert_eq!(it.state().await, "needs_user");
    assert_eq!(
        it.events().await,
        ["account.connected", "account.needs_user"]
    );
}

/// R90, R91: the refresh token before is tried once while it is retained, and either saves the account or does not.
#[tokio::test]
async fn the_refresh_token_before_is_tried_once_after_a_lost_answer() {
    for saved in [true, false] {
        let mut it = Opened::connected().await;
        it.world.advance(4_000);
        assert_eq!(it.read().await.0, StatusCode::OK);
        // Within the retention of refresh-1 Graph refuses the new token, so that another refresh is due.
        it.world
            .microsoft
            .graph_says(401, "InvalidAuthenticationToken");
        it.say(200, json!("lost"));
        it.say(400, dead());
        if !saved {
            it.say(400, dead());
        }
        let expected = if saved {
            StatusCode::OK
        } else {
            StatusCode::CONFLICT
        };
        assert_eq!(it.read().await.0, expected);
        assert_eq!(
            it.used(),
            ["refresh-1", "refresh-2", "refresh-2", "refresh-1"]
        );
        let told = it.events().await.len() - 1;
        assert_eq!(told, usize::from(!saved));
    }
}

/// F15: without anything lost a refusal is taken at its word.
#[tokio::test]
async fn a_plain_refusal_is_not_doubted() {
    let mut it = Opened::connected().await;
    it.world.advance(4_000);
    assert_eq!(it.read().await.0, StatusCode::OK);
    it.world
        .microsoft
        .graph_says(401, "InvalidAuthenticationToken");
    it.say(400, dead());
    assert_eq!(it.read().await.1, "account_needs_user");
    assert_eq!(it.used(), ["refresh-1", "refresh-2"]);
}

/// F18, R78: a redirect is not followed, so that no credential goes elsewhere.
#[tokio::test]
async fn a_redirect_is_no_answer() {
    let mut it = Opened::connected().await;
    it.world.advance(4_000);
    for status in [301, 302, 307, 308] {
        it.say(status, json!({}));
        assert_eq!(it.read().await.1, "microsoft_unavailable");
        it.world.advance(300);
    }
    assert_eq!(it.used(), ["refresh-1"; 4]);
    assert_eq!(it.read().await.0, StatusCode::OK);
}

/// F3: each failure is waited out, longer each time, and then it works.
#[tokio::test]
async fn an_outage_is_waited_out() {
    let mut it = Opened::connected().await;
    it.world.advance(4_000);
    for (status, waited) in [(500, 2), (502, 4), (504, 8)] {
        it.say(status, json!("<html>"));
        for _ in 0..3 {
            assert_eq!(it.read().await.1, "microsoft_unavailable");
        }
        it.world.advance(waited);
    }
    assert_eq!(it.read().await.0, StatusCode::OK);
    assert_eq!(it.used().len(), 4);
    assert_eq!(it.events().await, ["account.connected"]);
}

/// F14, R96: fewer permissions are stored and seen. Without those for mail the account needs its user.
#[tokio::test]
async fn a_narrower_grant_is_seen() {
    for (scope, state) in [("User.Read", "needs_user"), ("Mail.Read", "connected")] {
        let mut it = Opened::connected().await;
        it.world.advance(4_000);
        let answer = json!(scope);
        it.world.microsoft.script().answer.insert("scope", answer);
        let works = state == "connected";
        assert_eq!(it.read().await.0 == StatusCode::OK, works, "{scope}");
        assert_eq!(it.state().await, state);
        let listed = it.vault.accounts_after(None, 10).await.unwrap();
        assert_eq!(listed[0].grant.as_ref().unwrap().scopes.to_string(), scope);
        let events = it.vault.events_after(it.account, 1, 10).await.unwrap();
        assert_eq!(events.len(), usize::from(!works));
        assert!(
            events
                .iter()
                .all(|event| event.payload.contains("insufficient_scope"))
        );
    }
}

/// An answer that names no scopes means those that were asked for (RFC 6749 section 5.1).
#[tokio::test]
async fn scopes_that_are_not_named_are_kept() {
    let mut it = Opened::connected().await;
    it.world.advance(4_000);
    it.world
        .microsoft
        .script()
        .answer
        .insert("scope", json!(null));
    assert_eq!(it.read().await.0, StatusCode::OK);
    let listed = it.vault.accounts_after(None, 10).await.unwrap();
    assert_eq!(
        listed[0].grant.as_ref().unwrap().scopes.to_string(),
        "email openid profile User.Read Mail.Read"
    );
}

/// R139, F53: a challenge of Graph's goes into one refresh. If that does not meet it, it is kept for the next sign-in.
#[tokio::test]
async fn a_challenge_is_met_by_one_refresh_or_kept_for_the_sign_in() {
    const CLAIMS: &str = r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#;
    const HEADER: &str = r#"Bearer realm="", error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnsiYWNycyI6eyJlc3NlbnRpYWwiOnRydWUsInZhbHVlIjoiYzEifX19""#;
    let mut it = Opened::connected().await;
    let challenge = |it: &Opened| {
        it.world
            .microsoft
            .graph_says(401, "InvalidAuthenticationToken");
        it.world.microsoft.script().challenge = Some(HEADER.to_owned());
    };
    challenge(&it);
    assert_eq!(it.read().await.0, StatusCode::OK);
    assert_eq!(it.world.microsoft.script().forms[1]["claims"], CLAIMS);
    challenge(&it);
    it.say(
        400,
        json!({"error": "interaction_required", "suberror": "basic_action", "claims": CLAIMS}),
    );
    assert_eq!(it.read().await.1, "account_needs_user");
    let account = it.vault.account(it.account).await.unwrap().unwrap();
    assert!(
        format!("{:?}", account.state).contains("c1"),
        "{:?}",
        account.state
    );
    // R60: the access token would be good for most of an hour, and opens no mail any more.
    assert_eq!(it.read().await.1, "account_needs_user");
    assert_eq!(it.used().len(), 2);
    let request = json!({
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "code_challenge_method": "S256",
    });
    let started = it.ada.post("/v1/attempts", &request).await;
    assert_eq!(started.body["claims"], CLAIMS, "the next sign-in meets it");
}

/// F20, F21, R86: a process died with the lease in its hand. While its lease runs nobody asks (R87); then whoever looks
/// first takes the refresh up, even if nobody wants the tokens.
#[tokio::test]
async fn what_a_dead_process_began_is_taken_up() {
    for (on, asked_by_somebody) in [("off", true), ("on", false)] {
        let mut it = Opened::connected_with(&[("background_refresh", on)]).await;
        it.another_leads().await;
        assert_eq!(it.used().len(), 0);
        it.world.advance(65);
        if asked_by_somebody {
            it.world.advance(3_600);
            assert_eq!(it.read().await.0, StatusCode::OK);
        } else {
            let taken_up = async {
                while it.used().is_empty() {
                    tokio::task::yield_now().await;
                }
            };
            let taken_up = tokio::time::timeout(Duration::from_secs(30), taken_up).await;
            taken_up.expect("whoever looks takes it up");
        }
        assert_eq!(it.used(), ["refresh-1"]);
        assert_eq!(it.events().await, ["account.connected"]);
    }
}

/// R87: who waits for another process waits as long as an answer of Microsoft's may take and is told to come back.
#[tokio::test]
async fn nobody_waits_forever_for_another_process() {
    let mut it = Opened::connected().await;
    it.world.advance(4_000);
    it.another_leads().await;
    let (mut ada, list) = (it.ada.clone(), it.list.clone());
    let waiting = tokio::spawn(async move { ada.get(&list).await });
    while it.world.clock.waiting() == 0 {
        assert!(!waiting.is_finished(), "{waiting:?}");
        tokio::task::yield_now().await;
    }
    it.world.advance(15);
    let answer = waiting.await.unwrap();
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.headers["retry-after"], "1");
    assert_eq!(it.used().len(), 0);
    it.world.advance(31);
    assert_eq!(it.read().await.0, StatusCode::OK);
}

/// R87: the patience ends while the vault is busy answering who leads: nobody has to wait for another move of the clock.
#[tokio::test]
async fn patience_that_ends_while_the_vault_is_busy_is_noticed() {
    let mut it = Opened::connected().await;
    it.world.advance(4_000);
    // The session's use is noted now, and not while the vault is busy.
    assert_eq!(it.ada.get("/v1/session").await.status, StatusCode::OK);
    it.another_leads().await;
    let path = it.folder.path().join("vault.sqlite");
    let mut busy = sqlx::SqliteConnection::connect(&path.display().to_string())
        .await
        .unwrap();
    sqlx::query("begin immediate")
        .execute(&mut busy)
        .await
        .unwrap();
    let (mut ada, list) = (it.ada.clone(), it.list.clone());
    let waiting = tokio::spawn(async move { ada.get(&list).await });
    while it.world.clock.waiting() == 0 {
        assert!(!waiting.is_finished());
        tokio::task::yield_now().await;
    }
    it.world.advance(15);
    sqlx::query("rollback").execute(&mut busy).await.unwrap();
    let answer = waiting.await.unwrap();
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(it.used().len(), 0);
}
