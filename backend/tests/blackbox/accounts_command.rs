//! `connect-outlook accounts`, run as operators run it, beside a server that serves.

use std::path::Path;
use std::process::Output;

use serde_json::{Value, json};
use tokio::process::Command;

use super::world::{KEY, START, World};

/// Runs the program on a vault and answers its exit code and what it wrote to standard output. The server goes on meanwhile:
/// it may be in the middle of a write.
async fn run(database: &str, arguments: &[&str]) -> (i32, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = Command::new(env!("CARGO_BIN_EXE_connect-outlook"))
        .env_clear()
        .env("CONNECT_OUTLOOK_KEY", KEY)
        .env("CONNECT_OUTLOOK_DATABASE", database)
        .current_dir(Path::new("/"))
        .arg("accounts")
        .args(arguments)
        .output()
        .await
        .unwrap();
    let stderr = String::from_utf8(stderr).unwrap();
    let stdout = String::from_utf8(stdout).unwrap();
    assert!(!stdout.contains("refresh-1") && !stdout.contains("access-1"));
    let code = status.code().unwrap();
    assert!(code == 0 || code == 3, "{arguments:?}: {stderr}");
    (code, stdout)
}

fn lines(text: &str) -> Vec<Value> {
    let lines = text.lines().map(serde_json::from_str);
    lines.collect::<Result<_, _>>().unwrap()
}

struct Served {
    world: World,
    database: String,
    _folder: tempfile::TempDir,
}

async fn served() -> Served {
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}", folder.path().join("vault.sqlite").display());
    let world = World::start_with(&[("database", &database)]).await;
    Served {
        world,
        database,
        _folder: folder,
    }
}

/// What happened comes in order, page by page, and nothing comes twice.
#[tokio::test]
async fn events_are_read_from_where_one_stopped() {
    let it = served().await;
    let mut ada = it.world.browser();
    let id = ada.connect().await;
    it.world.advance(4_000);
    it.world.microsoft.say(
        400,
        json!({"error": "invalid_grant", "suberror": "bad_token", "error_codes": [50_173]}),
    );
    ada.get(&format!("/v1/accounts/{id}/messages")).await;
    ada.connect().await;
    let (code, all) = run(&it.database, &["events"]).await;
    let all = lines(&all);
    let kinds: Vec<_> = all
        .iter()
        .map(|event| event["type"].as_str().unwrap())
        .collect();
    assert_eq!(
        kinds,
        [
            "account.connected",
            "account.needs_user",
            "account.reconnected"
        ]
    );
    assert_eq!(code, 0);
    assert_eq!(all[1]["data"]["code"], "grant_revoked");
    assert_eq!(
        (&all[1]["account"], &all[1]["created_at"]),
        (&json!(id), &json!(START + 4_000))
    );
    assert!(all.iter().all(|event| event["id"].is_string()));
    let (_, first) = run(&it.database, &["events", "--limit", "2"]).await;
    assert_eq!(lines(&first), all[..2]);
    let after = all[1]["cursor"].to_string();
    let (_, rest) = run(&it.database, &["events", "--after", &after]).await;
    assert_eq!(lines(&rest), all[2..]);
    let nobody = "00000000-0000-4000-8000-000000000000";
    assert_eq!(
        run(&it.database, &["events", "--account", nobody]).await.1,
        ""
    );
    let (_, table) = run(&it.database, &["events", "--format", "table"]).await;
    assert_eq!(table.lines().count(), 4);
    assert!(
        table.contains("account.needs_user") && table.contains("grant_revoked"),
        "{table}"
    );
}

/// Events of the deployment stand among those of accounts, in the order in which they were committed, and are marked.
#[tokio::test]
async fn events_of_the_deployment_are_shown_with_those_of_accounts() {
    let it = served().await;
    let mut ada = it.world.browser();
    let id = ada.connect().await;
    it.world.advance(4_000);
    it.world.microsoft.say(
        401,
        json!({"error": "invalid_client", "error_codes": [7_000_222]}),
    );
    ada.get(&format!("/v1/accounts/{id}/messages")).await;
    it.world.backend.tidy().await;
    it.world.advance(61);
    it.world
        .microsoft
        .script()
        .claims
        .insert("oid", json!("77777777-aaaa-4bbb-8ccc-888888888888"));
    it.world.browser().connect().await;
    let (code, all) = run(&it.database, &["events"]).await;
    let all = lines(&all);
    let told: Vec<_> = all
        .iter()
        .map(|event| {
            (
                event["cursor"].as_i64().unwrap(),
                event["type"].as_str().unwrap(),
            )
        })
        .collect();
    let expected = [
        (1, "account.connected"),
        (2, "credential.expired"),
        (3, "account.connected"),
    ];
    assert_eq!((code, told.as_slice()), (0, expected.as_slice()));
    assert_eq!(
        (&all[1]["of"], &all[1]["data"]["credential"]),
        (&json!("deployment"), &json!("secret 1"))
    );
    assert!(all[1].get("account").is_none() && all[0].get("of").is_none());
    let (_, rest) = run(&it.database, &["events", "--after", "1", "--limit", "1"]).await;
    assert_eq!(lines(&rest), all[1..2]);
    let (_, hers) = run(&it.database, &["events", "--account", &id]).await;
    assert_eq!(lines(&hers), all[..1]);
    let (_, table) = run(&it.database, &["events", "--format", "table"]).await;
    let row = table
        .lines()
        .find(|line| line.contains("credential.expired"))
        .unwrap();
    assert!(
        row.contains("deployment") && row.ends_with("secret 1"),
        "{row}"
    );
}

/// Whoever has to act is found by a script, and a person is named only where that is asked for (L4).
#[tokio::test]
async fn accounts_are_listed_with_their_state() {
    let it = served().await;
    let mut ada = it.world.browser();
    let id = ada.connect().await;
    let (code, listed) = run(&it.database, &["list"]).await;
    let listed = lines(&listed);
    assert_eq!((code, listed.len()), (0, 1));
    assert_eq!(
        (&listed[0]["account"], &listed[0]["state"]),
        (&json!(id), &json!("connected"))
    );
    assert_eq!(listed[0]["access_token_ends_at"], START + 3_600);
    let due = listed[0]["next_refresh_at"].as_i64().unwrap() - START;
    assert!((2_700..3_240).contains(&due), "R93: {due}");
    assert!(listed[0].get("address").is_none());
    it.world.advance(4_000);
    it.world.microsoft.say(
        400,
        json!({"error": "invalid_grant", "error_codes": [90_094]}),
    );
    ada.get(&format!("/v1/accounts/{id}/messages")).await;
    let (code, table) = run(&it.database, &["list", "--format", "table", "--addresses"]).await;
    assert_eq!(code, 3, "somebody has to act");
    for word in [
        &id,
        "needs_admin",
        "admin_consent_needed",
        "ada@contoso.example",
    ] {
        assert!(table.contains(word), "{word}: {table}");
    }
    let (code, none) = run(&it.database, &["list", "--state", "connected"]).await;
    assert_eq!((code, none.as_str()), (0, ""));
}
