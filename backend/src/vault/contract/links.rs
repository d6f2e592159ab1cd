//! Hosted links: counted, parked for, confirmed once, ended.

use connect_outlook_protocol::scope::Scopes;
use connect_outlook_protocol::secret::AuthorizationCode;

use super::world::{NOW, World, attempt, grant, identity, profile, verifier};
use crate::clock::UnixTime;
use crate::vault::accounts::Account;
use crate::vault::attempts::{Attempt, AttemptKind, NewAttempt, Proof};
use crate::vault::id::{
    ApiKeyId, BrowserDigest, CompletionDigest, CompletionId, LinkDigest, LinkId,
};
use crate::vault::links::{
    Link, LinkPurpose, LinkState, NewLink, ParkError, Parked, Parking, StartLinkError,
    TakeCompletionError, Taken,
};

on_every_engine![
    a_link_begins_until_it_is_over,
    a_link_may_be_started_so_often,
    an_attempt_remembers_its_link,
    a_revoked_link_keeps_nothing,
    a_revoked_key_ends_its_links,
    what_is_over_is_cleared_away,
];

pub(super) const USER: &str = "user-7";

pub(super) async fn key(world: &World) -> ApiKeyId {
    world.vault.new_api_key("server", NOW).await.unwrap().0
}

pub(super) async fn link_of(world: &World, key: ApiKeyId, token: &str) -> LinkId {
    let link = NewLink {
        token: LinkDigest::of(token),
        key,
        purpose: LinkPurpose::Create,
        user: USER,
        scopes: Scopes::parse("openid Mail.Read"),
        success_url: "https://app.example/done".to_owned(),
        failure_url: "https://app.example/failed".to_owned(),
        expires_at: NOW.plus(3_600),
    };
    world.vault.new_link(&link, NOW).await.unwrap()
}

pub(super) async fn link(world: &World, token: &str) -> LinkId {
    let key = key(world).await;
    link_of(world, key, token).await
}

pub(super) async fn read(world: &World, id: LinkId, now: UnixTime) -> Link {
    world.vault.link(id, now).await.unwrap().unwrap()
}

/// An attempt for the link, through to the callback.
async fn taken_attempt(world: &World, link: LinkId, name: &str) -> Attempt {
    let began = NewAttempt {
        kind: AttemptKind::ServerConnect,
        proof: Proof::Server(verifier(name)),
        link: Some(link),
        ..attempt(name, "browser")
    };
    world.vault.begin_attempt(&began, NOW).await.unwrap();
    let (state, browser) = (began.state, BrowserDigest::of("browser"));
    world
        .vault
        .take_attempt(state, browser, AttemptKind::ServerConnect, NOW)
        .await
        .unwrap()
}

pub(super) async fn try_to_park(
    world: &World,
    link: LinkId,
    name: &str,
) -> Result<String, ParkError> {
    let attempt = taken_attempt(world, link, name).await;
    let parking = Parking {
        link,
        completion: CompletionDigest::of(name),
        attempt: &attempt,
        code: &AuthorizationCode::new(format!("code-{name}")),
        verifier: &verifier(name),
        issuer: Some("https://login.example/v2.0"),
        expires_at: NOW.plus(120),
    };
    world.vault.park(&parking, NOW).await
}

pub(super) async fn park(world: &World, link: LinkId, name: &str) {
    let url = try_to_park(world, link, name).await.unwrap();
    assert_eq!(url, "https://app.example/done");
}

pub(super) async fn take_at(
    world: &World,
    link: LinkId,
    (name, user): (&str, &str),
    now: UnixTime,
) -> Result<Taken, TakeCompletionError> {
    let completion = CompletionDigest::of(name);
    world
        .vault
        .take_completion(link, completion, user, now)
        .await
}

pub(super) async fn take(
    world: &World,
    link: LinkId,
    name: &str,
) -> Result<Taken, TakeCompletionError> {
    take_at(world, link, (name, USER), NOW.plus(5)).await
}

pub(super) async fn taken(world: &World, link: LinkId, name: &str) -> Parked {
    match take(world, link, name).await {
        Ok(Taken::Parked(parked)) => *parked,
        other => panic!("{other:?}"),
    }
}

pub(super) async fn connect(
    world: &World,
    link: LinkId,
    completion: CompletionId,
) -> Option<Account> {
    let (identity, profile) = (identity("ada"), profile("ada"));
    world
        .vault
        .connect_by_link((link, completion), &identity, &profile, &grant("1"), NOW)
        .await
        .unwrap()
}

/// The row of what is parked for a link.
pub(super) async fn row_of(world: &World, link: LinkId) -> String {
    use sqlx::Row as _;
    sqlx::query("select id from completions where link_id = $1")
        .bind(link.to_string())
        .fetch_one(world.vault.database.reader())
        .await
        .unwrap()
        .get(0)
}

pub(super) async fn parked_values(world: &World) -> i64 {
    world
        .count("completions where sealed_code is not null or sealed_verifier is not null")
        .await
}

/// R40
async fn a_link_begins_until_it_is_over(world: &World) {
    let id = link(world, "token").await;
    assert_eq!(read(world, id, NOW).await.state, LinkState::Open);
    let vault = &world.vault;
    let started = vault.start_link(LinkDigest::of("token"), 20, NOW).await;
    assert_eq!(started.unwrap().id, id);
    let unknown = vault.start_link(LinkDigest::of("other"), 20, NOW).await;
    assert!(matches!(unknown, Err(StartLinkError::Unknown)));
    let late = NOW.plus(3_600);
    let started = vault.start_link(LinkDigest::of("token"), 20, late).await;
    assert!(matches!(started, Err(StartLinkError::Ended)));
    assert_eq!(read(world, id, late).await.state, LinkState::Expired);
    assert!(vault.revoke_link(id, NOW).await.unwrap());
    let started = vault.start_link(LinkDigest::of("token"), 20, NOW).await;
    assert!(matches!(started, Err(StartLinkError::Ended)));
    assert_eq!(read(world, id, NOW).await.state, LinkState::Revoked);
}

/// D4
async fn a_link_may_be_started_so_often(world: &World) {
    link(world, "token").await;
    let start = || world.vault.start_link(LinkDigest::of("token"), 3, NOW);
    for _ in 0..3 {
        start().await.unwrap();
    }
    assert!(matches!(start().await, Err(StartLinkError::Exhausted)));
}

/// R23
async fn an_attempt_remembers_its_link(world: &World) {
    let id = link(world, "token").await;
    assert_eq!(taken_attempt(world, id, "a").await.link, Some(id));
}

/// F43: whenever it happens, nothing is kept.
async fn a_revoked_link_keeps_nothing(world: &World) {
    let vault = &world.vault;
    let before = link(world, "revoked at Microsoft").await;
    vault.revoke_link(before, NOW).await.unwrap();
    let parked = try_to_park(world, before, "a").await;
    assert!(matches!(parked, Err(ParkError::Ended)));

    let waiting = link(world, "revoked while parked").await;
    park(world, waiting, "b").await;
    vault.revoke_link(waiting, NOW).await.unwrap();
    assert_eq!(parked_values(world).await, 0);
    assert!(take(world, waiting, "b").await.is_err());

    let redeeming = link(world, "revoked while redeemed").await;
    park(world, redeeming, "c").await;
    let parked = taken(world, redeeming, "c").await;
    vault.revoke_link(redeeming, NOW).await.unwrap();
    assert!(connect(world, redeeming, parked.completion).await.is_none());
    for table in ["accounts", "grants", "data_keys", "events"] {
        assert_eq!(world.count(table).await, 0, "{table}");
    }
}

/// R59, F43
async fn a_revoked_key_ends_its_links(world: &World) {
    let (mine, others) = (key(world).await, key(world).await);
    let (ended, lives) = (
        link_of(world, mine, "1").await,
        link_of(world, others, "2").await,
    );
    park(world, ended, "a").await;
    park(world, lives, "b").await;
    assert_eq!(parked_values(world).await, 2);
    world.vault.revoke_api_key(mine, NOW).await.unwrap();
    assert_eq!(parked_values(world).await, 1, "that of the other key");
    assert_eq!(read(world, ended, NOW).await.state, LinkState::Revoked);
    assert!(take(world, ended, "a").await.is_err());
    assert!(matches!(
        try_to_park(world, ended, "c").await,
        Err(ParkError::Ended)
    ));
    let started = world.vault.start_link(LinkDigest::of("1"), 20, NOW).await;
    assert!(matches!(started, Err(StartLinkError::Ended)));
    assert_eq!(taken(world, lives, "b").await.code.expose(), "code-b");
}

/// D11: the code when its two minutes are over, the link a month after its end.
async fn what_is_over_is_cleared_away(world: &World) {
    let id = link(world, "token").await;
    park(world, id, "a").await;
    let cleared = world.vault.purge_expired(NOW.plus(119), 10).await.unwrap();
    assert_eq!((cleared.parked_codes, cleared.links), (0, 0));
    let cleared = world.vault.purge_expired(NOW.plus(120), 10).await.unwrap();
    assert_eq!(cleared.parked_codes, 1);
    assert_eq!(parked_values(world).await, 0);
    let month = NOW.plus(3_600 + 30 * 86_400);
    assert_eq!(world.vault.purge_expired(month, 10).await.unwrap().links, 1);
    assert!(world.vault.link(id, month).await.unwrap().is_none());
    assert_eq!(world.count("completions").await, 0);
}
