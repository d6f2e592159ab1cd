//! Tokens are renewed before anybody notices, once.

use connect_outlook_tests::story;

const HOUR: i64 = 3600;

#[tokio::test]
async fn an_hour_later_one_refresh_and_the_mail_is_there() {
    story(async |world| {
        let ada = world.visitor().connect("ada").await;
        let before = ada.inbox().await;
        assert_eq!(world.refreshes().len(), 0, "a fresh token is used");
        world.advance(90 * 60);
        let after = ada.inbox().await;
        assert_eq!(after.len(), before.len());
        assert_eq!(world.refreshes().len(), 1);
        ada.get("/folders").await;
        ada.inbox().await;
        assert_eq!(world.refreshes().len(), 1, "the new token is used");

        let [redemption, refresh] = world.token_requests().try_into().unwrap();
        assert_eq!(
            refresh.field("refresh_token"),
            redemption.answer["refresh_token"]
        );
        assert_ne!(
            refresh.answer["access_token"],
            redemption.answer["access_token"]
        );
    })
    .await;
}

/// Rolling: each refresh is made with the latest refresh token.
#[tokio::test]
async fn a_day_of_reading_goes_from_token_to_token() {
    story(async |world| {
        let ada = world.visitor().connect("ada").await;
        for _ in 0..6 {
            world.advance(2 * HOUR);
            assert!(!ada.inbox().await.is_empty());
        }
        let all = world.token_requests();
        assert_eq!(world.refreshes().len(), 6);
        for pair in all.windows(2) {
            assert_eq!(
                pair[1].field("refresh_token"),
                pair[0].answer["refresh_token"]
            );
        }
    })
    .await;
}

/// R80: one refresh in flight for an account, however many ask.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixty_four_callers_with_a_lapsed_token_make_one_request() {
    story(async |world| {
        let ada = world.visitor().connect("ada").await;
        world.advance(2 * HOUR);
        let answers = world
            .all_at_once(64, || {
                let ada = ada.clone();
                async move { ada.get("/messages?folder=inbox&limit=5").await }
            })
            .await;
        for answer in &answers {
            assert_eq!(answer.status, 200, "{}", answer.body);
        }
        assert_eq!(world.refreshes().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn each_account_is_refreshed_for_itself() {
    story(async |world| {
        let ada = world.visitor().connect("ada").await;
        let alan = world.visitor().connect("alan").await;
        world.advance(2 * HOUR);
        ada.inbox().await;
        assert_eq!(world.refreshes().len(), 1);
        alan.inbox().await;
        assert_eq!(world.refreshes().len(), 2);
    })
    .await;
}

/// R2: a refresh is authenticated like every token request, and asks for what was granted.
#[tokio::test]
async fn a_refresh_proves_who_asks() {
    story(async |world| {
        let ada = world.visitor().connect("ada").await;
        world.advance(2 * HOUR);
        ada.inbox().await;
        let [refresh] = world.refreshes().try_into().unwrap();
        assert_eq!(refresh.exchange.status, 200);
        assert!(refresh.form.contains_key("client_secret"));
        assert_eq!(refresh.exchange.request_header("origin"), None);
        assert_eq!(refresh.exchange.request_header("cookie"), None);
        assert_eq!(refresh.exchange.query, "");
    })
    .await;
}
