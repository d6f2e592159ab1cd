//! What ends by itself.

use connect_outlook_tests::{Answering, story};

const MINUTE: i64 = 60;
const HOUR: i64 = 3600;
const DAY: i64 = 86_400;

/// R24: ten minutes, by the clock.
#[tokio::test]
async fn an_attempt_lapses_after_ten_minutes() {
    story(async |world| {
        let visitor = world.visitor();
        let (attempt, callback) = visitor.sign_in(Answering::Yes("ada")).await;
        let left = attempt.started["expires_at"].as_i64().unwrap() - world.now();
        assert!(left <= 10 * MINUTE && left > 9 * MINUTE, "{left}");
        world.advance(10 * MINUTE);
        let answer = visitor.page().finish(&attempt, &callback).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (400, "attempt_expired")
        );
        assert_eq!(world.token_requests().len(), 0);
        assert!(!visitor.connect("ada").await.inbox().await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn an_attempt_is_good_for_almost_ten_minutes() {
    story(async |world| {
        let visitor = world.visitor();
        let (attempt, callback) = visitor.sign_in(Answering::Yes("ada")).await;
        world.advance(9 * MINUTE + 30);
        assert_eq!(
            visitor.page().finish(&attempt, &callback).await.json()["status"],
            "connected"
        );
    })
    .await;
}

/// R57: unused, a session ends; the account does not.
#[tokio::test]
async fn a_session_ends_when_nobody_uses_it() {
    story(async |world| {
        let ada = world.visitor().connect("ada").await;
        let session = ada.visitor.page().get("/v1/session").await.json();
        let idle = session["idle_expires_at"].as_i64().unwrap() - world.now();
        world.advance(idle + 1);
        let answer = ada.visitor.page().get("/v1/session").await;
        assert_eq!((answer.status, answer.code().as_str()), (401, "no_session"));
        assert_eq!(ada.get("/messages?folder=inbox").await.status, 401);
    })
    .await;
}

#[tokio::test]
async fn a_session_that_is_used_lives_on_until_its_absolute_end() {
    story(async |world| {
        let ada = world.visitor().connect("ada").await;
        let session = ada.visitor.page().get("/v1/session").await.json();
        let (idle, whole) = (
            session["idle_expires_at"].as_i64().unwrap(),
            session["expires_at"].as_i64().unwrap(),
        );
        let step = (idle - world.now()) - HOUR;
        while world.now() + step < whole {
            world.advance(step);
            let used = ada.visitor.page().get("/v1/session").await;
            assert_eq!(used.status, 200, "{}", used.body);
            assert_eq!(
                used.json()["expires_at"].as_i64(),
                Some(whole),
                "nothing moves the absolute end"
            );
        }
        world.advance(whole - world.now() + 1);
        assert_eq!(ada.visitor.page().get("/v1/session").await.status, 401);
        assert!(
            whole < world.now() + 90 * DAY,
            "not beyond the life of a refresh token"
        );
    })
    .await;
}
