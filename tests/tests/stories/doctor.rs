//! What an operator is told before the first visitor comes: `doctor` and `explain`, by the real program.

use std::process::Stdio;

use connect_outlook_emulator::world::{Application, Audience, Platform};
use connect_outlook_tests::{
    Answering,
    browser::Request,
    place::Place,
    program::{Ended, Serving, connect_outlook, run, site},
};
use reqwest::Method;
use serde_json::Value;
use tokio::io::AsyncWriteExt as _;

fn lines(ended: &Ended) -> Vec<Value> {
    let read = |line: &str| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"));
    ended.said.lines().map(read).collect()
}

/// What is not as it should be: what was looked at, its code, who mends it, Microsoft's number.
fn faults(ended: &Ended) -> Vec<(String, String, String, Option<u64>)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let bad = lines(ended)
        .into_iter()
        .filter(|found| found["verdict"] == "bad");
    bad.map(|found| {
        (
            text(&found["check"]),
            text(&found["code"]),
            text(&found["actor"]),
            found["aadsts"].as_u64(),
        )
    })
    .collect()
}

fn change(place: &Place, change: impl FnOnce(&mut Application)) {
    let state = place.emulator.state();
    state.change_world(|world| change(&mut world.applications[0]));
}

async fn examined(place: &Place, arguments: &[&str]) -> Ended {
    let ended = place.run(&[&["doctor"], arguments].concat()).await;
    let expected = if faults(&ended).is_empty() { 0 } else { 3 };
    assert_eq!(ended.code, Some(expected), "{}{}", ended.said, ended.told);
    ended
}

/// Nothing is wrong: nobody has to act, and no visitor was needed. Nothing of the credential is shown.
#[tokio::test]
async fn a_deployment_in_order_has_no_fault() {
    let place = Place::new().await;
    let serving = Serving::start(&place.settings).await;
    let ended = examined(&place, &[]).await;
    assert_eq!(faults(&ended), [], "{}", ended.said);
    let good: Vec<_> = lines(&ended)
        .iter()
        .filter(|found| found["verdict"] == "good")
        .map(|found| found["check"].as_str().unwrap().to_owned())
        .collect();
    let looked_at = [
        "settings",
        "vault",
        "public_url",
        "tenant",
        "clock",
        "graph_host",
        "client",
        "credential",
        "redirect_uri",
        "server_redirect_uri",
    ];
    assert_eq!(good, looked_at, "{}", ended.said);
    assert!(!ended.said.contains(&place.settings["client_secret"]));
    let people = place.run(&["doctor", "--format", "table"]).await;
    assert!(people.said.starts_with("ok "), "{}", people.said);
    serving.stop().await;
}

/// Each misregistration by its own name, with Microsoft's number and who mends it.
#[tokio::test]
async fn a_misregistration_is_named_without_a_visitor() {
    let mut place = Place::new().await;
    let one = |check: &str, code: &str, actor: &str, number: u64| {
        vec![(
            check.to_owned(),
            code.to_owned(),
            actor.to_owned(),
            Some(number),
        )]
    };
    let kept = place.emulator.state().world().applications[0].clone();

    change(&place, |app| {
        app.secrets[0].value = "emulated~another".to_owned();
    });
    let found = faults(&examined(&place, &[]).await);
    assert_eq!(
        found,
        one("credential", "secret_wrong", "operator", 7_000_215)
    );

    change(&place, |app| {
        *app = Application {
            secrets: kept.secrets.clone(),
            ..app.clone()
        }
    });
    change(&place, |app| app.secrets[0].expires_at = 1);
    let found = faults(&examined(&place, &[]).await);
    assert_eq!(
        found,
        one("credential", "secret_expired", "operator", 7_000_222)
    );

    change(&place, |app| *app = kept.clone());
    change(&place, |app| app.fallback_public = true);
    let found = faults(&examined(&place, &[]).await);
    assert_eq!(
        found,
        one("credential", "registered_as_public", "developer", 700_025)
    );

    change(&place, |app| *app = kept.clone());
    change(&place, |app| {
        app.redirect_uris
            .retain(|uri| !uri.uri.ends_with("/v1/callback"));
    });
    let found = faults(&examined(&place, &[]).await);
    let missing = one(
        "server_redirect_uri",
        "redirect_uri_unknown",
        "developer",
        50_011,
    );
    assert_eq!(found, missing);

    change(&place, |app| *app = kept.clone());
    change(&place, |app| app.audience = Audience::SingleTenant);
    let found = faults(&examined(&place, &[]).await);
    assert_eq!(found[0].3, Some(50_194), "{found:?}");

    change(&place, |app| *app = kept);
    place.settings.insert("tenant", "nobody.example".to_owned());
    let found = faults(&examined(&place, &[]).await);
    assert_eq!(found, one("tenant", "tenant_unknown", "developer", 90_002));

    place.settings.remove("tenant");
    let unknown = "00000000-0000-4000-8000-000000000000".to_owned();
    place.settings.insert("client_id", unknown);
    let found = faults(&examined(&place, &[]).await);
    assert_eq!(
        found,
        one("client", "app_unknown_in_tenant", "developer", 700_016)
    );
}

/// The platform of a redirect URI shows from outside only to an app that may read its own registration.
#[tokio::test]
async fn the_platform_is_compared_where_the_app_may_read_itself() {
    let place = Place::new().await;
    let unseen = examined(&place, &[]).await;
    assert!(unseen.said.contains("platform_unseen"), "{}", unseen.said);

    change(&place, |app| {
        app.application_permissions = vec!["Application.Read.All".to_owned()];
    });
    let serving = Serving::start(&place.settings).await;
    let grace = place.visitor();
    let redirect = &place.settings["redirect_uri"];
    let consent = format!(
        "{}/contoso.example/adminconsent?client_id={}&redirect_uri={redirect}&state=s",
        place.emulator.state().origin,
        place.settings["client_id"],
    );
    let request = Request::new(Method::GET, consent.parse().unwrap());
    let asked = grace
        .browser()
        .navigate(&site(&place.settings), request)
        .await;
    grace
        .answer_until_back(asked, Answering::Yes("grace"))
        .await;
    serving.stop().await;

    let own = ["--tenant", "contoso.example"];
    let seen = examined(&place, &own).await;
    assert_eq!(faults(&seen), [], "{}", seen.said);
    assert!(!seen.said.contains("platform_unseen"), "{}", seen.said);

    change(&place, |app| {
        app.redirect_uris
            .iter_mut()
            .for_each(|uri| uri.platform = Platform::Spa);
    });
    let found = faults(&examined(&place, &own).await);
    let codes: Vec<_> = found.iter().map(|found| found.1.as_str()).collect();
    assert_eq!(codes, ["registered_as_spa", "registered_as_spa"]);

    change(&place, |app| {
        app.redirect_uris
            .iter_mut()
            .for_each(|uri| uri.platform = Platform::Public);
    });
    let found = faults(&examined(&place, &own).await);
    let codes: Vec<_> = found.iter().map(|found| found.1.as_str()).collect();
    assert_eq!(codes, ["registered_as_public", "registered_as_public"]);
}

/// What is wrong on our side: no way to Microsoft, a vault of another key, another server at the site's address.
#[tokio::test]
async fn what_is_wrong_here_is_named_too() {
    let place = Place::new().await;
    let serving = Serving::start(&place.settings).await;
    serving.stop().await;
    place.good(&["keys", "new", &place.path("another")]).await;
    let mut wrong = place.settings.clone();
    wrong.insert("key_file", place.path("another"));
    wrong.insert("insecure_entra_origin", "http://127.0.0.1:1".to_owned());
    wrong.insert("public_url", place.emulator.state().origin.clone());
    wrong.remove("redirect_uri");
    let ended = run(&wrong, &["doctor"]).await;
    assert_eq!(ended.code, Some(3), "{}{}", ended.said, ended.told);
    let codes: Vec<_> = faults(&ended).into_iter().map(|found| found.1).collect();
    assert_eq!(codes, ["not_passed_on", "not_reached"], "{}", ended.said);

    wrong.insert("platform", "desktop".to_owned());
    let ended = run(&wrong, &["doctor"]).await;
    assert_eq!(ended.code, Some(1));
    assert!(ended.told.contains("platform"), "{}", ended.told);
}

/// By number, by a whole text, on standard input; nothing that is pasted is repeated.
#[tokio::test]
async fn an_error_is_explained_however_it_is_pasted() {
    let nothing = Default::default();
    let explain = async |words: &[&str]| run(&nothing, &[&["explain"], words].concat()).await;
    for words in [
        &["AADSTS50011"][..],
        &["50011"],
        &[
            "AADSTS50011:",
            "The",
            "redirect",
            "URI",
            "'https://secret.example'",
            "…",
        ],
        &[
            "https://app.example/cb?error=invalid_request&error_description=AADSTS50011%3a+secret&state=secret",
        ],
    ] {
        let ended = explain(words).await;
        assert_eq!(ended.code, Some(0), "{}", ended.told);
        let [found] = lines(&ended).try_into().unwrap();
        assert_eq!(
            (
                found["code"].as_str(),
                found["actor"].as_str(),
                found["next"].as_str()
            ),
            (
                Some("redirect_uri_unknown"),
                Some("developer"),
                Some("fix_registration")
            )
        );
        assert!(!ended.said.contains("secret"), "{}", ended.said);
    }
    let people = explain(&["--format", "table", "AADSTS7000222"]).await;
    assert!(
        people.said.contains("whoever runs this server"),
        "{}",
        people.said
    );
    let unknown = explain(&["invalid_client: AADSTS7999999"]).await;
    assert_eq!(unknown.code, Some(3), "to be looked up: {}", unknown.said);
    assert_eq!(lines(&unknown)[0]["class"], "misconfigured");
    let all = explain(&["--list"]).await;
    assert!(lines(&all).len() > 50);
    let code = explain(&["https://app.example/cb#code=0.AX&state=s"]).await;
    assert!(
        code.code == Some(1) && code.told.contains("secret"),
        "{}",
        code.told
    );

    let mut command = connect_outlook(&nothing).await;
    command
        .arg("explain")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut process = command.spawn().unwrap();
    let mut input = process.stdin.take().unwrap();
    input
        .write_all(b"{\"error\":\"invalid_grant\",\"error_codes\":[50173]}")
        .await
        .unwrap();
    drop(input);
    let output = process.wait_with_output().await.unwrap();
    assert!(output.status.success());
    assert!(
        String::from_utf8(output.stdout)
            .unwrap()
            .contains("grant_revoked")
    );
}
