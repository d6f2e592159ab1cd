//! Moving house: everything goes along, from any engine to any other, and nobody notices.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use sqlx::{AssertSqlSafe, Row as _};

use super::world::{KEY, LIMITS, NOW, World, attempt, grant, polled_at_most, verifier};
use super::{consent_requests, links, webhooks};
use crate::vault::accounts::Finding;
use crate::vault::attempts::{AttemptKind, NewAttempt, Proof};
use crate::vault::id::{
    AccountId, BrowserDigest, HandleDigest, KeyDigest, LetterDigest, OwnerId, StateDigest,
};
use crate::vault::refreshes::{BeginRefresh, LEASE_LIFE};
use crate::vault::sendings::BeginSending;
use crate::vault::transfer::TABLES;
use crate::vault::{ImportError, KeyRing, Location, Progress, Vault};

on_every_engine![
    every_table_and_column_is_known,
    a_vault_moves_through_every_engine_unchanged,
    nobody_notices_a_move,
    a_vault_in_use_is_exported_as_it_was_at_one_moment,
    an_import_is_all_or_nothing,
    an_import_does_not_mix,
];

/// Everything there can be, in every table.
async fn furnish(world: &World) -> AccountId {
    let ada = world.connect("ada", &grant("1")).await.id;
    world.connect("ada", &grant("2")).await;
    let grace = world.connect("grace", &grant("1")).await.id;
    let claims = Some("{\"a\":\"ä\"}".to_owned());
    let finding = Finding::NeedsUser {
        code: "sign_in_again".to_owned(),
        claims,
    };
    world.mark(grace, world.version(grace).await, finding).await;
    let gone = world.connect("gone", &grant("1")).await.id;
    world.vault.disconnect(gone, NOW).await.unwrap();
    let (first, both) = (HandleDigest::of("first"), HandleDigest::of("both"));
    let vault = &world.vault;
    vault.open_session(first, ada, LIMITS, NOW).await.unwrap();
    vault
        .replace_session(first, both, grace, LIMITS, NOW)
        .await
        .unwrap();
    let began = NewAttempt {
        proof: Proof::Server(verifier("a")),
        ..attempt("a", "browser")
    };
    vault.begin_attempt(&began, NOW).await.unwrap();
    let link = links::link(world, "token").await;
    links::park(world, link, "parked").await;
    let webhook = webhooks::rotated(world, "crm").await;
    webhooks::take(world, webhook).await.unwrap().unwrap();
    consent_requests::ask(world, "token", NOW).await;
    let seen = world.version(ada).await;
    let owner = OwnerId::new().unwrap();
    let begun = vault.begin_refresh(ada, seen, owner, 0).await.unwrap();
    assert!(matches!(begun, BeginRefresh::Lead(_)));
    vault.announce_end("secret 1", NOW, 0, NOW).await.unwrap();
    assert!(vault.take_duty("sweeping", owner, 0, 60).await.unwrap());
    let (key, letter) = (KeyDigest::of("key"), LetterDigest::of("letter"));
    let begun = vault.begin_sending(ada, key, letter, NOW).await.unwrap();
    assert!(matches!(begun, BeginSending::Yours(_)));
    ada
}

async fn export(vault: &Vault) -> Vec<u8> {
    let mut file = Vec::new();
    vault.export(&mut file, |_| ()).await.unwrap();
    file
}

async fn import(vault: &Vault, file: &[u8]) -> Result<u64, ImportError> {
    vault.import(file, |_| ()).await
}

async fn empty(location: &Location) -> Vault {
    Vault::open(location, KeyRing::parse(KEY).unwrap())
        .await
        .unwrap()
}

/// Every row of every table, as text.
async fn contents(vault: &Vault) -> BTreeMap<&'static str, BTreeSet<String>> {
    let mut contents = BTreeMap::new();
    for table in TABLES {
        let columns: Vec<_> = table
            .columns
            .iter()
            .map(|(name, _)| format!("coalesce(cast({name} as text), 'null')"))
            .collect();
        let all = format!(
            "select {} from {}",
            columns.join(" || ' | ' || "),
            table.name
        );
        let rows = sqlx::query(AssertSqlSafe(all))
            .fetch_all(vault.database.reader())
            .await
            .unwrap();
        contents.insert(table.name, rows.iter().map(|row| row.get(0)).collect());
    }
    contents
}

/// A migration that adds a table or a column has to tell it here.
async fn every_table_and_column_is_known(world: &World) {
    let question = match &world.location {
        Location::Postgres(_) => {
            "select cast(table_name as text), cast(column_name as text), cast(data_type as text)
             from information_schema.columns
             where table_schema = current_schema"
        }
        _ => {
            "select m.name, c.name, lower(c.type)
             from sqlite_master m
             join pragma_table_info(m.name) c
             where m.type = 'table'"
        }
    };
    let rows = sqlx::query(question)
        .fetch_all(world.vault.database.reader())
        .await
        .unwrap();
    let there: BTreeSet<[String; 3]> = rows
        .iter()
        .map(|row| [0, 1, 2].map(|index| row.get::<String, _>(index)))
        .filter(|[table, ..]| table != "migrations")
        .collect();
    let known = TABLES.iter().flat_map(|table| {
        table.columns.iter().map(|(column, kind)| {
            let kind = match format!("{kind:?}").as_str() {
                "Text" => "text",
                _ => "bigint",
            };
            [table.name, column, kind].map(str::to_owned)
        })
    });
    assert_eq!(known.collect::<BTreeSet<_>>(), there);
}

/// SQLite to PostgreSQL and back: not a byte of a row differs.
async fn a_vault_moves_through_every_engine_unchanged(world: &World) {
    furnish(world).await;
    let before = contents(&world.vault).await;
    assert!(before.values().all(|rows| !rows.is_empty()), "{before:?}");
    let mut file = export(&world.vault).await;
    let stations = [
        World::on_postgres().await,
        World::in_a_file().await,
        World::in_memory().await,
    ];
    for station in stations {
        let rows = import(&station.vault, &file).await.unwrap();
        assert_eq!(contents(&station.vault).await, before);
        assert_eq!(
            rows,
            before.values().map(BTreeSet::len).sum::<usize>() as u64
        );
        assert!(station.vault.verify(|_| ()).await.unwrap().is_good());
        file = export(&station.vault).await;
    }
}

/// Sessions, attempts, tokens and what was under way go on where they stood.
async fn nobody_notices_a_move(world: &World) {
    let ada = furnish(world).await;
    let tokens = world.vault.tokens(ada, NOW).await.unwrap().unwrap();
    let account = world.vault.account(ada).await.unwrap();
    let session = world
        .vault
        .find_session(HandleDigest::of("both"), NOW)
        .await;
    let events = world.vault.events_after(ada, 0, 10).await.unwrap();
    let there = empty(&world.elsewhere().await).await;
    import(&there, &export(&world.vault).await).await.unwrap();

    let moved = there.tokens(ada, NOW).await.unwrap().unwrap();
    assert_eq!(moved.access_token, tokens.access_token);
    assert_eq!(moved.refresh_token, tokens.refresh_token);
    assert_eq!(moved.previous_refresh_token, tokens.previous_refresh_token);
    assert_eq!(there.account(ada).await.unwrap(), account);
    let found = there.find_session(HandleDigest::of("both"), NOW).await;
    assert_eq!(found.unwrap(), session.unwrap());
    assert_eq!(there.events_after(ada, 0, 10).await.unwrap(), events);
    let (state, browser) = (StateDigest::of("state-a"), BrowserDigest::of("browser"));
    let taken = there
        .take_attempt(state, browser, AttemptKind::Connect, NOW)
        .await;
    assert_eq!(taken.unwrap().proof, Proof::Server(verifier("a")));

    // R86: what the old house had begun is taken up in the new one.
    let open = there.open_intents(LEASE_LIFE, 10).await.unwrap();
    assert_eq!(open.len(), 1);
    let owner = OwnerId::new().unwrap();
    let begun = there
        .begin_refresh(ada, moved.version, owner, LEASE_LIFE)
        .await;
    let Ok(BeginRefresh::Lead(lease)) = begun else {
        panic!("{begun:?}")
    };
    assert_eq!(lease.unanswered(), 1);
}

/// 620 accounts are two pages of four tables; all the while others connect.
async fn a_vault_in_use_is_exported_as_it_was_at_one_moment(world: &World) {
    for number in 0..620 {
        world.connect(&number.to_string(), &grant("1")).await;
    }
    let busy = async {
        for number in 0..60 {
            world.connect(&format!("9{number}"), &grant("2")).await;
            world
                .connect(&format!("{}", number * 10), &grant("2"))
                .await;
        }
    };
    let (mut file, mut told) = (Vec::new(), Vec::new());
    let exporting = world.vault.export(&mut file, |step| told.push(step));
    let (rows, ()) = tokio::join!(exporting, busy);
    let rows = rows.unwrap();
    assert!(
        told.windows(2).all(|two| two[0].done < two[1].done),
        "{told:?}"
    );
    assert_eq!(
        told.last(),
        Some(&Progress {
            done: rows,
            total: rows
        })
    );

    let there = empty(&world.elsewhere().await).await;
    told.clear();
    let imported = there.import(file.as_slice(), |step| told.push(step)).await;
    assert_eq!(imported.unwrap(), rows);
    assert_eq!(
        told.last(),
        Some(&Progress {
            done: rows,
            total: rows
        })
    );
    let verified = there.verify(|_| ()).await.unwrap();
    assert!(verified.is_good(), "{verified:?}");
    assert!(verified.accounts >= 620);
}

/// Stopped anywhere, there is nothing, or everything if the stop fell into the commit.
async fn an_import_is_all_or_nothing(world: &World) {
    furnish(world).await;
    let whole = contents(&world.vault).await;
    let file = export(&world.vault).await;
    let there = empty(&world.elsewhere().await).await;
    for patience in 0..400 {
        let importing = there.import(file.as_slice(), |_| ());
        let ended = polled_at_most(patience, importing).await;
        let now = contents(&there).await;
        if now == whole {
            return;
        }
        let nothing = now.values().all(BTreeSet::is_empty);
        assert!(nothing && !ended, "stopped after {patience} steps: {now:?}");
    }
    panic!("it never came to its end");
}

async fn an_import_does_not_mix(world: &World) {
    let file = export(&world.vault).await;
    assert_eq!(
        import(&world.vault, &file).await.unwrap(),
        0,
        "nothing is nothing"
    );
    furnish(world).await;
    let refused = import(&world.vault, &export(&world.vault).await).await;
    assert!(matches!(refused, Err(ImportError::NotEmpty)), "{refused:?}");
}
