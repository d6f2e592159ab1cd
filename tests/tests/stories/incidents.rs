//! Troubles of the deployment are never the visitor's: accounts stay connected, and the one who must act is named.

use connect_outlook_tests::{Answering, Settings, story, story_with};

/// R88, F16: a secret that ran out flips no account, and the same refresh token works once there is a new one.
#[tokio::test]
async fn an_expired_secret_is_an_incident_and_accounts_stay_connected() {
    story(async |world| {
        let ada = world.visitor().connect("ada").await;
        world.expire_client_secrets();
        world.advance(2 * 3600);
        let answer = ada.get("/messages?folder=inbox").await;
        assert_eq!(answer.code(), "deployment_misconfigured", "{}", answer.body);
        assert_eq!(
            (&answer.json()["actor"], &answer.json()["next"]),
            (&"operator".into(), &"fix_credential".into())
        );
        assert!(answer.status >= 500, "{}", answer.status);
        assert_eq!(world.refreshes()[0].answer["error_codes"][0], 7_000_222);

        let session = ada.visitor.page().get("/v1/session").await.json();
        assert_eq!(session["accounts"][0]["state"], "connected", "{session}");
        assert_eq!(world.rows("grants").await, 1);
        let ready = world.ready().await.json();
        let incident = &ready["incident"];
        assert_eq!(
            (&incident["code"], &incident["actor"]),
            (&"secret_expired".into(), &"operator".into()),
            "{ready}"
        );

        world.renew_client_secrets();
        world.advance(600);
        assert!(!ada.inbox().await.is_empty());
        assert_eq!(
            world.ready().await.json()["incident"],
            serde_json::Value::Null
        );
        let all = world.token_requests();
        assert_eq!(
            all.last().unwrap().field("refresh_token"),
            all[0].answer["refresh_token"]
        );
    })
    .await;
}

#[tokio::test]
async fn a_wrong_secret_is_told_to_the_operator_and_not_to_the_visitor() {
    let settings = Settings::standard().client_secret("not-the-secret-of-this-registration");
    story_with(settings, async |world| {
        let visitor = world.visitor();
        let (attempt, callback) = visitor.sign_in(Answering::Yes("ada")).await;
        let outcome = visitor.page().finish(&attempt, &callback).await.json();
        assert_eq!(outcome["status"], "misconfigured", "{outcome}");
        assert_eq!(
            (&outcome["actor"], &outcome["next"]),
            (&"operator".into(), &"fix_credential".into())
        );
        assert_eq!(outcome["aadsts"], 7_000_215);
        assert!(
            !outcome["message"].as_str().unwrap().contains("AADSTS"),
            "{outcome}"
        );
        assert_eq!(visitor.session_handle(), None);
        assert_eq!(world.rows("accounts").await, 0);
    })
    .await;
}

/// F2, R89: Microsoft is away; nothing is lost.
#[tokio::test]
async fn when_microsoft_does_not_answer_the_account_stays_and_waits() {
    story(async |world| {
        let ada = world.visitor().connect("ada").await;
        let world_before = world.rows("grants").await;
        world.stop_microsoft().await;
        world.advance(2 * 3600);
        let answer = ada.get("/messages?folder=inbox").await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (503, "microsoft_unavailable"),
            "{}",
            answer.body
        );
        let session = ada.visitor.page().get("/v1/session").await.json();
        assert_eq!(session["accounts"][0]["state"], "connected");
        assert_eq!(world.rows("grants").await, world_before);
        assert_eq!(world.alive().await.status, 200);
    })
    .await;
}
