//! Connecting where no script runs: a link, a button, Microsoft's pages, and back.

use connect_outlook_tests::{Answering, Connected, evidence, page, story};

#[tokio::test]
async fn ada_connects_without_script_and_reads_her_inbox() {
    story(async |world| {
        let visitor = world.visitor();
        let landing = visitor
            .connect_without_script("return_to=/inbox%3Fpage=2", Answering::Yes("ada"))
            .await;
        let address = format!("{}?{}", landing.url.path(), landing.url.query().unwrap());
        assert_eq!(address, "/inbox?page=2&connect_outlook=connected");
        let session = visitor.page().get("/v1/session").await.json();
        let account = session["accounts"][0].clone();
        assert_eq!(account["address"], "ada@contoso.example");
        let ada = Connected { visitor, account };
        assert!(ada.inbox().await.len() >= 10);
    })
    .await;
}

/// R16, R32, R38: the code comes in the query of one redirect; verifier and challenge are the server's own, and belong
/// together.
#[tokio::test]
async fn the_server_makes_the_verifier_and_keeps_it() {
    story(async |world| {
        let visitor = world.visitor();
        visitor
            .connect_without_script("", Answering::Yes("ada"))
            .await;
        let asked = evidence::authorize_query(&world.exchanges());
        assert_eq!(asked["response_mode"], "query");
        let [redemption] = world.token_requests().try_into().unwrap();
        let verifier = redemption.field("code_verifier");
        assert_eq!(asked["code_challenge"], page::challenge(verifier));
        assert_eq!(redemption.field("redirect_uri"), asked["redirect_uri"]);
        let seen = visitor.browser().seen().join("\n");
        for secret in [verifier, redemption.field("code")] {
            assert!(!seen.contains(secret), "no page ever stood beside it");
        }
    })
    .await;
}

#[tokio::test]
async fn every_no_is_told_in_the_address() {
    story(async |world| {
        for (answering, begins) in [
            (Answering::TurnsBack, "connect_outlook=cancelled."),
            (Answering::Declines("ada"), "connect_outlook=cancelled."),
            (
                Answering::Returns("katherine"),
                "connect_outlook=cancelled.",
            ),
        ] {
            let visitor = world.visitor();
            let landing = visitor.connect_without_script("", answering).await;
            let query = landing.url.query().unwrap_or_default();
            assert!(query.starts_with(begins), "{answering:?}: {query}");
            assert_eq!(visitor.session_handle(), None);
        }
    })
    .await;
}

/// R37: each sign-in gives a new handle, and what was connected stays connected.
#[tokio::test]
async fn somebody_connected_who_connects_again_has_a_new_handle_and_keeps_the_mailbox() {
    story(async |world| {
        let ada = world.visitor().connect("ada").await;
        let old = ada.visitor.session_handle();
        let link = "return_to=/";
        ada.visitor
            .connect_without_script(link, Answering::Yes("ada"))
            .await;
        assert_ne!(ada.visitor.session_handle(), old);
        assert!(!ada.inbox().await.is_empty());
    })
    .await;
}
