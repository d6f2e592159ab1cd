//! Webhooks: the integrator's server is told what happens, can prove that it is told by us, and is told until it has it.

use connect_outlook_protocol::webhook::{Received, WebhookEvent, WebhookSecret, verify};
use connect_outlook_tests::{
    Settings, World,
    integrator::Integrator,
    receiver::{Came, Manner, Receiver},
    story, story_with,
};
use connect_outlook_throwaway_postgres::new_schema;
use reqwest::Method;
use serde_json::{Value, json};

/// Tells it on both databases.
async fn on_both(tell: impl AsyncFn(&World)) {
    story(&tell).await;
    let schema = new_schema()
        .await
        .unwrap_or_else(|missing| panic!("{missing}"));
    story_with(Settings::standard().database(&schema), &tell).await;
}

async fn told(world: &World, receiver: &Receiver, number: usize) -> Vec<Came> {
    world.tell_webhooks().await;
    let came = receiver.came();
    assert_eq!(came.len(), number, "{:?}", receiver.kinds());
    came
}

/// R150, R152, R155: signed as the standard says, thin, typed, and with nothing that is personal.
#[tokio::test]
async fn a_server_is_told_of_a_connection_and_can_prove_who_tells() {
    on_both(async |world| {
        let receiver = Receiver::start().await;
        let server = Integrator::of(world).await;
        let (_, secret) = server.webhook(&receiver.url, &json!({})).await;
        let ada = world.visitor().connect("ada").await;
        let [came] = told(world, &receiver, 1).await.try_into().unwrap();

        assert!(came.is_genuine_now(&secret));
        let (_, other) = server.webhook("http://127.0.0.1:9/", &json!({})).await;
        assert!(!came.is_genuine(&other));
        let received = Received {
            id: came.id(),
            timestamp: came.header("webhook-timestamp"),
            signature: came.header("webhook-signature"),
            body: &came.body,
        };
        let ours = WebhookSecret::parse(&secret).unwrap();
        assert_eq!(verify(&[ours], &received, world.now()), Ok(()));

        let body = came.json();
        let expected = json!({ "account": ada.id(), "state": "connected", "sequence": 1 });
        assert_eq!(
            (&body["type"], &body["data"]),
            (&"account.connected".into(), &expected)
        );
        serde_json::from_value::<WebhookEvent>(body).unwrap();
        let text = String::from_utf8(came.body.to_vec())
            .unwrap()
            .to_lowercase();
        for personal in ["ada@", "lovelace", "contoso"] {
            assert!(!text.contains(personal), "{text}");
        }
        let events = world.ask("select id from events").await;
        assert_eq!(
            events,
            [[came.id().to_owned()]],
            "the id of the event itself"
        );
    })
    .await;
}

/// R149, R153: what happens to an account later, only what was asked for, and nothing of what the receiver writes.
#[tokio::test]
async fn who_has_to_act_is_told_to_those_who_asked_for_it() {
    on_both(async |world| {
        let (all, some) = (Receiver::start().await, Receiver::start().await);
        let server = Integrator::of(world).await;
        server.webhook(&all.url, &json!({})).await;
        let wanted = json!({ "event_types": ["account.disconnected"], "description": "leaving" });
        let (id, _) = server.webhook(&some.url, &wanted).await;
        let ada = world.visitor().connect("ada").await;
        world.tell_webhooks().await;
        ada.disconnect().await;
        world.tell_webhooks().await;
        assert_eq!(all.kinds(), ["account.connected", "account.disconnected"]);
        assert_eq!(some.kinds(), ["account.disconnected"]);
        let sequences: Vec<_> = all
            .came()
            .iter()
            .map(|one| one.json()["data"]["sequence"].clone())
            .collect();
        assert_eq!(sequences, [1, 2]);

        let list = server
            .get(&format!("/v1/webhooks/{id}/deliveries"))
            .await
            .json();
        let [one] = list["deliveries"].as_array().unwrap().as_slice() else {
            panic!("{list}")
        };
        assert_eq!(
            (&one["state"], &one["tries"]),
            (&"delivered".into(), &1.into())
        );
        assert_eq!(
            (&one["last"]["result"], &one["last"]["status"]),
            (&"delivered".into(), &204.into())
        );
        let webhooks = server.get("/v1/webhooks").await.json();
        let listed = webhooks["webhooks"].as_array().unwrap();
        let one = listed.iter().find(|one| one["id"] == id.as_str()).unwrap();
        assert_eq!(one["description"], "leaving");
        assert!(!webhooks.to_string().contains("whsec_"), "told once");
    })
    .await;
}

/// R152, R154: patience is asked for with everything that waits; nothing is tried before, and each try is signed anew.
#[tokio::test]
async fn a_busy_receiver_is_left_alone_as_long_as_it_asks() {
    on_both(async |world| {
        let receiver = Receiver::start().await;
        let server = Integrator::of(world).await;
        server.webhook(&receiver.url, &json!({})).await;
        receiver.answers_next(Manner::Busy(429, "1800"));
        let happened = world.now();
        world.visitor().connect("ada").await;
        world.tell_webhooks().await;
        world.visitor().connect("alan").await;
        world.advance(1_700);
        world.tell_webhooks().await;
        assert_eq!(receiver.came().len(), 1);
        world.advance(200);
        world.tell_webhooks().await;
        let came = receiver.came();
        assert_eq!(came.len(), 3);
        for (came, after) in came.iter().zip([0, 1_900, 1_900]) {
            let signed: i64 = came.header("webhook-timestamp").parse().unwrap();
            // The world's clock runs.
            assert!(
                (after..after + 60).contains(&(signed - happened)),
                "{after}"
            );
        }
    })
    .await;
}

/// What was missed is asked for again, by event and since a moment; what is tested is told as a test.
#[tokio::test]
async fn a_server_that_lost_something_has_it_told_again() {
    story(async |world| {
        let receiver = Receiver::start().await;
        let server = Integrator::of(world).await;
        world.visitor().connect("ada").await;
        let (id, secret) = server.webhook(&receiver.url, &json!({})).await;
        let again = |body: Value| {
            let (server, path) = (server.clone(), format!("/v1/webhooks/{id}/redeliveries"));
            async move { server.post(&path, &body).await }
        };
        let began = again(json!({ "since": 0 })).await;
        assert_eq!((began.status, &began.json()["events"]), (202, &1.into()));
        world.tell_webhooks().await;
        let event = receiver.came()[0].id().to_owned();
        assert_eq!(again(json!({ "event": event })).await.status, 202);
        world.tell_webhooks().await;
        let test = server
            .post(&format!("/v1/webhooks/{id}/test"), &json!({}))
            .await;
        world.tell_webhooks().await;
        let came = receiver.came();
        assert_eq!(
            receiver.kinds(),
            ["account.connected", "account.connected", "webhook.test"]
        );
        assert_eq!(
            (came[1].id(), came[2].id()),
            (event.as_str(), test.json()["event"].as_str().unwrap())
        );
        assert!(came.iter().all(|one| one.is_genuine(&secret)));

        let nobody = "00000000-0000-4000-8000-000000000001";
        for (body, status, code) in [
            (json!({ "event": nobody }), 404, "event_unknown"),
            (json!({ "event": "x" }), 404, "event_unknown"),
            (json!({}), 400, "bad_request"),
            (json!({ "event": nobody, "since": 0 }), 400, "bad_request"),
        ] {
            let refused = again(body).await;
            assert_eq!((refused.status, refused.code().as_str()), (status, code));
        }
        for (method, path) in [
            (Method::GET, ""),
            (Method::DELETE, ""),
            (Method::GET, "/deliveries"),
            (Method::POST, "/test"),
            (Method::POST, "/secret"),
            (Method::POST, "/enable"),
            (Method::POST, "/redeliveries"),
        ] {
            let path = format!("/v1/webhooks/{nobody}{path}");
            let request = server
                .request(method, &path)
                .body("application/json", "{\"since\":0}");
            let request = if path.ends_with("/secret") {
                server
                    .request(Method::POST, &path)
                    .body("application/json", "{}")
            } else {
                request
            };
            let answer = request.send().await;
            assert_eq!(answer.code(), "webhook_unknown", "{path}: {}", answer.body);
        }
    })
    .await;
}

/// R143, R145: judged when it is given; the sentence says what has to be.
#[tokio::test]
async fn an_address_of_somebodys_inside_is_no_webhook() {
    story(async |world| {
        let server = Integrator::of(world).await;
        for url in [
            "https://169.254.169.254/latest/meta-data/",
            "https://10.0.0.1/",
            "https://[fd00::1]/",
            "https://intranet/",
            "http://crm.example/",
            "https://user@crm.example/",
            "https://crm.example:22/",
            "https://crm.example/#x",
            "",
        ] {
            let refused = server.post("/v1/webhooks", &json!({ "url": url })).await;
            assert_eq!(
                (refused.status, refused.code().as_str()),
                (400, "bad_request"),
                "{url}"
            );
            let detail = refused.json()["detail"].as_str().unwrap().to_owned();
            assert!(detail.starts_with("must "), "{url}: {detail}");
        }
        for more in [
            json!({ "event_types": ["account.renamed"] }),
            json!({ "event_types": ["webhook.test", "webhook.test"] }),
            json!({ "description": "a\u{7}" }),
            json!({ "description": "a".repeat(201) }),
            json!({ "secret": "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" }),
        ] {
            let mut body = json!({ "url": "https://crm.example/" });
            body.as_object_mut()
                .unwrap()
                .extend(more.as_object().unwrap().clone());
            assert_eq!(
                server.post("/v1/webhooks", &body).await.status,
                400,
                "{more}"
            );
        }
        assert_eq!(world.rows("webhooks").await, 0);
    })
    .await;
}

/// R151: two secrets sign for a week at the most, and never since yesterday.
#[tokio::test]
async fn a_secret_is_exchanged_within_a_week() {
    story(async |world| {
        let server = Integrator::of(world).await;
        let (id, _) = server.webhook("https://crm.example/", &json!({})).await;
        let path = format!("/v1/webhooks/{id}/secret");
        for overlap in [-1, 604_801] {
            let refused = server.post(&path, &json!({ "overlap": overlap })).await;
            assert_eq!(
                (refused.status, refused.code().as_str()),
                (400, "bad_request"),
                "{overlap}"
            );
        }
        let told = server.get(&format!("/v1/webhooks/{id}")).await.json();
        assert!(told["previous_until"].is_null(), "{told}");
    })
    .await;
}

/// R154: three days and more, and then the operator sees it.
#[tokio::test]
async fn a_receiver_that_never_answers_is_tried_for_days_and_then_left() {
    on_both(async |world| {
        let (dead, alive) = (Receiver::start().await, Receiver::start().await);
        let server = Integrator::of(world).await;
        let (id, _) = server.webhook(&dead.url, &json!({})).await;
        server
            .webhook(&alive.url, &json!({ "event_types": ["webhook.disabled"] }))
            .await;
        dead.answers(Manner::Status(500));
        world.visitor().connect("ada").await;
        // With the longest waits that jitter makes of them, and a look an hour, the last try is 96 hours after the first.
        for _ in 0..100 {
            world.tell_webhooks().await;
            world.advance(3_600);
        }
        assert_eq!(dead.came().len(), 12);
        let path = format!("/v1/webhooks/{id}/deliveries");
        assert_eq!(
            server.get(&path).await.json()["deliveries"][0]["state"],
            "given_up"
        );
        world.advance(2 * 86_400);
        world.visitor().connect("alan").await;
        world.tell_webhooks().await;
        let view = server.get(&format!("/v1/webhooks/{id}")).await.json();
        assert_eq!(view["disabled_code"], "failing", "{view}");
        world.tell_webhooks().await;
        assert_eq!(alive.kinds(), ["webhook.disabled"]);
        assert_eq!(
            alive.came()[0].json()["data"],
            json!({ "webhook": id, "code": "failing" })
        );
    })
    .await;
}
