//! The search for secrets (R124, L12) ends every story; here it has to find, and here it runs after a long day.

use connect_outlook_tests::{Answering, canaries::read_aside, story};

#[tokio::test]
async fn after_a_long_day_no_secret_is_in_the_vaults_files_or_in_the_log() {
    story(async |world| {
        let ada = world.visitor().connect("ada").await;
        let alan = world.visitor().connect("alan").await;
        let declining = world.visitor();
        let (_, callback) = declining.sign_in(Answering::Declines("grace")).await;
        declining.page().report_refusal(&callback).await;
        let (attempt, unfinished) = declining.sign_in(Answering::Yes("hedy")).await;
        for _ in 0..3 {
            world.advance(2 * 3600);
            ada.inbox().await;
            alan.inbox().await;
        }
        declining.page().finish(&attempt, &unfinished).await;
        alan.disconnect().await;
        ada.visitor.page().delete("/v1/session").await;

        let kinds: std::collections::BTreeSet<_> =
            world.secrets().iter().map(|secret| secret.kind).collect();
        for kind in KINDS {
            assert!(
                kinds.contains(kind),
                "no {kind} among the canaries: {kinds:?}"
            );
        }
        assert!(
            world
                .vault_files()
                .iter()
                .any(|file| file.to_string_lossy().ends_with("-wal")),
            "{:?}",
            world.vault_files()
        );
        assert_eq!(world.hits(), Vec::<String>::new());
    })
    .await;
}

/// A log that keeps nothing would pass every search.
#[tokio::test]
async fn the_log_is_kept_at_its_finest() {
    story(async |world| {
        world.visitor().connect("ada").await;
        let log = String::from_utf8_lossy(&world.log()).into_owned();
        for level in ["TRACE", "DEBUG", "INFO"] {
            assert!(log.contains(level), "nothing at {level}");
        }
        assert!(
            log.contains("connect_outlook_backend"),
            "the backend says nothing"
        );
    })
    .await;
}

/// R119, R124: sealed means that the file of a connected mailbox does not even hold the address.
#[tokio::test]
async fn the_vaults_file_does_not_name_the_person() {
    story(async |world| {
        world.visitor().connect("ada").await;
        for file in world.vault_files() {
            let bytes = read_aside(&file).unwrap();
            let text = String::from_utf8_lossy(&bytes);
            for word in ["ada@contoso.example", "Ada Lovelace"] {
                assert!(!text.contains(word), "{word} in {}", file.display());
            }
        }
    })
    .await;
}

const KINDS: [&str; 8] = [
    "access_token",
    "client_secret",
    "code",
    "code_verifier",
    "flow_cookie",
    "id_token",
    "refresh_token",
    "session_handle",
];
