//! Hosted links: what is revoked, lost, late or killed between the visitor's yes and the integrator's.

use connect_outlook_tests::{
    Answering, Visitor,
    integrator::{HostedLink, Integrator},
};
use serde_json::json;

use crate::{
    place::Place,
    process::Process,
    story::{Story, story},
};

pub(crate) const STORIES: &[Story] = &[
    story!("F43", a_link_revoked_while_its_visitor_is_at_microsoft),
    story!("F43", a_key_revoked_while_its_visitor_is_at_microsoft),
    story!("F43", a_link_revoked_while_its_code_is_redeemed),
    story!("F68", a_confirmation_whose_answer_is_lost_is_sent_again),
    story!("F68", a_confirmation_sent_twice_at_once_redeems_once),
    story!("F68", a_refused_confirmation_stays_refused),
    story!("F69", a_confirmation_that_comes_too_late),
    story!("F23", killed_while_the_code_is_parked),
    story!("F22", killed_while_the_code_is_redeemed_for_a_link),
];

const USER: &str = "user-7";

/// Ada has agreed, and her visitor stands at the integrator's site with a completion code.
async fn parked(place: &Place<'_>, server: &Integrator<'_>) -> (HostedLink, Visitor, String) {
    let link = server.link(USER, &json!({})).await;
    let visitor = place.world.visitor();
    let code = come_back(server, &link, &visitor).await;
    (link, visitor, code)
}

async fn come_back(server: &Integrator<'_>, link: &HostedLink, visitor: &Visitor) -> String {
    let landing = visitor.follow_link(&link.url, Answering::Yes("ada")).await;
    server.completion_code(link, &landing)
}

/// The visitor begins again with the same link, and it ends well.
async fn begins_again(server: &Integrator<'_>, link: &HostedLink, visitor: &Visitor) {
    let code = come_back(server, link, visitor).await;
    let answer = server.confirm(link, &code, USER).await.json();
    assert_eq!(answer["status"], "connected", "{answer}");
}

async fn nothing_was_sent_or_kept(place: &Place<'_>) {
    assert_eq!(place.world.token_requests().len(), 0, "no token request");
    nothing_was_kept(place).await;
}

async fn nothing_was_kept(place: &Place<'_>) {
    for table in ["accounts", "grants", "data_keys", "sessions", "events"] {
        assert_eq!(place.world.rows(table).await, 0, "{table}");
    }
    let waiting = "select id from completions where sealed_code is not null";
    assert!(
        place.world.ask(waiting).await.is_empty(),
        "the code is dropped"
    );
}

/// The visitor comes back from Microsoft after `meanwhile`, to a page that says the link is over.
async fn comes_back_after(
    place: &Place<'_>,
    server: &Integrator<'_>,
    meanwhile: impl AsyncFnOnce(&HostedLink),
) {
    let link = server.link(USER, &json!({})).await;
    let visitor = place.world.visitor();
    let at_microsoft = visitor.begin_with_link(&link.url).await;
    meanwhile(&link).await;
    let landing = visitor
        .answer_until_back(at_microsoft, Answering::Yes("ada"))
        .await;
    let address = landing.url.as_str();
    assert!(
        address.ends_with("/v1/connect/problem?code=link_ended"),
        "{address}"
    );
    assert_eq!(landing.answer.status, 410);
    nothing_was_sent_or_kept(place).await;
}

async fn a_link_revoked_while_its_visitor_is_at_microsoft(place: &Place<'_>) -> usize {
    let server = Integrator::of(place.world).await;
    comes_back_after(place, &server, async |link| {
        assert_eq!(server.revoke(link).await.status, 204);
        assert_eq!(server.state(link).await["state"], "revoked");
    })
    .await;
    0
}

async fn a_key_revoked_while_its_visitor_is_at_microsoft(place: &Place<'_>) -> usize {
    let server = Integrator::of(place.world).await;
    comes_back_after(place, &server, async |_| server.lose_key().await).await;
    let other = Integrator::of(place.world).await;
    let (link, _, code) = parked(place, &other).await;
    let confirmed = other.confirm(&link, &code, USER).await.json();
    assert_eq!(
        confirmed["status"], "connected",
        "another key's links go on"
    );
    0
}

async fn a_link_revoked_while_its_code_is_redeemed(place: &Place<'_>) -> usize {
    let server = Integrator::of(place.world).await;
    let (link, _, code) = parked(place, &server).await;
    let held = place.hold_token_request();
    let confirming = confirming(&server, &link, &code);
    let revoking = async {
        held.until_it_waits().await;
        assert_eq!(server.revoke(&link).await.status, 204);
        held.let_go();
    };
    let (answer, ()) = tokio::join!(confirming, revoking);
    assert_eq!((answer.status, answer.code().as_str()), (200, "link_ended"));
    assert_eq!(place.world.token_requests().len(), 1);
    nothing_was_kept(place).await;
    0
}

async fn confirming(
    server: &Integrator<'_>,
    link: &HostedLink,
    code: &str,
) -> connect_outlook_tests::browser::Answer {
    server.confirm(link, code, USER).await
}

async fn a_confirmation_whose_answer_is_lost_is_sent_again(place: &Place<'_>) -> usize {
    let server = Integrator::of(place.world).await;
    let (link, _, code) = parked(place, &server).await;
    let held = place.hold_token_request();
    tokio::select! {
        _ = server.confirm(&link, &code, USER) => panic!("it waits for Microsoft"),
        // The connection breaks while the request is at Microsoft.
        () = held.until_it_waits() => {}
    }
    held.let_go();
    let first = server.confirm(&link, &code, USER).await.json();
    assert_eq!(first["status"], "connected", "{first}");
    for _ in 0..3 {
        assert_eq!(server.confirm(&link, &code, USER).await.json(), first);
    }
    assert_eq!(place.world.token_requests().len(), 1, "one token request");
    assert_eq!(place.world.events().await, ["account.connected"]);
    0
}

async fn a_confirmation_sent_twice_at_once_redeems_once(place: &Place<'_>) -> usize {
    let process = Process::start(place).await;
    let here = Integrator::of(place.world).await;
    let there = here.at(&process.url);
    let (link, _, code) = parked(place, &here).await;
    let (one, two, three, four) = tokio::join!(
        here.confirm(&link, &code, USER),
        there.confirm(&link, &code, USER),
        here.confirm(&link, &code, USER),
        there.confirm(&link, &code, USER),
    );
    for answer in [&one, &two, &three, &four] {
        assert_eq!(answer.json(), one.json(), "{}", answer.body);
        assert_eq!(answer.json()["status"], "connected");
    }
    assert_eq!(place.world.token_requests().len(), 1, "one token request");
    place.keep(process);
    0
}

async fn a_refused_confirmation_stays_refused(place: &Place<'_>) -> usize {
    let server = Integrator::of(place.world).await;
    let (link, visitor, code) = parked(place, &server).await;
    place.world.expire_client_secrets();
    let first = server.confirm(&link, &code, USER).await.json();
    assert_eq!(first["status"], "misconfigured", "{first}");
    place.world.renew_client_secrets();
    let again = server.confirm(&link, &code, USER).await.json();
    assert_eq!(again, first, "R39: that code is not sent again");
    assert_eq!(place.world.token_requests().len(), 1);
    // F16: a credential that was refused is not tried again at once.
    place.world.advance(61);
    begins_again(&server, &link, &visitor).await;
    0
}

async fn a_confirmation_that_comes_too_late(place: &Place<'_>) -> usize {
    let server = Integrator::of(place.world).await;
    let (link, visitor, code) = parked(place, &server).await;
    place.world.advance(121);
    for _ in 0..2 {
        let answer = server.confirm(&link, &code, USER).await;
        let refused = (answer.status, answer.code());
        assert_eq!(refused, (410, "completion_expired".to_owned()));
        let problem = answer.json();
        assert_eq!(
            (&problem["actor"], &problem["next"]),
            (&"visitor".into(), &"try_again".into())
        );
    }
    nothing_was_sent_or_kept(place).await;
    begins_again(&server, &link, &visitor).await;
    0
}

async fn killed_while_the_code_is_parked(place: &Place<'_>) -> usize {
    let mut process = Process::start(place).await;
    let server = Integrator::of(place.world).await.at(&process.url);
    let link = server.link(USER, &json!({})).await;
    let visitor = place.world.visitor().at(&process.url);
    let code = come_back(&server, &link, &visitor).await;
    process.kill().await;
    process.start_again(place).await;
    assert_eq!(server.state(&link).await["state"], "parked");
    let answer = server.confirm(&link, &code, USER).await.json();
    assert_eq!(answer["status"], "connected", "{answer}");
    assert_eq!(place.world.token_requests().len(), 1);
    place.keep(process);
    0
}

async fn killed_while_the_code_is_redeemed_for_a_link(place: &Place<'_>) -> usize {
    let mut process = Process::start(place).await;
    let server = Integrator::of(place.world).await.at(&process.url);
    let link = server.link(USER, &json!({})).await;
    let visitor = place.world.visitor().at(&process.url);
    let code = come_back(&server, &link, &visitor).await;
    let held = place.hold_token_request();
    let killing = async {
        held.until_it_waits().await;
        process.kill().await;
    };
    tokio::select! {
        biased;
        () = killing => {}
        _ = unanswered(&server, &link, &code) => panic!("it waits for Microsoft"),
    }
    held.let_go();
    process.start_again(place).await;
    let long_ago = "update completions set taken_at = taken_at - 200";
    assert_eq!(place.world.change(long_ago).await, 1);
    for _ in 0..2 {
        let again = server.confirm(&link, &code, USER).await.json();
        assert_eq!(
            (&again["status"], &again["code"]),
            (&"cancelled".into(), &"interrupted".into())
        );
    }
    // The one that was cut off has no answer, and stands on no record.
    assert_eq!(place.world.token_requests().len(), 0, "R39: none besides");
    nothing_was_kept(place).await;
    begins_again(&server, &link, &visitor).await;
    place.keep(process);
    0
}

/// A confirmation whose connection may break without an answer.
async fn unanswered(server: &Integrator<'_>, link: &HostedLink, code: &str) {
    let path = format!("/v1/links/{}/confirm", link.id);
    let request = server.request(reqwest::Method::POST, &path);
    let body = json!({"completion_code": code, "user": USER});
    let request = request.body("application/json", body.to_string());
    let sent = tokio::spawn(request.send());
    // Broken or not: the story goes on elsewhere.
    let _broken = sent.await;
    std::future::pending::<()>().await;
}
