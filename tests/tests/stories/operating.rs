//! What operators do with the program itself, while people use their mailboxes.

use std::{fs, path::Path};

use connect_outlook_tests::{
    Connected,
    place::{Place, write_private},
    program::Serving,
};
use connect_outlook_throwaway_postgres::new_schema;

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
    write_private(&key, &before);
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

/// R72: an operator signs out whoever uses an account, then everybody, while the server serves; mailboxes stay connected. What
/// the server remembers of it is judged after its next start, so that nobody has to wait until it has heard.
#[tokio::test]
async fn an_operator_signs_people_out() {
    let place = Place::new().await;
    let serving = Serving::start(&place.settings).await;
    let ada = place.visitor().connect("ada").await;
    let grace = place.visitor().connect("grace").await;
    let said = place
        .good(&["sessions", "end", "--account", ada.id()])
        .await;
    assert!(said.starts_with("Ended 1 sessions."), "{said}");
    serving.stop().await;
    let serving = Serving::start(&place.settings).await;
    let ask = async |who: &Connected| who.visitor.page().get("/v1/session").await.status;
    assert_eq!((ask(&ada).await, ask(&grace).await), (401, 200));
    place.good(&["sessions", "end", "--all"]).await;
    serving.stop().await;
    let serving = Serving::start(&place.settings).await;
    assert_eq!(ask(&grace).await, 401);
    let listed = place.good(&["accounts", "list"]).await;
    assert_eq!(listed.matches("\"connected\"").count(), 2, "{listed}");
    let nobody = "00000000-0000-4000-8000-000000000001";
    let ended = place.run(&["sessions", "end", "--account", nobody]).await;
    assert_eq!(ended.code, Some(1), "a mistyped id: {}", ended.said);
    let ended = place.run(&["sessions", "end", "--account", "nobody"]).await;
    assert_eq!(ended.code, Some(1));
    assert_eq!(place.run(&["sessions", "end"]).await.code, Some(2));
    serving.stop().await;
}
