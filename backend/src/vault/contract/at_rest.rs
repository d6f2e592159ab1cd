//! What lies on the disk: private files, and in none of them a secret in the clear.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use super::world::{LIMITS, NOW, World, attempt, grant, identity, verifier};
use super::{links, webhooks};
use crate::vault::attempts::{NewAttempt, Proof};
use crate::vault::id::HandleDigest;

/// Every file in the vault's folder, with its bytes.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries
        .map(|path| {
            (
                path.file_name().unwrap().to_string_lossy().into_owned(),
                fs::read(path).unwrap(),
            )
        })
        .collect()
}

fn holds(folder: &Path, canary: &[u8]) -> Vec<String> {
    let found = |bytes: &Vec<u8>| bytes.windows(canary.len()).any(|window| window == canary);
    files(folder)
        .into_iter()
        .filter(|(_, bytes)| found(bytes))
        .map(|(name, _)| name)
        .collect()
}

/// As it is, and in the shapes in which it might hide.
fn shapes(secret: &str) -> [Vec<u8>; 5] {
    let utf_16 = secret.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let hex = crate::vault::id::hex(secret.as_bytes()).into_bytes();
    let base64 = [STANDARD.encode(secret), URL_SAFE_NO_PAD.encode(secret)].map(String::into_bytes);
    let [padded, unpadded] = base64;
    // The last group depends on what follows; what comes before it does not.
    let cut = |bytes: Vec<u8>| bytes[..bytes.len() / 4 * 4 - 4].to_vec();
    [
        secret.as_bytes().to_vec(),
        utf_16,
        hex,
        cut(padded),
        cut(unpadded),
    ]
}

/// Fills every table with things that must not be seen. Answers a secret that nobody chose.
async fn plant(world: &World) -> String {
    let webhook = webhooks::rotated(world, "crm").await;
    let delivery = webhooks::take(world, webhook).await.unwrap().unwrap();
    let webhook_secret = delivery.secrets[0].expose().to_owned();
    let id = world.connect("ada", &grant("first-canary")).await.id;
    let version = world.version(id).await;
    world.refresh(id, version, "second-canary").await;
    let server = Proof::Server(verifier("verifier-canary"));
    world
        .vault
        .begin_attempt(
            &NewAttempt {
                proof: server,
                ..attempt("canary", "browser-canary")
            },
            NOW,
        )
        .await
        .unwrap();
    let link = links::link(world, "link-canary").await;
    links::park(world, link, "completion-canary").await;
    world
        .vault
        .open_session(HandleDigest::of("handle-canary"), id, LIMITS, NOW)
        .await
        .unwrap();
    webhook_secret
}

/// What [`plant`] planted.
const CANARIES: [&str; 16] = [
    "link-canary",
    "completion-canary",
    "code-completion-canary",
    "user-7",
    "access-token-first-canary",
    "refresh-token-first-canary",
    "access-token-second-canary",
    "refresh-token-second-canary",
    "verifier-canary",
    "state-canary",
    "nonce-canary",
    "browser-canary",
    "handle-canary",
    "ada-display-name",
    "ada@contoso.example",
    super::world::KEY,
];

/// R124, R56, R20: also in the log that SQLite writes first, and after it has been folded into the file.
#[tokio::test]
async fn no_secret_lies_in_the_clear() {
    let world = World::in_a_file().await;
    let folder = world.folder.as_ref().unwrap().path();
    let webhook_secret = plant(&world).await;
    for stage in ["written", "closed"] {
        assert!(
            !holds(folder, identity("ada").oid().as_bytes()).is_empty(),
            "the search finds what is there"
        );
        for secret in CANARIES.into_iter().chain([webhook_secret.as_str()]) {
            for shape in shapes(secret) {
                assert_eq!(holds(folder, &shape), [""; 0], "{secret} when {stage}");
            }
        }
        world.vault.close().await;
    }
}

/// R100, R125: what a disconnect destroys is in no file any more, the log included.
#[tokio::test]
async fn a_destroyed_key_lies_in_no_file() {
    let world = World::in_a_file().await;
    let folder = world.folder.as_ref().unwrap().path();
    let id = world.connect("ada", &grant("1")).await.id.to_string();
    let mut sealed = vec![world.raw("data_keys", "wrapped", &id).await.unwrap()];
    for column in ["sealed_access_token", "sealed_refresh_token"] {
        sealed.push(world.raw("grants", column, &id).await.unwrap());
    }
    for value in &sealed {
        assert!(!holds(folder, value.as_bytes()).is_empty(), "it was there");
    }
    world
        .vault
        .disconnect(crate::vault::id::AccountId::parse(&id).unwrap(), NOW)
        .await
        .unwrap();
    for value in &sealed {
        assert_eq!(holds(folder, value.as_bytes()), [""; 0]);
    }
}

/// R125: 0600 from the first moment, the log and the index of the log too, and closed again if somebody opened it.
#[cfg(unix)]
#[tokio::test]
async fn the_files_are_private() {
    use std::os::unix::fs::PermissionsExt as _;
    let world = World::in_a_file().await;
    world.connect("ada", &grant("1")).await;
    let folder = world.folder.as_ref().unwrap().path();
    let mode = |name: &str| {
        fs::metadata(folder.join(name))
            .unwrap()
            .permissions()
            .mode()
            & 0o777
    };
    let names = ["vault.sqlite", "vault.sqlite-wal", "vault.sqlite-shm"];
    assert_eq!(names.map(mode), [0o600; 3]);
    world.vault.close().await;

    fs::set_permissions(
        folder.join("vault.sqlite"),
        fs::Permissions::from_mode(0o664),
    )
    .unwrap();
    let keys = crate::vault::KeyRing::parse(super::world::KEY).unwrap();
    let vault = crate::vault::Vault::open(&world.location, keys)
        .await
        .unwrap();
    assert_eq!(mode("vault.sqlite"), 0o600);
    vault.close().await;
}
