//! What hangs on messages, listed and downloaded.

use std::time::Duration;

use connect_outlook_emulator::scenario::{Fault, FaultKind};
use connect_outlook_tests::{Connected, evidence::graph_calls, story};
use reqwest::Method;
use serde_json::json;
use tokio::time::timeout;

#[tokio::test]
async fn a_file_is_told_of_and_downloaded() {
    story(async |world| {
        let ada = world.visitor().connect("ada").await;
        let message = ada.message_about(FILE).await;
        let list = ada.get(&format!("{message}/attachments")).await.json();
        let told = &list["attachments"][0];
        assert_eq!(
            [&told["kind"], &told["name"], &told["content_type"]],
            [
                "file",
                "Operating manual - chapter 4.pdf",
                "application/pdf"
            ]
        );
        let answer = ada.get(&ada.attachment_of(FILE).await).await;
        assert_eq!(answer.status, 200);
        assert!(answer.body.starts_with("%PDF"), "the file itself");
        let graph = graph_calls(&world.exchanges());
        let asked = graph.iter().filter(|call| call.path.ends_with("/$value"));
        assert_eq!(asked.count(), 1);
        let inlined = |text: &str| text.contains("contentBytes");
        assert!(
            !graph.iter().any(|call| inlined(&call.response_body.text)),
            "D12: lists bring no contents along"
        );
    })
    .await;
}

/// R138: what strangers wrote is saved, never shown: no type of its own, no policy but the strictest, and a name that
/// leads nowhere.
#[tokio::test]
async fn to_a_browser_an_attachment_is_bytes_to_be_saved() {
    story(async |world| {
        let ada = world.visitor().connect("ada").await;
        for (subject, disposition) in [
            (
                FILE,
                "attachment; filename=\"Operating manual - chapter 4.pdf\"; filename*=UTF-8''Operating%20manual%20-%20chapter%204.pdf",
            ),
            (
                ITEM,
                "attachment; filename=\"Results differ between two runs.eml\"; filename*=UTF-8''Results%20differ%20between%20two%20runs.eml",
            ),
        ] {
            let answer = ada.get(&ada.attachment_of(subject).await).await;
            for (name, value) in [
                ("content-type", "application/octet-stream"),
                ("content-disposition", disposition),
                ("x-content-type-options", "nosniff"),
                ("content-security-policy", "sandbox; default-src 'none'; frame-ancestors 'none'"),
                ("cache-control", "no-store"),
                ("cross-origin-resource-policy", "same-origin"),
            ] {
                let found: Vec<_> = answer.headers(name).collect();
                assert_eq!(found, [value], "{name}");
            }
            let length = answer.header("content-length").map(str::to_owned);
            assert!(length.is_some_and(|length| length != "0"), "told beforehand");
        }
    })
    .await;
}

#[tokio::test]
async fn an_attached_message_comes_as_mime_and_a_link_has_nothing_to_download() {
    story(async |world| {
        let ada = world.visitor().connect("ada").await;
        let item = ada.get(&ada.attachment_of(ITEM).await).await;
        assert!(
            item.body
                .contains("Subject: Results differ between two runs"),
            "{}",
            item.body
        );
        let message = ada.message_about(LINK).await;
        let list = ada.get(&format!("{message}/attachments")).await.json();
        assert_eq!(list["attachments"][0]["kind"], "link");
        let link = ada.get(&ada.attachment_of(LINK).await).await;
        assert_eq!(
            (link.status, link.code().as_str()),
            (409, "attachment_elsewhere")
        );
    })
    .await;
}

/// R67, R68: another's attachment, and one of another message, are unknown.
#[tokio::test]
async fn an_attachment_opens_by_its_own_path_only() {
    story(async |world| {
        let ada = world.visitor().connect("ada").await;
        let (path, other) = (ada.attachment_of(FILE).await, ada.message_about(ITEM).await);
        let id = path.rsplit('/').next().unwrap();
        for wrong in [
            format!("{other}/attachments/{id}"),
            format!("{}A", path),
            format!("/messages/AAkALgAAAAAAHYQDEapmEc2byACqAC/attachments/{id}"),
        ] {
            let answer = ada.get(&wrong).await;
            assert_eq!(
                (answer.status, answer.code().as_str()),
                (404, "attachment_unknown"),
                "{wrong}"
            );
        }
        let grace = world.visitor().connect("grace").await;
        let list = path.rsplit_once('/').unwrap().0;
        for asked in [&path, list] {
            let stolen = format!("/v1/accounts/{}{asked}", ada.id());
            let answer = grace.visitor.page().get(&stolen).await;
            assert_eq!(answer.code(), "account_unknown", "{stolen}");
        }
        assert_eq!(grace.get(&path).await.code(), "attachment_unknown");
    })
    .await;
}

/// D12, R141: whoever goes away in the middle gives connection and slot back at once, though Graph is silent.
#[tokio::test]
async fn visitors_who_leave_in_the_middle_keep_nobody_waiting() {
    story(async |world| {
        let ada = world.visitor().connect("ada").await;
        let path = ada.attachment_of(FILE).await;
        let silent = FaultKind::SlowBody {
            milliseconds: 600_000,
        };
        let silence = Fault {
            times: None,
            ..Fault::next(silent, "/$value")
        };
        let id = world.microsoft().add_fault(silence).id;
        for _ in 0..4 {
            let mut begun = opened(&ada, &path).await;
            let piece = begun.chunk().await.unwrap();
            assert!(piece.is_some_and(|piece| piece.starts_with(b"%PDF")));
        }
        world.microsoft().remove_scenario(id);
        let whole = timeout(Duration::from_secs(20), ada.get(&path)).await;
        assert_eq!(whole.expect("a free slot").status, 200);
    })
    .await;
}

/// D12: three downloads may stand still, and their owner reads on.
#[tokio::test]
async fn downloads_do_not_keep_their_owner_from_reading() {
    story(async |world| {
        let ada = world.visitor().connect("ada").await;
        let path = ada.attachment_of(FILE).await;
        let silent = FaultKind::SlowBody {
            milliseconds: 600_000,
        };
        for _ in 0..3 {
            let silence = Fault::next(silent.clone(), "/$value");
            world.microsoft().add_fault(silence);
        }
        let standing = [
            opened(&ada, &path).await,
            opened(&ada, &path).await,
            opened(&ada, &path).await,
        ];
        assert!(!ada.inbox().await.is_empty());
        let told = ada.visitor.page().get("/v1/session").await.json();
        assert_eq!(told["accounts"][0]["state"], json!("connected"));
        drop(standing);
    })
    .await;
}

/// The answer to a download, its body on the way.
async fn opened(who: &Connected, path: &str) -> reqwest::Response {
    let path = format!("/v1/accounts/{}{path}", who.id());
    let cookie = who.visitor.session_handle().expect("a session");
    let request = who.visitor.page().request(Method::GET, &path);
    let cookie = format!("__Host-connect-outlook-session={cookie}");
    let request = request.header("sec-fetch-site", "same-origin");
    request.header("cookie", cookie).open().await
}

const FILE: &str = "Draft of the operating manual, chapter 4";
const ITEM: &str = "FYI: what the customer wrote to support";
const LINK: &str = "Slides are in the shared folder";
