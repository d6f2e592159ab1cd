//! Refreshing before anybody asks, and connections of the single-page platform, which end after a day.

use connect_outlook_tests::{Answering, Registered, Settings, World, story_with};

const HOUR: i64 = 3600;

/// Waits until the background has done so many refreshes.
async fn until_refreshed(world: &World, times: usize) {
    while world.refreshes().len() < times {
        tokio::task::yield_now().await;
    }
}

/// R93: whoever looks every hour or so finds a token that somebody else has waited for.
#[tokio::test]
async fn the_next_token_is_there_before_anybody_asks() {
    story_with(Settings::standard().background_refresh(), async |world| {
        let ada = world.visitor().connect("ada").await;
        for life in 1..=3 {
            // Tokens live up to ninety minutes.
            world.advance(80 * 60);
            world.advance(61);
            until_refreshed(world, life).await;
            assert!(!ada.inbox().await.is_empty());
            assert_eq!(
                world.refreshes().len(),
                life,
                "the reader waited for nothing"
            );
        }
    })
    .await;
}

/// R1, R79: as that platform demands: the registered origin, the verifier, no credential; at redemption and at refresh.
#[tokio::test]
async fn the_single_page_platform_is_asked_as_it_demands() {
    let settings = Settings::standard().platform(Registered::Spa);
    story_with(settings, async |world| {
        let ada = world.visitor().connect("ada").await;
        world.advance(2 * HOUR);
        assert!(!ada.inbox().await.is_empty());
        let origin = world.site().as_str().trim_end_matches('/').to_owned();
        let requests = world.token_requests();
        assert_eq!(requests.len(), 2);
        for request in requests {
            assert_eq!(request.exchange.status, 200, "{}", request.answer);
            assert_eq!(
                request.exchange.request_header("origin"),
                Some(origin.as_str())
            );
            assert!(!request.form.contains_key("client_secret"));
            assert!(!request.form.contains_key("client_assertion"));
        }
    })
    .await;
}

/// The day's end is known from the beginning, told before, and named when it comes; a new sign-in begins a new day.
#[tokio::test]
async fn a_connection_of_the_single_page_platform_says_when_it_ends() {
    let settings = Settings::standard()
        .platform(Registered::Spa)
        .background_refresh();
    story_with(settings, async |world| {
        let visitor = world.visitor();
        let ada = visitor.connect("ada").await;
        let ends_at = ada.account["reconnect_by"]
            .as_i64()
            .expect("its end is known");
        assert!((24 * HOUR - 60..=24 * HOUR).contains(&(ends_at - world.now())));
        world.advance(20 * HOUR + 120);
        while world.states().await != ["expiring"] {
            tokio::task::yield_now().await;
        }
        assert!(!ada.inbox().await.is_empty(), "it works to its end");
        let session = visitor.page().get("/v1/session").await.json();
        assert_eq!(session["accounts"][0]["state"], "expiring");
        assert_eq!(session["accounts"][0]["reconnect_by"], ends_at);
        let ada = visitor.connect("ada").await;
        assert_eq!(ada.account["state"], "connected");
        assert!(ada.account["reconnect_by"].as_i64() > Some(ends_at));
        // This time nobody comes in time.
        world.advance(26 * HOUR);
        while world.states().await != ["needs_user"] {
            tokio::task::yield_now().await;
        }
        let events = world.events().await;
        let told = [
            "account.connected",
            "account.expiring",
            "account.reconnected",
        ];
        assert_eq!(events[..3], told);
        assert_eq!(
            events.last().map(String::as_str),
            Some("account.needs_user")
        );
        assert_eq!(
            world.refreshes().last().unwrap().answer["error_codes"][0],
            700_084
        );
    })
    .await;
}

/// A setting that contradicts the registration is named, with both sides, when somebody meets it; and it is nobody's
/// account.
#[tokio::test]
async fn a_platform_that_does_not_fit_is_named() {
    for (platform, code) in [
        (Registered::SpaTakenForWeb, "registered_as_spa"),
        (Registered::WebTakenForSpa, "not_registered_as_spa"),
    ] {
        story_with(Settings::standard().platform(platform), async |world| {
            let visitor = world.visitor();
            let (attempt, callback) = visitor.sign_in(Answering::Yes("ada")).await;
            let outcome = visitor.page().finish(&attempt, &callback).await.json();
            assert_eq!(outcome["status"], "misconfigured", "{outcome}");
            assert_eq!(outcome["code"], code, "{outcome}");
            assert_eq!(outcome["actor"], "developer", "{outcome}");
            assert_eq!(world.ready().await.json()["incident"]["code"], code);
            assert_eq!(world.rows("accounts").await, 0);
            let log = String::from_utf8(world.log()).unwrap();
            assert!(log.contains("platform = \"web\"") || log.contains("platform = \\\"web\\\""));
        })
        .await;
    }
}
