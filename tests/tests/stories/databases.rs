//! The database under the program: away, locked, shared, and reached by an encrypted way.

use connect_outlook_tests::{
    Visitor,
    browser::{Answer, Request},
    place::Place,
    program::{Serving, Settings, run, site},
};
use connect_outlook_throwaway_postgres::{OwnServer, PASSWORD, new_schema};
use reqwest::Method;
use sqlx::{Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};

async fn health(settings: &Settings, path: &str) -> Answer {
    let url = site(settings).join(&format!("/outlook/{path}")).unwrap();
    Request::new(Method::GET, url).send().await
}

/// F31 to F33: what needs the database says so in time, nobody is taken for a stranger, the process lives, and all is
/// well again without a restart.
#[tokio::test]
async fn an_outage_of_postgresql_ends_when_it_ends() {
    let mut server = OwnServer::start().unwrap();
    let mut place = Place::new().await;
    place.settings.insert("database", server.address());
    let serving = Serving::start(&place.settings).await;
    let ada = place.visitor().connect("ada").await;
    assert_eq!(health(&place.settings, "readyz").await.status, 200);

    server.stop().unwrap();
    for path in ["/v1/session", &format!("/v1/accounts/{}/folders", ada.id())] {
        let answer = ada.visitor.page().get(path).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (503, "unavailable"),
            "{path}"
        );
        assert!(answer.header("retry-after").is_some());
    }
    assert!(ada.visitor.session_handle().is_some(), "the cookie stays");
    let ready = health(&place.settings, "readyz").await;
    assert_eq!((ready.status, ready.code().as_str()), (503, "unavailable"));
    assert_eq!(health(&place.settings, "livez").await.status, 200);
    let mut elsewhere = place.settings.clone();
    elsewhere.insert("listen", "127.0.0.1:0".to_owned());
    let refused = run(&elsewhere, &["serve"]).await;
    assert_eq!(refused.code, Some(1), "F31: {refused:?}");
    assert!(
        refused.told.contains("cannot be opened"),
        "{}",
        refused.told
    );

    server.start_again().unwrap();
    assert!(!ada.inbox().await.is_empty());
    assert_eq!(health(&place.settings, "readyz").await.status, 200);
    place.still_reads_after_a_refresh(&ada).await;
    serving.stop().await;
}

/// Replicas come and go; whoever has a session has it at each of them.
#[tokio::test]
async fn replicas_on_one_database_join_and_leave_at_any_time() {
    let mut place = Place::new().await;
    place
        .settings
        .insert("database", new_schema().await.unwrap());
    let first = Serving::start(&place.settings).await;
    let ada = place.visitor().connect("ada").await;
    let mut beside = place.settings.clone();
    beside.insert("listen", "127.0.0.1:0".to_owned());
    let second = Serving::start(&beside).await;
    let at_second = second.seen("serving")["address"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(
        inbox_at(&ada.visitor, &at_second, ada.id()).await.status,
        200
    );
    first.stop().await;
    assert_eq!(
        inbox_at(&ada.visitor, &at_second, ada.id()).await.status,
        200
    );
    place.emulator.clock().advance(7_200);
    assert_eq!(
        inbox_at(&ada.visitor, &at_second, ada.id()).await.status,
        200
    );
    let first = Serving::start(&place.settings).await;
    assert!(
        !ada.inbox().await.is_empty(),
        "with the tokens that the other brought"
    );
    second.signal("KILL").await;
    place.still_reads_after_a_refresh(&ada).await;
    first.stop().await;
}

/// As the site's web server would pass the visitor's request on to another process.
async fn inbox_at(visitor: &Visitor, address: &str, account: &str) -> Answer {
    let handle = visitor.session_handle().unwrap();
    let url = format!("http://{address}/outlook/v1/accounts/{account}/messages?folder=inbox");
    Request::new(Method::GET, url.parse().unwrap())
        .header(
            "cookie",
            format!("{}={handle}", connect_outlook_tests::SESSION_COOKIE),
        )
        .header("x-connect-outlook", "1")
        .header("sec-fetch-site", "same-origin")
        .send()
        .await
}

/// R126: encrypted to the server that its authority vouches for, and to nobody else; and the password stays where it is.
#[tokio::test]
async fn the_way_to_postgresql_is_encrypted_and_verified_or_not_gone() {
    let server = OwnServer::start().unwrap();
    let mut place = Place::new().await;
    let verified = |authority: &std::path::Path| {
        let address = server.address_by_port();
        format!(
            "{address}?sslmode=verify-full&sslrootcert={}",
            authority.display()
        )
    };
    place
        .settings
        .insert("database", verified(&server.authority()));
    let serving = Serving::start(&place.settings).await;
    let ada = place.visitor().connect("ada").await;
    assert!(!ada.inbox().await.is_empty());
    let log = serving.stop().await.join("\n");
    assert!(!log.contains(PASSWORD), "{log}");

    let plain = server.address_by_port();
    for (address, sentence) in [
        (verified(&server.stranger()), "encrypted and verified"),
        (
            verified(&server.authority().with_file_name("nowhere.pem")),
            "No such file",
        ),
        (plain.replace(PASSWORD, "hunter2-is-wrong"), "password"),
        (
            plain.replace("localhost", "nobody.invalid"),
            "cannot be opened",
        ),
        (plain.replace("postgres://", "postgre://"), "`database`"),
        (format!("{plain}?sslmode=hunter2"), "not understood"),
        (
            plain.replace("/postgres", "/no_such_database"),
            "cannot be opened",
        ),
    ] {
        place.settings.insert("database", address);
        for arguments in [&["serve"][..], &["vault", "verify"]] {
            let refused = run(&place.settings, arguments).await;
            assert_eq!(refused.code, Some(1), "{sentence}: {refused:?}");
            assert!(
                refused.told.contains(sentence),
                "{sentence}: {}",
                refused.told
            );
            assert!(!format!("{refused:?}").contains("hunter2"), "{refused:?}");
        }
    }
}

/// F27: somebody else writes for a moment: whoever waits gets through, and whoever reads does not wait.
#[tokio::test]
async fn a_short_lock_on_sqlite_is_waited_out() {
    let place = Place::new().await;
    let serving = Serving::start(&place.settings).await;
    let ada = place.visitor().connect("ada").await;
    let mut other = locked(&place).await;
    let grace = place.visitor();
    let waiting =
        tokio::spawn(async move { grace.page().start_attempt(&serde_json::json!({})).await });
    for _ in 0..3 {
        assert!(!ada.inbox().await.is_empty());
    }
    sqlx::raw_sql("rollback").execute(&mut other).await.unwrap();
    assert!(!waiting.await.unwrap().field("state").is_empty());
    serving.stop().await;
}

/// F28: a lock that does not end: 503 after five seconds, and all is well when it has ended.
#[tokio::test]
async fn a_long_lock_on_sqlite_is_told_in_time() {
    let place = Place::new().await;
    let serving = Serving::start(&place.settings).await;
    let ada = place.visitor().connect("ada").await;
    let mut other = locked(&place).await;
    let body = serde_json::json!({
        "code_challenge": connect_outlook_tests::page::challenge("a-verifier"),
        "code_challenge_method": "S256",
    });
    let answer = ada.visitor.page().post("/v1/attempts", &body).await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (503, "unavailable")
    );
    assert!(!ada.inbox().await.is_empty(), "reading goes on");
    sqlx::raw_sql("rollback").execute(&mut other).await.unwrap();
    let answer = ada.visitor.page().post("/v1/attempts", &body).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    serving.stop().await;
}

/// Somebody who holds the right to write.
async fn locked(place: &Place) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(place.path("vault.sqlite"));
    let mut other = SqliteConnection::connect_with(&options).await.unwrap();
    sqlx::raw_sql("begin immediate")
        .execute(&mut other)
        .await
        .unwrap();
    other
}
