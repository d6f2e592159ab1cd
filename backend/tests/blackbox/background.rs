//! Refreshing in the background: ahead of callers, once a week for accounts that nobody uses, and not at all where it is
//! switched off.

use axum::http::StatusCode;

use super::world::World;

/// Waits until so many requests have reached the token endpoint.
async fn until_asked(world: &World, times: usize) {
    while world.microsoft.token_requests() < times {
        tokio::task::yield_now().await;
    }
}

/// R93: the tokens of the tests live an hour. From three quarters of it on the next ones come, before anybody asks.
#[tokio::test]
async fn who_reads_regularly_never_waits_for_microsoft() {
    let world = World::start_with(&[("background_refresh", "on")]).await;
    let mut ada = world.browser();
    let list = format!("/v1/accounts/{}/messages", ada.connect().await);
    for life in 1..=5 {
        world.advance(2_690);
        assert_eq!(ada.get(&list).await.status, StatusCode::OK);
        assert_eq!(
            world.microsoft.token_requests(),
            life,
            "not before its time"
        );
        // The latest moment is 3,090 s; a look may be a minute late.
        world.advance(400);
        world.advance(60);
        until_asked(&world, life + 1).await;
        assert_eq!(ada.get(&list).await.status, StatusCode::OK);
        assert_eq!(
            world.microsoft.token_requests(),
            life + 1,
            "the caller had it already"
        );
    }
}

/// R95: a month without a visit costs a request a week, and the account is alive.
#[tokio::test]
async fn an_account_that_nobody_uses_is_kept_alive() {
    let world = World::start_with(&[("background_refresh", "on"), ("keep_fresh", "1h")]).await;
    let mut ada = world.browser();
    let list = format!("/v1/accounts/{}/messages", ada.connect().await);
    // The visit is over: one more refresh, which finds nobody there.
    world.advance(3_700);
    until_asked(&world, 2).await;
    for week in 1..=6 {
        world.advance(7 * 86_400 + 60);
        until_asked(&world, 2 + week).await;
    }
    let before = world.microsoft.token_requests();
    assert_eq!(
        ada.get("/v1/session").await.status,
        StatusCode::UNAUTHORIZED,
        "the session is long over"
    );
    ada.connect().await;
    assert_eq!(ada.get(&list).await.status, StatusCode::OK);
    assert_eq!(world.microsoft.token_requests(), before + 1);
}

/// The work ends with the backend, and what is under way reaches the vault.
#[tokio::test]
async fn a_stop_waits_for_what_is_under_way() {
    let world = World::start_with(&[("background_refresh", "on")]).await;
    let mut ada = world.browser();
    ada.connect().await;
    world.microsoft.script().held = true;
    world.advance(3_400);
    until_asked(&world, 2).await;
    let stopping = tokio::spawn(world.backend.clone().stop());
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert!(!stopping.is_finished());
    world.microsoft.let_go();
    stopping.await.unwrap();
    assert_eq!(world.microsoft.token_requests(), 2);
}

/// D5: of many that are due at once a few are under way at a time, and whoever waits for a token does not queue behind
/// them.
#[tokio::test]
async fn the_background_leaves_room_for_those_who_wait() {
    const MANY: usize = 20;
    const AT_ONCE: usize = 16;
    let world = World::start_with(&[("background_refresh", "on")]).await;
    let mut all = Vec::new();
    for number in 0..MANY {
        let person = format!("33333333-aaaa-4bbb-8ccc-4444444444{number:02}");
        let mut browser = world.browser();
        world.microsoft.script().claims.insert("oid", person.into());
        let list = format!("/v1/accounts/{}/messages", browser.connect().await);
        all.push((browser, list));
    }
    world.microsoft.script().held = true;
    // Everybody's token is over, and everybody is due.
    world.advance(4_000);
    until_asked(&world, MANY + AT_ONCE).await;
    for _ in 0..200 {
        tokio::task::yield_now().await;
    }
    assert_eq!(world.microsoft.token_requests(), MANY + AT_ONCE);
    let callers: Vec<_> = all
        .into_iter()
        .map(|(mut browser, list)| tokio::spawn(async move { browser.get(&list).await.status }))
        .collect();
    until_asked(&world, 2 * MANY).await;
    world.microsoft.let_go();
    for caller in callers {
        caller.await.unwrap();
    }
}

/// D7: however many are due at once, a second has no more than twice its share of the minute's budget.
#[tokio::test]
async fn the_background_keeps_to_its_pace() {
    let settings = [("background_refresh", "on"), ("refreshes_per_minute", "60")];
    let world = World::start_with(&settings).await;
    for number in 0..5 {
        let person = format!("33333333-aaaa-4bbb-8ccc-4444444444{number:02}");
        world.microsoft.script().claims.insert("oid", person.into());
        world.browser().connect().await;
    }
    world.advance(4_000);
    for asked in [7, 9, 10] {
        until_asked(&world, asked).await;
        for _ in 0..200 {
            tokio::task::yield_now().await;
        }
        assert_eq!(world.microsoft.token_requests(), asked);
        world.advance(1);
    }
}
