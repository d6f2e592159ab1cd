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
