//! `kill -9` of a real process that makes the tables, or wraps the data keys anew.

use connect_outlook_backend::vault::{KeyRing, Location, Vault};
use connect_outlook_tests::program::{Settings, run};
use connect_outlook_throwaway_postgres::new_schema;

use crate::{
    place::{INBOX, Place},
    process::{Process, killed_after},
    story::{Database, Story, story},
};

pub(crate) const STORIES: &[Story] = &[
    story!(
        "F24",
        killed_while_it_makes_the_tables_the_next_start_makes_them
    ),
    story!(
        "F25",
        killed_while_it_wraps_data_keys_everything_stays_readable
    ),
];

async fn killed_while_it_makes_the_tables_the_next_start_makes_them(place: &Place<'_>) -> usize {
    let folder = tempfile::tempdir().unwrap();
    for round in 0..3 {
        let address = match place.database {
            Database::Sqlite => format!("sqlite:{}/{round}.sqlite", folder.path().display()),
            Database::Postgres => new_schema().await.unwrap(),
        };
        let mut settings = place.world.told("http://localhost:1");
        settings.insert("database", address.clone());
        settings.insert("listen", "127.0.0.1:0".to_owned());
        for moments in (2..26).step_by(4) {
            killed_after(moments + round, &settings, &["serve"]).await;
        }
        let location: Location = address.parse().unwrap();
        let (_, key) = place.world.vault();
        let vault = Vault::open(&location, KeyRing::parse(key).unwrap());
        let vault = vault.await.expect("tables");
        let verified = vault.verify(|_| {}).await.expect("readable tables");
        assert_eq!(verified.failures, Vec::<String>::new());
        vault.close().await;
    }
    0
}

async fn killed_while_it_wraps_data_keys_everything_stays_readable(place: &Place<'_>) -> usize {
    let people = ["ada", "alan", "hedy"];
    let mut connected = Vec::new();
    for person in people {
        connected.push(place.world.visitor().connect(person).await);
    }
    let old = place.world.vault().1.to_owned();
    let new: String = old.chars().rev().collect();
    // Whoever is named first is what everything is wrapped under.
    let rings = [format!("{new}\n{old}"), format!("{old}\n{new}")];
    let serving = Process::start_with(place, Settings::from([("key", rings[1].clone())])).await;
    let mut settings = place.world.told("http://localhost:1");
    for moments in 2..14 {
        settings.insert("key", rings[moments as usize % 2].clone());
        killed_after(moments, &settings, &["vault", "rotate"]).await;
        for somebody in &connected {
            let there = place.at(somebody, &serving.url);
            assert_eq!(there.get(INBOX).await.status, 200, "after {moments}");
        }
    }
    for ring in rings {
        settings.insert("key", ring);
        let ended = run(&settings, &["vault", "rotate"]).await;
        assert_eq!(ended.code, Some(0), "{}", ended.told);
    }
    let under = place
        .world
        .ask("select distinct kek_id from data_keys")
        .await;
    assert_eq!(under.len(), 1, "all under one key");
    place.keep(serving);
    0
}
