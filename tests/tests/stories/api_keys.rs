//! Keys of the integrator's server, as an operator makes, names and revokes them, and the example of the page.

use connect_outlook_tests::{
    browser::{Answer, Request},
    canaries::{self, Secret},
    house,
    place::Place,
    program::{Serving, site},
};
use reqwest::Method;

/// The request for a link that the server's page shows.
fn shown_request() -> String {
    let page = house::read("backend/README.md");
    let mut blocks = page.split("```json\n").skip(1);
    let mut bodies = blocks.by_ref().filter_map(|rest| rest.split("```").next());
    let body = bodies.find(|text| text.contains("\"kind\""));
    body.expect("an example").to_owned()
}

async fn ask_for_link(place: &Place, key: &str) -> Answer {
    let url = site(&place.settings).join("/outlook/v1/links").unwrap();
    let request = Request::new(Method::POST, url).body("application/json", shown_request());
    let request = request.header("authorization", format!("Bearer {key}"));
    request.send().await
}

/// R66, L1, L8: shown once, hashed, at work at once, gone at once; in no file and in no log.
#[tokio::test]
async fn an_operator_makes_names_and_revokes_keys_while_the_server_serves() {
    let mut place = Place::new().await;
    let urls = "https://crm.example/outlook/done https://crm.example/outlook/failed";
    place.settings.insert("completion_urls", urls.to_owned());
    let serving = Serving::start(&place.settings).await;
    let said = place.good(&["api-keys", "new", "crm"]).await;
    let key = said.trim();
    assert!(
        key.starts_with("co_api_") && !key.contains(char::is_whitespace),
        "it alone"
    );
    let list = place.good(&["api-keys", "list"]).await;
    assert!(list.contains("crm") && !list.contains(key), "{list}");
    let id = list.split_whitespace().next().unwrap().to_owned();

    let answer = ask_for_link(&place, key).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    let link = answer.json();
    let list = place.good(&["api-keys", "list"]).await;
    assert!(!list.contains("first used -"), "{list}");

    place.good(&["api-keys", "revoke", &id]).await;
    assert_eq!(ask_for_link(&place, key).await.status, 401);
    let again = place.run(&["api-keys", "revoke", &id]).await;
    assert_eq!(again.code, Some(1), "{}", again.said);
    let empty = place.run(&["api-keys", "new", ""]).await;
    assert_eq!(empty.code, Some(1), "{}", empty.said);

    let url = link["url"].as_str().unwrap();
    let token = url.rsplit('/').next().unwrap();
    let secrets = [
        Secret::new("api_key", key),
        Secret::new("link_token", token),
    ];
    let log = serving.stop().await.join("\n");
    assert_eq!(canaries::hits(&secrets, log.as_bytes(), "the log"), [""; 0]);
    for entry in std::fs::read_dir(place.folder.path()).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        let found = canaries::hits(&secrets, &bytes, &path.display().to_string());
        assert_eq!(found, [""; 0]);
    }
}

/// R40: an operator makes a link by hand, sees where it stands, and ends it.
#[tokio::test]
async fn an_operator_makes_names_and_revokes_links_while_the_server_serves() {
    let mut place = Place::new().await;
    let done = connect_outlook_tests::integrator::done();
    place.settings.insert("completion_urls", done.clone());
    let serving = Serving::start(&place.settings).await;
    place.good(&["api-keys", "new", "crm"]).await;
    let keys = place.good(&["api-keys", "list"]).await;
    let key = keys.split_whitespace().next().unwrap();
    let wishes = [
        "--user",
        "7",
        "--success-url",
        &done,
        "--failure-url",
        &done,
    ];
    let new = [&["links", "new", "--key", key][..], &wishes].concat();
    let said = place.good(&new).await;
    let url: url::Url = said.trim().parse().unwrap();

    let visitor = place.visitor();
    let landing = visitor
        .follow_link(&url, connect_outlook_tests::Answering::Yes("ada"))
        .await;
    assert!(landing.url.as_str().starts_with(&done), "{}", landing.url);
    let list = place.good(&["links", "list"]).await;
    let listed: serde_json::Value = serde_json::from_str(list.trim()).unwrap();
    assert_eq!(listed["state"], "parked");
    assert!(!list.contains(url.path().rsplit('/').next().unwrap()));

    place
        .good(&["links", "revoke", listed["link"].as_str().unwrap()])
        .await;
    let list = place.good(&["links", "list", "--state", "revoked"]).await;
    assert_eq!(list.lines().count(), 1);
    let lost = [&["links", "new", "--key", "x"][..], &wishes].concat();
    // R59: nothing comes of a key that was revoked.
    place.good(&["api-keys", "revoke", key]).await;
    for wrong in [&lost[..], &["links", "revoke", "x"], &new] {
        assert_eq!(place.run(wrong).await.code, Some(1), "{wrong:?}");
    }
    serving.stop().await;
}

/// Whose administrators were asked, for who has no program to ask by.
#[tokio::test]
async fn an_operator_sees_whose_administrators_were_asked() {
    let place = Place::new().await;
    let serving = Serving::start(&place.settings).await;
    let said = place.good(&["api-keys", "new", "crm"]).await;
    let url = site(&place.settings)
        .join("/outlook/v1/consent-requests")
        .unwrap();
    let body = serde_json::json!({"tenant": "fabrikam.example"}).to_string();
    let request = Request::new(Method::POST, url).body("application/json", body);
    let request = request.header("authorization", format!("Bearer {}", said.trim()));
    assert_eq!(request.send().await.status, 201);

    let list = place.run(&["consent-requests", "list"]).await;
    assert_eq!(list.code, Some(3), "somebody has to act: {}", list.told);
    let listed: serde_json::Value = serde_json::from_str(list.said.trim()).unwrap();
    assert_eq!(
        (&listed["state"], &listed["domain"]),
        (&"requested".into(), &"fabrikam.example".into())
    );
    let table = place
        .run(&["consent-requests", "list", "--format", "table"])
        .await;
    assert!(table.said.contains("requested"), "{}", table.said);
    let none = place
        .good(&["consent-requests", "list", "--state", "granted"])
        .await;
    assert_eq!(none, "");
    serving.stop().await;
}
