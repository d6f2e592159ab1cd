//! Hosted links: the integrator's server asks for one, its visitor follows it, and nothing is connected before the
//! integrator has said whose visitor that was.

use connect_outlook_tests::{
    Answering, World, evidence,
    integrator::{self, HostedLink, Integrator, told},
    story,
};
use reqwest::Method;
use serde_json::{Value, json};

/// The visitor goes all the way; what came of the confirmation.
async fn connected(
    world: &World,
    server: &Integrator<'_>,
    link: &HostedLink,
    person: &str,
) -> Value {
    let visitor = world.visitor();
    let landing = visitor.follow_link(&link.url, Answering::Yes(person)).await;
    let code = server.completion_code(link, &landing);
    let answer = server.confirm(link, &code, "user-7").await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()
}

/// R39, R43: the code goes to Microsoft when the integrator confirms, and not before.
#[tokio::test]
async fn a_mailbox_is_connected_by_a_link_once_the_integrator_confirms() {
    story(async |world| {
        let server = Integrator::of(world).await;
        let link = server.link("user-7", &json!({})).await;
        assert_eq!(server.state(&link).await["state"], "open");
        let visitor = world.visitor();
        let landing = visitor.follow_link(&link.url, Answering::Yes("ada")).await;
        let code = server.completion_code(&link, &landing);
        assert!(
            landing.url.as_str().starts_with(&integrator::done()),
            "its own query stays"
        );
        assert_eq!(world.token_requests().len(), 0, "parked");
        assert_eq!(world.rows("accounts").await, 0);
        let state = server.state(&link).await;
        assert_eq!(state["state"], "parked");
        assert!(
            state["confirm_by"].as_i64().unwrap() <= world.now() + 120,
            "R44"
        );

        let confirmed = server.confirm(&link, &code, "user-7").await.json();
        assert_eq!(confirmed["status"], "connected", "{confirmed}");
        let account = &confirmed["account"];
        assert_eq!(account["address"], "ada@contoso.example");
        assert_eq!(account["state"], "connected");
        let scopes = account["scopes"].as_array().unwrap();
        assert!(scopes.contains(&"Mail.Read".into()), "{account}");
        assert_eq!(world.token_requests().len(), 1);
        assert_eq!(
            visitor.session_handle(),
            None,
            "the integrator's server has it"
        );

        let state = server.state(&link).await;
        assert_eq!(
            (&state["state"], &state["account"]),
            (&"connected".into(), &account["id"])
        );
        let all = server.get("/v1/accounts").await.json();
        assert_eq!(all["accounts"], json!([account]));
        let id = account["id"].as_str().unwrap();
        let one = server.get(&format!("/v1/accounts/{id}")).await.json();
        assert_eq!(&one, account);
    })
    .await;
}

/// R16, R33, R38: as in the server-driven way, the verifier is the server's own; it waits with the code.
#[tokio::test]
async fn the_parked_code_is_redeemed_with_the_verifier_that_waited_beside_it() {
    story(async |world| {
        let server = Integrator::of(world).await;
        let link = server
            .link("user-7", &json!({"scopes": ["Mail.Read"]}))
            .await;
        connected(world, &server, &link, "ada").await;
        let asked = evidence::authorize_query(&world.exchanges());
        let [redemption] = world.token_requests().try_into().unwrap();
        let verifier = redemption.field("code_verifier");
        assert_eq!(
            asked["code_challenge"],
            connect_outlook_tests::page::challenge(verifier)
        );
        assert_eq!(redemption.field("redirect_uri"), asked["redirect_uri"]);
        assert!(
            !asked["scope"].contains("Mail.Send"),
            "R10: {}",
            asked["scope"]
        );
    })
    .await;
}

/// The threat that confirming is for: whoever made the link gets nothing of whoever follows it.
#[tokio::test]
async fn a_link_that_was_sent_to_a_victim_connects_nothing() {
    story(async |world| {
        let server = Integrator::of(world).await;
        let link = server.link("mallory", &json!({})).await;
        let victim = world.visitor();
        let landing = victim.follow_link(&link.url, Answering::Yes("ada")).await;
        let code = server.completion_code(&link, &landing);

        // The integrator looks at its own session: it is Ada's.
        let refused = server.confirm(&link, &code, "ada").await;
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (403, "completion_mismatch")
        );
        // R44: even Mallory's own name does not help any more.
        let refused = server.confirm(&link, &code, "mallory").await;
        assert_ne!(refused.status, 200, "{}", refused.body);
        for table in ["accounts", "grants", "sessions", "events"] {
            assert_eq!(world.rows(table).await, 0, "{table}");
        }
        assert_eq!(world.token_requests().len(), 0, "the code never left");
        assert_eq!(server.state(&link).await["state"], "open");
    })
    .await;
}

/// R41, R27: mail scanners open links, and browsers look ahead.
#[tokio::test]
async fn looking_at_a_link_a_hundred_times_changes_nothing() {
    story(async |world| {
        let server = Integrator::of(world).await;
        let link = server.link("user-7", &json!({})).await;
        let browser = world.visitor();
        let attempts = world.rows("attempts").await;
        for look in 0..100 {
            let method = if look % 5 == 4 {
                Method::HEAD
            } else {
                Method::GET
            };
            let request = connect_outlook_tests::browser::Request::new(method, link.url.clone())
                .header("sec-purpose", "prefetch");
            let answer = browser.browser().send(request, true, true).await;
            assert!([200, 429].contains(&answer.status), "{}", answer.status);
            assert_eq!(answer.header("set-cookie"), None);
            assert_eq!(
                answer.header("location"),
                None,
                "R42: it leads nowhere by itself"
            );
            world.advance(2);
        }
        assert_eq!(world.rows("attempts").await, attempts);
        let account = connected(world, &server, &link, "ada").await;
        assert_eq!(account["status"], "connected");
    })
    .await;
}

/// R42, R166: who asks, for what and for whom; nothing that anybody wrote is markup.
#[tokio::test]
async fn the_page_of_a_link_says_who_asks_and_for_what() {
    let settings =
        connect_outlook_tests::Settings::standard().with("site_name", "Tom & <b>Jerry</b> CRM");
    connect_outlook_tests::story_with(settings, async |world| {
        let server = Integrator::of(world).await;
        let link = server.link("user-7", &json!({})).await;
        let request = connect_outlook_tests::browser::Request::new(Method::GET, link.url.clone());
        let answer = request.send().await;
        for said in [
            "Tom &amp; &lt;b&gt;Jerry&lt;/b&gt; CRM",
            "127.0.0.1",
            "read your mail",
            "noindex",
        ] {
            assert!(answer.body.contains(said), "{said}: {}", answer.body);
        }
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let policy = answer.header("content-security-policy").unwrap();
        let origin = integrator::site().origin().ascii_serialization();
        let forms = policy
            .split(';')
            .find(|part| part.contains("form-action"))
            .unwrap();
        assert!(
            forms.contains(&origin),
            "a visitor who is signed in is not asked: {forms}"
        );
        assert!(!policy.contains("frame-ancestors *"));
    })
    .await;
}

/// R48: the id stays, and nobody else can take it over.
#[tokio::test]
async fn a_link_that_reconnects_keeps_the_account_and_refuses_somebody_else() {
    story(async |world| {
        let server = Integrator::of(world).await;
        let link = server.link("user-7", &json!({})).await;
        let account = connected(world, &server, &link, "ada").await["account"].clone();
        let again = json!({"kind": "reconnect", "account": account["id"]});

        let link = server.link("user-7", &again).await;
        let other = connected(world, &server, &link, "alan").await;
        assert_eq!(
            (&other["status"], &other["code"]),
            (&"cancelled".into(), &"other_account".into())
        );
        assert_eq!(
            world.rows("accounts").await,
            1,
            "nothing of theirs was kept"
        );
        assert_eq!(server.state(&link).await["state"], "open");

        let same = connected(world, &server, &link, "ada").await;
        assert_eq!(same["account"]["id"], account["id"]);
        let asked = world.exchanges();
        let hinted = |query: &str| query.contains("login_hint=ada%40contoso.example");
        assert!(
            asked.iter().any(|exchange| hinted(&exchange.query)),
            "her name is filled in"
        );
        assert_eq!(
            world.events().await,
            ["account.connected", "account.reconnected"]
        );
    })
    .await;
}

/// R31: why not, in words of closed sets, at the integrator's own address; the visitor may begin again.
#[tokio::test]
async fn who_turns_back_comes_to_the_other_address_and_may_begin_again() {
    story(async |world| {
        let server = Integrator::of(world).await;
        let link = server.link("user-7", &json!({})).await;
        let visitor = world.visitor();
        for answering in [
            Answering::TurnsBack,
            Answering::Declines("ada"),
            Answering::Returns("katherine"),
        ] {
            let landing = world.visitor().follow_link(&link.url, answering).await;
            assert!(
                landing.url.as_str().starts_with(&integrator::failed()),
                "{}",
                landing.url
            );
            let told = told(&landing);
            assert_eq!(
                told[0],
                ("connect_outlook_link".to_owned(), link.id.clone())
            );
            assert_eq!(told[1].0, "connect_outlook");
            assert!(told[1].1.starts_with("cancelled."), "{told:?}");
            assert_eq!(told.len(), 2);
        }
        let landing = visitor.follow_link(&link.url, Answering::Yes("ada")).await;
        let code = server.completion_code(&link, &landing);
        let confirmed = server.confirm(&link, &code, "user-7").await.json();
        assert_eq!(confirmed["status"], "connected");
    })
    .await;
}

/// R40: one connection; afterwards the page says that it is over.
#[tokio::test]
async fn a_link_is_good_for_one_connection() {
    story(async |world| {
        let server = Integrator::of(world).await;
        let link = server.link("user-7", &json!({})).await;
        connected(world, &server, &link, "ada").await;
        for method in [Method::GET, Method::POST] {
            let request = connect_outlook_tests::browser::Request::new(method, link.url.clone())
                .header("sec-fetch-site", "same-origin");
            let answer = request.send().await;
            assert_eq!(answer.status, 410, "{}", answer.body);
            assert!(
                answer.body.contains("This link was used"),
                "{}",
                answer.body
            );
        }
    })
    .await;
}
