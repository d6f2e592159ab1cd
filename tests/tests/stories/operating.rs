//! What operators do with the program itself, while people use their mailboxes.

use std::{fs, path::Path};

use connect_outlook_tests::{
    browser::{Request, client},
    evidence,
    page::{challenge, verifier},
    place::Place,
    program::{Serving, site},
};
use connect_outlook_throwaway_postgres::new_schema;
use reqwest::Method;
use serde_json::json;
use url::Url;

/// From SQLite to PostgreSQL and back: sealed on the way, and the visitor goes on reading with the same cookie.
#[tokio::test]
async fn a_vault_moves_to_postgresql_and_back_and_nobody_notices() {
    let mut place = Place::new().await;
    let serving = Serving::start(&place.settings).await;
    let ada = place.visitor().connect("ada").await;
    assert!(!ada.inbox().await.is_empty());
    serving.stop().await;
    let (there, back) = (place.path("there.export"), place.path("back.export"));
    let said = place.good(&["vault", "export", &there]).await;
    assert!(
        said.starts_with("Wrote ") && said.contains(&there),
        "{said}"
    );
    place.search();

    let sqlite = place.settings["database"].clone();
    place
        .settings
        .insert("database", new_schema().await.unwrap());
    place.good(&["vault", "import", &there]).await;
    let said = place.good(&["vault", "verify"]).await;
    assert!(said.starts_with("All is well: 1 accounts"), "{said}");
    let serving = Serving::start(&place.settings).await;
    assert!(!ada.inbox().await.is_empty());
    place.still_reads_after_a_refresh(&ada).await;
    place.good(&["vault", "export", &back]).await;
    serving.stop().await;

    fs::rename(place.path("vault.sqlite"), place.path("vault.before")).unwrap();
    place.settings.insert("database", sqlite);
    place.good(&["vault", "import", &back]).await;
    place.good(&["vault", "verify"]).await;
    let serving = Serving::start(&place.settings).await;
    place.still_reads_after_a_refresh(&ada).await;
    let log = serving.stop().await;
    assert!(log.iter().all(|line| !line.contains("ERROR")), "{log:#?}");
    place.search();
}

/// R120, F49: a new key while serving: taken up by itself, everything brought under it, the old one taken out, and
/// somebody reads mail all the time.
#[tokio::test]
async fn a_key_is_replaced_while_people_read_their_mail() {
    let place = Place::new().await;
    let mut serving = Serving::start(&place.settings).await;
    let ada = place.visitor().connect("ada").await;
    let key = place.path("key");
    place.good(&["keys", "add", &key]).await;
    serving.signal("HUP").await;
    serving
        .until("keys and client credentials read again")
        .await;
    assert!(!ada.inbox().await.is_empty());
    let said = place.good(&["vault", "rotate"]).await;
    assert!(said.contains("Wrapped 1 data keys"), "{said}");
    assert!(said.contains("nothing depends on it"), "{said}");
    place.still_reads_after_a_refresh(&ada).await;

    let newest = fs::read_to_string(&key)
        .unwrap()
        .lines()
        .next()
        .unwrap()
        .to_owned();
    fs::write(&key, newest).unwrap();
    serving.signal("HUP").await;
    serving
        .until("keys and client credentials read again")
        .await;
    assert_eq!(place.good(&["keys", "list", &key]).await.lines().count(), 1);
    place.still_reads_after_a_refresh(&ada).await;
    place.good(&["vault", "verify"]).await;
    serving.stop().await;
    let serving = Serving::start(&place.settings).await;
    assert!(!ada.inbox().await.is_empty());
    serving.stop().await;
}

/// F49: the process that knows only the old key meets the new one and reads its file, without being told.
#[tokio::test]
async fn a_server_that_was_not_told_of_a_new_key_finds_it() {
    let place = Place::new().await;
    let serving = Serving::start(&place.settings).await;
    let ada = place.visitor().connect("ada").await;
    place.good(&["keys", "add", &place.path("key")]).await;
    place.good(&["vault", "rotate"]).await;
    place.still_reads_after_a_refresh(&ada).await;
    serving.stop().await;
}

/// F50: a running server goes on, whatever becomes of its key file; a new start refuses.
#[tokio::test]
async fn a_key_file_that_is_gone_or_broken_stops_the_next_start_and_nothing_else() {
    let place = Place::new().await;
    let mut serving = Serving::start(&place.settings).await;
    let ada = place.visitor().connect("ada").await;
    let key = place.path("key");
    let before = fs::read(&key).unwrap();
    for broken in [Some(&b""[..]), Some(b"half a ke"), None] {
        match broken {
            Some(text) => fs::write(&key, text).unwrap(),
            None => fs::remove_file(&key).unwrap(),
        }
        serving.signal("HUP").await;
        let told = "the changed settings cannot be used; those before stay";
        serving.until(told).await;
        assert!(!ada.inbox().await.is_empty(), "{broken:?}");
        let refused = place.run(&["serve"]).await;
        assert_eq!(refused.code, Some(1), "{broken:?}");
        assert!(refused.told.contains("setting `key`"), "{}", refused.told);
    }
    private(&key, &before);
    serving.signal("HUP").await;
    serving
        .until("keys and client credentials read again")
        .await;
    serving.stop().await;
}

/// What cannot be done is one sentence and an exit code, and changes nothing.
#[tokio::test]
async fn what_cannot_be_done_is_one_sentence() {
    let mut place = Place::new().await;
    let export = place.path("vault.export");
    let refused = async |place: &Place, arguments: &[&str], sentence: &str| {
        let ended = place.run(arguments).await;
        assert_eq!(ended.code, Some(1), "{arguments:?}: {ended:?}");
        assert!(
            ended.told.contains(sentence),
            "{arguments:?}: {}",
            ended.told
        );
        assert_eq!(ended.told.trim_end().lines().count(), 1, "{}", ended.told);
        assert_eq!(ended.said, "");
    };
    for command in [
        &["vault", "verify"][..],
        &["vault", "rotate"],
        &["vault", "export", &export],
    ] {
        refused(&place, command, "there is no vault at").await;
    }
    assert!(
        !Path::new(&place.path("vault.sqlite")).exists(),
        "and none was made"
    );
    let serving = Serving::start(&place.settings).await;
    place.visitor().connect("ada").await;
    place.good(&["vault", "export", &export]).await;
    refused(&place, &["vault", "export", &export], "cannot be written").await;
    refused(&place, &["vault", "import", &export], "not empty").await;
    refused(
        &place,
        &["vault", "import", &place.path("key")],
        "no export",
    )
    .await;
    serving.stop().await;
    refused(
        &place,
        &["keys", "new", &place.path("key")],
        "cannot be used",
    )
    .await;
    place
        .settings
        .insert("database", "sqlite::memory:".to_owned());
    refused(&place, &["vault", "verify"], "a vault in memory").await;
    let usage = place.run(&["vault", "wash"]).await;
    assert_eq!(usage.code, Some(2), "{usage:?}");
}

/// R119, F51: what does not open is named, is exit code 3, and everybody else's stays readable.
#[tokio::test]
async fn a_damaged_row_is_found_and_named() {
    let place = Place::new().await;
    let serving = Serving::start(&place.settings).await;
    let ada = place.visitor().connect("ada").await;
    let alan = place.visitor().connect("alan").await;
    damage(&place.path("vault.sqlite"), alan.id()).await;
    let ended = place.run(&["vault", "verify"]).await;
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert!(
        ended.told.contains(alan.id()) && !ended.told.contains(ada.id()),
        "{}",
        ended.told
    );
    assert!(!ada.inbox().await.is_empty());
    serving.stop().await;
}

/// entra.md §4.1: Microsoft takes the assertion that the certificate's key signed, for the code and for every refresh.
#[tokio::test]
async fn a_certificate_proves_who_asks() {
    let mut place = Place::new().await;
    let world = place.emulator.state().world();
    let mut apps = world.applications.iter();
    let ledger = apps.find(|app| !app.certificates.is_empty()).unwrap();
    let registered = &ledger.certificates[0];
    let key = registered.private_key.clone().unwrap();
    let pem = place.path("client.pem");
    private(
        &pem,
        format!("{}\n{key}", registered.certificate).as_bytes(),
    );
    let callback = format!("{}/ledger-callback", place.settings["public_url"]);
    place.settings.remove("client_secret");
    place.settings.extend([
        ("client_id", ledger.client_id.as_str().to_owned()),
        ("client_certificate_file", pem),
        ("redirect_uri", callback),
    ]);
    let serving = Serving::start(&place.settings).await;
    let ada = place.visitor().connect("ada").await;
    place.still_reads_after_a_refresh(&ada).await;
    let requests = evidence::token_requests(&place.emulator.state().exchanges.after(0));
    assert_eq!(requests.len(), 2);
    for request in &requests {
        assert_eq!(request.exchange.status, 200);
        assert!(!request.form.contains_key("client_secret"));
    }
    assert_eq!(
        requests[0].field("client_assertion"),
        requests[1].field("client_assertion"),
        "signed once for both"
    );
    let log = serving.stop().await;
    let assertion = requests[0].field("client_assertion");
    assert!(log.iter().all(|line| !line.contains(assertion)));
    place.search();
}

/// The new secret stands beside the old one before that ends; the server takes the file up by itself.
#[tokio::test]
async fn a_secret_is_exchanged_while_people_read_their_mail() {
    let mut place = Place::new().await;
    let file = place.path("client-secret");
    let old = place.settings.remove("client_secret").unwrap();
    private(&file, old.as_bytes());
    place.settings.insert("client_secret_file", file.clone());
    let mut serving = Serving::start(&place.settings).await;
    let ada = place.visitor().connect("ada").await;

    let new = "emulated~Secret-that-comes-after-the-other";
    private(&file, format!("{old}\n{new}\n").as_bytes());
    serving.signal("HUP").await;
    serving
        .until("keys and client credentials read again")
        .await;
    place.still_reads_after_a_refresh(&ada).await;
    let state = place.emulator.state();
    state.change_world(|world| {
        let secrets = world
            .applications
            .iter_mut()
            .flat_map(|app| &mut app.secrets);
        let changed = secrets.filter(|secret| secret.value == old);
        assert_eq!(
            changed.map(|secret| secret.value = new.to_owned()).count(),
            1
        );
    });
    place.still_reads_after_a_refresh(&ada).await;
    let used = evidence::token_requests(&state.exchanges.after(0));
    let used: Vec<_> = used
        .iter()
        .map(|request| request.field("client_secret"))
        .collect();
    assert_eq!(used, [&old, &old, &old, new]);
    let session = ada.visitor.page().get("/v1/session").await.json();
    assert_eq!(session["accounts"][0]["state"], "connected");
    serving.stop().await;
}

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

async fn damage(file: &str, account: &str) {
    use sqlx::Connection as _;
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file);
    let mut connection = sqlx::SqliteConnection::connect_with(&options)
        .await
        .unwrap();
    let damaged = sqlx::query(
        "update grants set sealed_refresh_token = sealed_access_token where account_id = $1",
    )
    .bind(account)
    .execute(&mut connection)
    .await
    .unwrap();
    assert_eq!(damaged.rows_affected(), 1);
    connection.close().await.unwrap();
}

/// Writes a file that only its owner may read.
fn private(path: &str, text: &[u8]) {
    use std::{io::Write as _, os::unix::fs::OpenOptionsExt as _};
    let mut options = fs::OpenOptions::new();
    let mut file = options
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
        .unwrap();
    file.write_all(text).unwrap();
}
