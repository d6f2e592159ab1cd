//! The database is away: at the start, and for a while.

use connect_outlook_backend::vault::{KeyRing, Location, Vault};
use connect_outlook_tests::{
    Connected,
    browser::Answer,
    program::{Settings, run},
};
use serde_json::json;

use crate::{
    place::{INBOX, Place},
    process::Process,
    story::{Database, Story, story},
};

pub(crate) const STORIES: &[Story] = &[
    story!("F31", without_its_database_the_program_does_not_serve).apart(),
    story!("F32", while_the_database_is_away_nothing_is_promised).apart(),
];

/// PostgreSQL's server does not run; SQLite's file cannot be where it is said to be.
async fn without_its_database_the_program_does_not_serve(place: &Place<'_>) -> usize {
    let ada = place.world.visitor().connect("ada").await;
    let mut settings: Settings = place.world.told("http://localhost:1");
    settings.insert("listen", "127.0.0.1:0".to_owned());
    let sentence = match place.database {
        Database::Sqlite => {
            let file = place.vault_folder().join("vault.sqlite");
            settings.insert("database", format!("sqlite:{}/in-it", file.display()));
            "cannot be used"
        }
        Database::Postgres => {
            place.ground().stop();
            "cannot be opened"
        }
    };
    let refused = run(&settings, &["serve"]).await;
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.told.contains(sentence), "{}", refused.told);
    if place.database == Database::Postgres {
        place.ground().start_again();
    }
    let process = Process::start(place).await;
    let there = place.at(&ada, &process.url);
    assert_eq!(there.get(INBOX).await.status, 200);
    place.keep(process);
    0
}

/// SQLite's file is taken away beneath the program, or another is put in its place: what it wrote then would be gone with
/// it, and nobody would know.
async fn while_the_database_is_away_nothing_is_promised(place: &Place<'_>) -> usize {
    let ada = place.world.visitor().connect("ada").await;
    let held = take_away(place);
    let rounds = if held.is_some() { 2 } else { 1 };
    for round in 0..rounds {
        if let (1, Some((file, _))) = (round, &held) {
            std::fs::write(file, "").unwrap();
        }
        let answer = begin(&ada).await;
        let told = (answer.status, answer.code());
        assert_eq!(told, (503, "unavailable".to_owned()), "{round}");
        assert!(answer.header("retry-after").is_some());
        assert_eq!(place.world.ready().await.status, 503);
        assert_eq!(place.world.alive().await.status, 200);
        let session = ada.visitor.page().get("/v1/session").await;
        assert!([200, 503].contains(&session.status), "{}", session.body);
    }
    assert!(ada.visitor.session_handle().is_some(), "the cookie stays");
    match held {
        Some((file, aside)) => std::fs::rename(aside, file).unwrap(),
        None => place.ground().start_again(),
    }
    assert_eq!(begin(&ada).await.status, 201);
    assert_eq!(place.world.ready().await.status, 200);
    assert!(!ada.inbox().await.is_empty());
    // And whoever opens it anew finds all of it.
    let location: Location = place.world.vault().0.parse().unwrap();
    let keys = KeyRing::parse(place.world.vault().1).unwrap();
    let vault = Vault::open(&location, keys).await.unwrap();
    vault.close().await;
    0
}

async fn begin(ada: &Connected) -> Answer {
    let body = json!({
        "code_challenge": connect_outlook_tests::page::challenge("a-verifier"),
        "code_challenge_method": "S256",
    });
    ada.visitor.page().post("/v1/attempts", &body).await
}

/// Where SQLite's file was and is; PostgreSQL's server stops.
fn take_away(place: &Place<'_>) -> Option<(std::path::PathBuf, std::path::PathBuf)> {
    if place.database == Database::Postgres {
        place.ground().stop();
        return None;
    }
    let file = place.vault_folder().join("vault.sqlite");
    let aside = place.vault_folder().join("aside");
    std::fs::rename(&file, &aside).unwrap();
    Some((file, aside))
}
