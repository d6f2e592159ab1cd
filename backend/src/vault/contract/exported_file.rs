//! The exported file itself: nothing to read in it, nothing to change about it.

use std::path::Path;

use super::world::{KEY, NOW, World, grant, identity};
use crate::vault::{ExportError, ImportError, KeyRing, Location, Vault};

async fn exported(people: usize) -> (World, Vec<u8>) {
    let world = World::in_memory().await;
    for number in 0..people {
        world.connect(&number.to_string(), &grant("1")).await;
    }
    let mut file = Vec::new();
    world.vault.export(&mut file, |_| ()).await.unwrap();
    (world, file)
}

async fn import_with(keys: &str, file: &[u8]) -> Result<u64, ImportError> {
    let vault = Vault::open(&Location::Memory, KeyRing::parse(keys).unwrap());
    let vault = vault.await.unwrap();
    let imported = vault.import(file, |_| ()).await;
    if imported.is_err() {
        let accounts = vault.verify(|_| ()).await.unwrap().accounts;
        assert_eq!(accounts, 0, "nothing of a refused file stays");
    }
    imported
}

fn damaged(imported: &Result<u64, ImportError>) -> bool {
    matches!(
        imported,
        Err(ImportError::Damaged | ImportError::NotAnExport)
    )
}

/// R124: not even who is in it.
#[tokio::test]
async fn nothing_can_be_read_in_it() {
    let (world, file) = exported(0).await;
    world.connect("ada", &grant("canary")).await;
    let mut second = Vec::new();
    world.vault.export(&mut second, |_| ()).await.unwrap();
    let ada = identity("ada");
    for secret in [
        "access-token-canary",
        "accounts",
        ada.oid(),
        ada.tid(),
        "contoso",
    ] {
        let found = second
            .windows(secret.len())
            .any(|window| window == secret.as_bytes());
        assert!(!found, "{secret}");
    }
    let mut third = Vec::new();
    world.vault.export(&mut third, |_| ()).await.unwrap();
    assert_ne!(second[60..], third[60..], "every file has its own key");
    assert!(file.len() < second.len());
}

/// R117, R119: whichever bit.
#[tokio::test]
async fn a_changed_byte_is_noticed() {
    let (_, file) = exported(2).await;
    for at in (0..file.len()).step_by(13).chain(0..90) {
        let mut changed = file.clone();
        changed[at] ^= 0x40;
        let imported = import_with(KEY, &changed).await;
        let other_header = matches!(
            imported,
            Err(ImportError::UnknownVersion { .. } | ImportError::KeyMissing { .. })
        );
        assert!(other_header && at < 78 || damaged(&imported), "byte {at}");
    }
}

/// 130 accounts are several pieces: cut between them, within them, and with something behind them.
#[tokio::test]
async fn a_file_that_is_cut_or_grown_is_noticed() {
    let (_, file) = exported(130).await;
    let first = u32::from_be_bytes(file[78..82].try_into().unwrap()) as usize;
    let second = 82 + first;
    assert!(file.len() > second + 4, "more than one piece");
    for length in [
        0,
        1,
        29,
        77,
        78,
        80,
        82,
        100,
        second - 1,
        second,
        second + 4,
        file.len() - 1,
    ] {
        assert!(
            damaged(&import_with(KEY, &file[..length]).await),
            "{length}"
        );
    }
    let grown = [file.as_slice(), b"\0"].concat();
    assert!(damaged(&import_with(KEY, &grown).await));
    let without_first = [&file[..78], &file[second..]].concat();
    assert!(damaged(&import_with(KEY, &without_first).await));
    let twice = [&file[..second], &file[78..]].concat();
    assert!(damaged(&import_with(KEY, &twice).await));
    assert!(import_with(KEY, &file).await.is_ok());
}

/// R120: any key of the ring opens it, and no other.
#[tokio::test]
async fn it_opens_with_its_key_only() {
    let (world, file) = exported(1).await;
    let other = "ff".repeat(32);
    let needed = world.vault.keys().current_id().to_string();
    let refused = import_with(&other, &file).await;
    assert!(matches!(refused, Err(ImportError::KeyMissing { key }) if key == needed));
    let both = format!("{other}\n{KEY}");
    assert!(import_with(&both, &file).await.is_ok());
}

/// A key that only the data keys in it are wrapped under is missed as well.
#[tokio::test]
async fn the_keys_of_what_is_in_it_are_needed_too() {
    let world = World::in_memory().await;
    world.connect("ada", &grant("1")).await;
    let (other, needed) = ("ff".repeat(32), world.vault.keys().current_id());
    let both = KeyRing::parse(&format!("{other}\n{KEY}")).unwrap();
    world.vault.reload_keys(both).await.unwrap();
    let mut file = Vec::new();
    world.vault.export(&mut file, |_| ()).await.unwrap();
    let refused = import_with(&other, &file).await;
    let needed = needed.to_string();
    assert!(matches!(refused, Err(ImportError::KeyMissing { key }) if key == needed));
}

#[tokio::test]
async fn anything_else_is_refused() {
    for other in [
        &b""[..],
        b"SQLite format 3\0",
        &[0; 500],
        b"connect-outlook vault export",
    ] {
        assert!(matches!(
            import_with(KEY, other).await,
            Err(ImportError::NotAnExport)
        ));
    }
    let (_, mut file) = exported(0).await;
    file[29] = 2;
    assert!(matches!(
        import_with(KEY, &file).await,
        Err(ImportError::UnknownVersion { version: 2 })
    ));
}

/// R121 for files that hold a vault: private, never over another, and gone if it went wrong.
#[cfg(unix)]
#[tokio::test]
async fn a_file_is_private_and_new() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.export");
    let (world, _) = exported(3).await;
    let rows = world.vault.export_to_file(&path, |_| ()).await.unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o600);
    let again = world.vault.export_to_file(&path, |_| ()).await;
    assert!(matches!(again, Err(ExportError::Io(_))));

    let there = World::in_memory().await;
    let imported = there.vault.import_from_file(&path, |_| ()).await;
    assert_eq!(imported.unwrap(), rows);
    let tokens = there
        .vault
        .tokens(world.connect("0", &grant("2")).await.id, NOW);
    assert!(tokens.await.unwrap().is_some());

    world.vault.close().await;
    let other = folder.path().join("other.export");
    assert!(world.vault.export_to_file(&other, |_| ()).await.is_err());
    assert!(!other.exists());
}
