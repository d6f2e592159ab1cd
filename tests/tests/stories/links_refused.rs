//! What a link and an API key are not good for.

use connect_outlook_tests::{
    Answering, Settings,
    browser::Request,
    integrator::{self, Integrator},
    story, story_with,
};
use reqwest::Method;
use serde_json::json;

/// R45, R73–R77: addresses are registered byte for byte.
#[tokio::test]
async fn only_registered_addresses_are_returned_to() {
    story(async |world| {
        let server = Integrator::of(world).await;
        let good = integrator::done();
        for bad in [
            format!("{good}&x=1"),
            format!("{good}#x"),
            good.replace("/done", "/done/"),
            good.replace("127.0.0.1", "127.1"),
            good.replace("http://", "http://us@"),
            good.replace("http://127.0.0.1", "http://127.0.0.1.evil.example"),
            "https://evil.example/".to_owned(),
            "//evil.example".to_owned(),
            "javascript:alert(1)".to_owned(),
            String::new(),
        ] {
            for field in ["success_url", "failure_url"] {
                let answer = server.ask_for_link("user-7", &json!({field: bad})).await;
                let refused = (answer.status, answer.code());
                assert_eq!(refused, (400, "bad_request".to_owned()), "{field}: {bad}");
            }
        }
        assert_eq!(world.rows("links").await, 0);
    })
    .await;
}

/// R10, R40, R67: nor anything else that is not in order.
#[tokio::test]
async fn a_request_for_a_link_is_read_strictly() {
    story(async |world| {
        let server = Integrator::of(world).await;
        let now = world.now();
        for (wrong, status) in [
            (json!({"scopes": ["Directory.Read.All"]}), 400),
            (json!({"scopes": []}), 400),
            (json!({"user": ""}), 400),
            (json!({"user": "a\u{0}b"}), 400),
            (json!({"user": "x".repeat(257)}), 400),
            (json!({"expires_at": now}), 400),
            (json!({"expires_at": now + 86_460}), 400),
            (json!({"kind": "adopt"}), 400),
            (
                json!({"account": "00000000-0000-4000-8000-000000000001"}),
                400,
            ),
            (json!({"kind": "reconnect"}), 400),
            (
                json!({"kind": "reconnect", "account": "00000000-0000-4000-8000-000000000001"}),
                404,
            ),
            (
                json!({"kind": "reconnect", "account": "ada@contoso.example"}),
                404,
            ),
            (json!({"login_hint": "ada@contoso.example"}), 400),
        ] {
            let answer = server.ask_for_link("user-7", &wrong).await;
            assert_eq!(answer.status, status, "{wrong}: {}", answer.body);
        }
        assert_eq!(world.rows("links").await, 0);
    })
    .await;
}

/// R40: a link lives an hour unless somebody asks otherwise, and a day at most.
#[tokio::test]
async fn a_link_ends_by_itself() {
    story(async |world| {
        let server = Integrator::of(world).await;
        let usual = server.link("user-7", &json!({})).await;
        let until = json!({"expires_at": world.now() + 86_400});
        let longer = server.link("user-7", &until).await;
        world.advance(3_600);
        assert_eq!(
            Request::new(Method::GET, usual.url.clone())
                .send()
                .await
                .status,
            410
        );
        assert_eq!(server.state(&usual).await["state"], "expired");
        assert_eq!(
            Request::new(Method::GET, longer.url.clone())
                .send()
                .await
                .status,
            200
        );
        assert_eq!(server.state(&longer).await["state"], "open");
    })
    .await;
}

/// D4
#[tokio::test]
async fn the_button_of_a_link_works_so_often() {
    let settings = Settings::standard().with("link_attempts", "2");
    story_with(settings, async |world| {
        let server = Integrator::of(world).await;
        let link = server.link("user-7", &json!({})).await;
        for _ in 0..2 {
            world
                .visitor()
                .follow_link(&link.url, Answering::TurnsBack)
                .await;
        }
        let refused = world.visitor().begin_with_link(&link.url).await;
        assert_eq!(refused.answer.status, 410);
        assert!(
            refused.answer.body.contains("started too often"),
            "{}",
            refused.answer.body
        );
    })
    .await;
}

/// R40, R43: a link that is over opens no page; whoever was back before can be confirmed still.
#[tokio::test]
async fn a_link_may_end_while_its_visitor_is_confirmed() {
    story(async |world| {
        let server = Integrator::of(world).await;
        let soon = json!({"expires_at": world.now() + 60});
        let link = server.link("user-7", &soon).await;
        let visitor = world.visitor();
        let landing = visitor.follow_link(&link.url, Answering::Yes("ada")).await;
        let code = server.completion_code(&link, &landing);
        world.advance(61);
        assert_eq!(server.state(&link).await["state"], "parked");
        let page = Request::new(Method::GET, link.url.clone()).send().await;
        assert_eq!(page.status, 410, "{}", page.body);
        let confirmed = server.confirm(&link, &code, "user-7").await.json();
        assert_eq!(confirmed["status"], "connected", "{confirmed}");
    })
    .await;
}

/// R30: an answer of another issuer is not parked.
#[tokio::test]
async fn an_answer_of_another_issuer_ends_the_visit() {
    story(async |world| {
        let server = Integrator::of(world).await;
        let link = server.link("user-7", &json!({})).await;
        let visitor = world.visitor();
        let at = visitor.begin_with_link(&link.url).await;
        let asked = |name: &str| {
            let mut found = at.url.query_pairs().filter(|(known, _)| known == name);
            found.next().unwrap().1.into_owned()
        };
        let mut forged: url::Url = asked("redirect_uri").parse().unwrap();
        forged
            .query_pairs_mut()
            .append_pair("code", "a-code")
            .append_pair("state", &asked("state"))
            .append_pair("iss", "https://evil.example/v2.0");
        let forged = Request::new(Method::GET, forged);
        let landing = visitor.browser().navigate(&at.url, forged).await;
        let address = landing.url.as_str();
        assert!(
            address.contains("problem?code=issuer_mismatch"),
            "{address}"
        );
        assert_eq!(world.rows("completions").await, 0);
        assert_eq!(server.state(&link).await["state"], "open");
    })
    .await;
}

/// R45, F43: the operator has taken the address off the list, or the integrator has revoked the link, while the visitor was
/// away: nobody is sent there any more.
#[tokio::test]
async fn a_visitor_is_sent_to_no_address_that_is_not_good_any_more() {
    story(async |world| {
        let server = Integrator::of(world).await;
        let other = Settings::standard().with("completion_urls", "https://crm.example/done");
        let there = world.another_process_with(&other).await;
        for answering in [Answering::Yes("ada"), Answering::TurnsBack] {
            let mut moved = server.link("user-7", &json!({})).await.url;
            moved.set_port(there.port()).unwrap();
            let visitor = world.visitor().at(&there);
            let landing = visitor.follow_link(&moved, answering).await;
            let address = landing.url.as_str();
            assert!(address.contains("problem?code=link_ended"), "{address}");

            let revoked = server.link("user-7", &json!({})).await;
            let visitor = world.visitor();
            let at_microsoft = visitor.begin_with_link(&revoked.url).await;
            server.revoke(&revoked).await;
            let landing = visitor.answer_until_back(at_microsoft, answering).await;
            let address = landing.url.as_str();
            assert!(address.contains("problem?code=link_ended"), "{address}");
        }
        assert_eq!(world.token_requests().len(), 0);
    })
    .await;
}

/// R23: what one registration brought back no other redeems.
#[tokio::test]
async fn a_code_of_another_registration_is_not_redeemed() {
    story(async |world| {
        let server = Integrator::of(world).await;
        let link = server.link("user-7", &json!({})).await;
        let visitor = world.visitor();
        let landing = visitor.follow_link(&link.url, Answering::Yes("ada")).await;
        let code = server.completion_code(&link, &landing);
        let other = "11111111-2222-4333-8444-555555555555";
        let other = world.settings().clone().with("client_id", other);
        let there = server.at(&world.another_process_with(&other).await);
        let refused = there.confirm(&link, &code, "user-7").await.json();
        assert_eq!(refused["code"], "interrupted", "{refused}");
        assert_eq!(world.token_requests().len(), 0);
    })
    .await;
}

/// R22: whoever copies the address of the callback out of somebody's browser gains nothing.
#[tokio::test]
async fn a_callback_of_a_link_belongs_to_the_browser_that_began() {
    story(async |world| {
        let server = Integrator::of(world).await;
        let link = server.link("user-7", &json!({})).await;
        let (one, other) = (world.visitor(), world.visitor());
        let at_microsoft = one.begin_with_link(&link.url).await;
        let landing = other
            .answer_until_back(at_microsoft, Answering::Yes("ada"))
            .await;
        let address = landing.url.as_str();
        assert!(
            address.contains("/v1/connect/problem?code=attempt_not_yours"),
            "{address}"
        );
        assert_eq!(server.state(&link).await["state"], "open");
    })
    .await;
}

/// R65, R66, R68, R71: one key, in one place, beside no cookie.
#[tokio::test]
async fn an_api_key_counts_in_its_place_only() {
    story(async |world| {
        let server = Integrator::of(world).await;
        let ada = world.visitor().connect("ada").await;
        let handle = ada.visitor.session_handle().unwrap();
        let cookie = format!("__Host-connect-outlook-session={handle}");
        let both = server
            .request(Method::GET, "/v1/accounts")
            .header("cookie", &cookie);
        let both = both.send().await;
        assert_eq!(
            (both.status, both.code().as_str()),
            (400, "two_credentials")
        );

        let bare = || {
            server
                .request(Method::GET, "/v1/accounts")
                .without("authorization")
        };
        let key = &server.key;
        let mut in_the_address = bare();
        in_the_address.url.set_query(Some(&format!("key={key}")));
        for request in [
            bare(),
            bare().header("cookie", &cookie),
            bare().header("authorization", key),
            bare().header("authorization", format!("Basic {key}")),
            bare().header("authorization", format!("Bearer  {key}")),
            bare().header("authorization", format!("Bearer {}", &key[..key.len() - 1])),
            bare().header("authorization", format!("Bearer {key}A")),
            bare().header("authorization", format!("Bearer {handle}")),
            bare().header("authorization", "Bearer %"),
            bare()
                .header("authorization", format!("Bearer {key}"))
                .header("authorization", format!("Bearer {key}")),
            in_the_address,
        ] {
            let answer = request.clone().send().await;
            let refused = (answer.status, answer.code());
            assert_eq!(refused, (401, "no_api_key".to_owned()), "{request:?}");
        }
        let as_handle = ada.visitor.page().request(Method::GET, "/v1/session");
        let as_handle = as_handle.header("authorization", format!("Bearer {key}"));
        let answer = as_handle
            .header("sec-fetch-site", "same-origin")
            .send()
            .await;
        assert_eq!(
            answer.status, 204,
            "R65: a route for pages does not look at it"
        );
        for unknown in [
            "/v1/accounts/x",
            "/v1/links/00000000-0000-4000-8000-000000000001",
        ] {
            assert_eq!(server.get(unknown).await.status, 404);
        }
        assert_eq!(server.get("/v1/accounts?cursor=x").await.status, 400);
        assert_eq!(server.get("/v1/accounts").await.status, 200);
        server.lose_key().await;
        assert_eq!(server.get("/v1/accounts").await.code(), "no_api_key");
    })
    .await;
}
