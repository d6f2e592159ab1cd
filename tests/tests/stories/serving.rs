//! What supervisors and watchers see of the program, and how it ends.

use connect_outlook_tests::{
    browser::{Request, client},
    page::{challenge, verifier},
    place::Place,
    program::{Serving, site},
    receiver::Receiver,
};
use reqwest::Method;
use serde_json::json;
use url::Url;

/// R176: what is counted has a listener of its own, and the site's does not know it.
#[tokio::test]
async fn what_is_counted_can_be_read_on_a_listener_of_its_own() {
    let mut place = Place::new().await;
    place.settings.extend([
        ("metrics_listen", "127.0.0.1:0".to_owned()),
        ("client_secret_expires", "2999-01-01".to_owned()),
    ]);
    let serving = Serving::start(&place.settings).await;
    let metrics = serving.seen("metrics at /metrics")["address"].clone();
    let ada = place.visitor().connect("ada").await;
    place.still_reads_after_a_refresh(&ada).await;
    let address = format!("http://{}/metrics", metrics.as_str().unwrap());
    let answer = Request::new(Method::GET, address.parse().unwrap())
        .send()
        .await;
    assert_eq!(answer.status, 200);
    let text = answer.as_text();
    for line in [
        "connect_outlook_token_requests_total{grant=\"authorization_code\",result=\"ok\"} 1",
        "connect_outlook_token_requests_total{grant=\"refresh_token\",result=\"ok\"} 1",
        "connect_outlook_copies_asked_total{of=\"session\",result=\"miss\"}",
        "connect_outlook_copies_asked_total{of=\"token\",result=\"miss\"}",
        "connect_outlook_copies{of=\"token\"}",
        "connect_outlook_credential_end_timestamp_seconds{credential=\"secret that ends at 32472144000\"} 32472144000",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    for secret in [ada.id(), &place.settings["client_secret"], "ada@"] {
        assert!(!text.contains(secret), "L11: {secret}\n{text}");
    }
    let inside = ada.visitor.page().get("/metrics").await;
    assert_eq!(inside.status, 404);
    serving.stop().await;
}

/// R180: signals are heard from the moment at which it says that it serves; before, either of these was its end.
#[tokio::test]
async fn who_says_that_it_serves_hears_signals() {
    let place = Place::new().await;
    for _ in 0..5 {
        let serving = Serving::start(&place.settings).await;
        serving.signal("HUP").await;
        serving.stop().await;
    }
}

/// R78, R148: a proxy that the environment names, and at which nobody is, is not asked: tokens and letters go to Microsoft
/// alone, events to the receiver.
#[tokio::test]
async fn a_proxy_of_the_environment_is_not_used() {
    let mut place = Place::new().await;
    place.settings.insert("insecure_webhooks", "on".to_owned());
    let nobody = "http://127.0.0.1:1";
    let names = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"];
    let lower = ["http_proxy", "https_proxy", "all_proxy"];
    let all = names.iter().chain(&lower);
    let environment: Vec<_> = all.map(|name| (*name, nobody)).collect();
    let mut serving = Serving::start_in(&place.settings, &environment).await;
    let receiver = Receiver::start().await;
    place.good(&["webhooks", "new", &receiver.url]).await;
    let ada = place.visitor().connect("ada").await;
    assert_eq!(serving.until("webhook tried").await["result"], "delivered");
    place.still_reads_after_a_refresh(&ada).await;
    serving.stop().await;
}

/// F65, R180: a stop under load: everybody who is answered is answered whole, and what was acknowledged is there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_under_load_loses_nothing_that_was_acknowledged() {
    let place = Place::new().await;
    let serving = Serving::start(&place.settings).await;
    let attempts = site(&place.settings).join("/outlook/v1/attempts").unwrap();
    let callers: Vec<_> = (0..24)
        .map(|_| tokio::spawn(begin_until_refused(attempts.clone())))
        .collect();
    place.until_attempts(5).await;
    serving.stop().await;
    let mut acknowledged = 0;
    for caller in callers {
        acknowledged += caller.await.unwrap();
    }
    let kept = place.count("select count(*) from attempts").await;
    assert!(acknowledged >= 5, "{acknowledged}");
    assert!(kept >= acknowledged, "{kept} of {acknowledged} are there");
    place.good(&["vault", "verify"]).await;
}

/// Begins one attempt after the other until nobody answers; how many were acknowledged. Whoever is told to slow down
/// goes on asking. An answer that is cut off panics.
async fn begin_until_refused(attempts: Url) -> i64 {
    let mut acknowledged = 0;
    loop {
        let body =
            json!({"code_challenge": challenge(&verifier()), "code_challenge_method": "S256"});
        let request = client()
            .post(attempts.clone())
            .header("x-connect-outlook", "1")
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "application/json")
            .body(body.to_string());
        let Ok(answer) = request.send().await else {
            return acknowledged;
        };
        let status = answer.status().as_u16();
        answer.bytes().await.expect("a whole answer");
        assert!([201, 429].contains(&status), "{status}");
        acknowledged += i64::from(status == 201);
    }
}
