//! Letters that visitors have sent, each once.

use connect_outlook_emulator::scenario::{Fault, FaultKind};
use connect_outlook_tests::{
    Connected, Settings, World,
    canaries::read_aside,
    evidence::graph_calls,
    letters::{SENDING_SCOPES, letter},
    story, story_with,
};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn a_letter_is_sent_and_arrives() {
    sending(async |world, ada| {
        let mut letter = letter(SUBJECT);
        letter["bcc"] = json!([{"address": "alan@contoso.example"}]);
        let answer = ada.send(KEY, &letter).await;
        let sent = answer.json();
        assert_eq!((answer.status, &sent["status"]), (200, &json!("accepted")));
        let id = sent["message_id"].as_str().unwrap();
        let message = ada.get(&format!("/messages/{id}")).await.json();
        assert_eq!(message["thread_id"], sent["thread_id"]);
        let kept = ada.found_in("sent", SUBJECT).await;
        assert_eq!((kept.len(), &kept[0]["id"]), (1, &sent["message_id"]));
        for person in ["grace", "alan"] {
            let there = world.visitor().connect(person).await;
            let arrived = there.found_in("inbox", SUBJECT).await;
            assert_eq!(arrived.len(), 1, "{person}");
            let to = arrived[0]["to"].as_array().unwrap();
            assert_eq!(to.len(), 1, "nobody sees who else got it");
        }
        assert_eq!(sends(world), 1);
    })
    .await;
}

/// R140: however often and however fast the same is asked.
#[tokio::test]
async fn one_key_sends_once() {
    sending(async |world, ada| {
        let answers = world
            .all_at_once(20, || {
                let ada = ada.clone();
                async move { ada.send(KEY, &letter(SUBJECT)).await }
            })
            .await;
        for answer in &answers {
            match answer.status {
                200 => assert_eq!(answer.json()["status"], "accepted"),
                _ => assert_eq!(
                    (answer.status, answer.code().as_str()),
                    (409, "sending_under_way")
                ),
            }
        }
        let before = graph_calls(&world.exchanges()).len();
        let first = ada.send(KEY, &letter(SUBJECT)).await.json();
        assert_eq!(first["status"], "accepted");
        let quoted = format!("\"{KEY}\"");
        assert_eq!(ada.send(&quoted, &letter(SUBJECT)).await.json(), first);
        assert_eq!(ada.look_up(KEY).await.json(), first);
        let after = graph_calls(&world.exchanges()).len();
        assert_eq!(
            (sends(world), after),
            (1, before),
            "Microsoft hears nothing of it"
        );
    })
    .await;
}

#[tokio::test]
async fn a_key_names_one_letter_of_one_account() {
    sending(async |world, ada| {
        let sent = ada.send(KEY, &letter(SUBJECT)).await;
        assert_eq!(sent.json()["status"], "accepted");
        let other = ada.send(KEY, &letter("Another")).await;
        assert_eq!(
            (other.status, other.code().as_str()),
            (422, "idempotency_key_reused")
        );
        let grace = world.visitor().connect("grace").await;
        assert_eq!(grace.look_up(KEY).await.code(), "sending_not_found");
        let path = format!("/v1/accounts/{}/sendings/{KEY}", ada.id());
        let stolen = grace.visitor.page().get(&path).await;
        assert_eq!(stolen.code(), "account_unknown", "R68");
        assert_eq!(sends(world), 1);
    })
    .await;
}

#[tokio::test]
async fn a_letter_without_a_good_key_is_not_sent() {
    sending(async |world, ada| {
        for key in ["", "short", "0123456789abcdef/", &"a".repeat(129)] {
            let answer = ada.send(key, &letter(SUBJECT)).await;
            assert_eq!(
                (answer.status, answer.code().as_str()),
                (400, "idempotency_key"),
                "{key}"
            );
        }
        let page = ada.visitor.page();
        let path = format!("/v1/accounts/{}/messages", ada.id());
        let bare = page
            .request(Method::POST, &path)
            .body("application/json", letter(SUBJECT).to_string());
        assert_eq!(page.fetch(bare.clone()).await.code(), "idempotency_key");
        let twice = bare
            .header("idempotency-key", KEY)
            .header("idempotency-key", KEY);
        assert_eq!(page.fetch(twice).await.code(), "idempotency_key");
        assert_eq!(sends(world), 0);
    })
    .await;
}

#[tokio::test]
async fn what_microsoft_refuses_is_refused_for_good_and_leaves_no_draft() {
    sending(async |world, ada| {
        let mut wrong = letter(SUBJECT);
        wrong["to"] = json!([{"address": "a@b@contoso.example"}]);
        for _ in 0..2 {
            let answer = ada.send(KEY, &wrong).await;
            let told = answer.json();
            assert_eq!(
                [&told["status"], &told["code"], &told["actor"]],
                ["refused", "recipients_refused", "visitor"]
            );
        }
        assert_eq!(sends(world), 1, "the second is told from memory");
        assert!(ada.found_in("drafts", SUBJECT).await.is_empty());
        assert!(ada.found_in("sent", SUBJECT).await.is_empty());
    })
    .await;
}

/// What may pass is not remembered: the same key may be tried again, and sends once.
#[tokio::test]
async fn where_microsoft_wants_patience_the_same_key_goes_again() {
    sending(async |world, ada| {
        for path in ["/me/messages", "/send"] {
            let throttled = FaultKind::Status {
                status: 429,
                retry_after: Some(7),
            };
            world.microsoft().add_fault(Fault::next(throttled, path));
            let answer = ada.send(KEY, &letter(SUBJECT)).await;
            assert_eq!(
                (answer.status, answer.code().as_str()),
                (429, "rate_limited")
            );
            assert_eq!(answer.header("retry-after"), Some("7"));
            assert_eq!(ada.look_up(KEY).await.code(), "sending_not_found");
        }
        let sent = ada.send(KEY, &letter(SUBJECT)).await.json();
        assert_eq!(sent["status"], "accepted");
        assert_eq!(ada.found_in("sent", SUBJECT).await.len(), 1);
        assert!(ada.found_in("drafts", SUBJECT).await.is_empty());
    })
    .await;
}

/// A letter is Microsoft's once it was handed over, whether its visitor waits or not.
#[tokio::test]
async fn a_visitor_who_hangs_up_has_sent_it_all_the_same() {
    sending(async |world, ada| {
        let hold = Fault::next(FaultKind::Hold, "/send");
        let held = world.microsoft().add_fault(hold).id;
        let sender = ada.clone();
        let asking = tokio::spawn(async move { sender.send(KEY, &letter(SUBJECT)).await });
        while ada.look_up(KEY).await.json()["status"] != "under_way" {
            tokio::task::yield_now().await;
        }
        while sends_begun(world, held) == 0 {
            tokio::task::yield_now().await;
        }
        asking.abort();
        assert!(asking.await.is_err());
        world.microsoft().remove_scenario(held);
        let mut told = json!({"status": "under_way"});
        while told["status"] == "under_way" {
            told = ada.look_up(KEY).await.json();
        }
        assert_eq!(told["status"], "accepted", "{told}");
        assert_eq!(ada.found_in("sent", SUBJECT).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn answers_stay_in_their_conversation() {
    sending(async |world, ada| {
        let about = "FYI: what the customer wrote to support";
        let path = ada.message_about(about).await;
        let original = ada.get(&path).await.json();
        for (number, (way, subject)) in [
            ("reply", format!("RE: {about}")),
            ("reply_all", format!("RE: {about}")),
            ("forward", format!("FW: {about}")),
        ]
        .into_iter()
        .enumerate()
        {
            let mut answer = json!({
                "body": {"content_type": "html", "content": "<p>Thank you.</p>"},
                "answering": {"message": original["id"], "way": way},
            });
            if way == "forward" {
                answer["to"] = json!([{"address": "grace@contoso.example"}]);
            }
            let sent = ada.send(&format!("{KEY}-{number}"), &answer).await.json();
            assert_eq!(sent["status"], "accepted", "{way}: {sent}");
            assert_eq!(sent["thread_id"], original["thread_id"], "{way}");
            let id = sent["message_id"].as_str().unwrap();
            let message = ada.get(&format!("/messages/{id}")).await.json();
            assert_eq!(message["subject"], subject, "{way}");
            let text = message["body"]["content"].as_str().unwrap();
            assert!(text.contains("Thank you."), "{way}: {text}");
        }
        assert_eq!(sends(world), 3);
        let mut gone = letter(SUBJECT);
        gone["answering"] = json!({"message": "AAkALgAAAAAAHYQDEapmEc2byACqAC", "way": "reply"});
        let answer = ada.send(&format!("{KEY}-9"), &gone).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (404, "message_unknown")
        );
    })
    .await;
}

/// Scopes that were not granted are named, nothing of it reaches Microsoft, and connecting again with them helps.
#[tokio::test]
async fn sending_takes_scopes_that_can_be_granted_later() {
    sending_as(async |world| {
        let visitor = world.visitor();
        let asked = json!({"scopes": ["Mail.ReadWrite"]});
        let ada = connect_with(&visitor, &asked).await;
        let before = graph_calls(&world.exchanges()).len();
        let answer = ada.send(KEY, &letter(SUBJECT)).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (403, "insufficient_scope")
        );
        assert_eq!(answer.json()["detail"], "Mail.Send is not granted");
        assert_eq!(graph_calls(&world.exchanges()).len(), before);
        let more = json!({"scopes": ["Mail.ReadWrite", "Mail.Send"], "account": ada.id()});
        let ada = connect_with(&visitor, &more).await;
        let sent = ada.send(KEY, &letter(SUBJECT)).await.json();
        assert_eq!(sent["status"], "accepted", "the same key may be used");
    })
    .await;
    story(async |world| {
        let ada = world.visitor().connect("ada").await;
        let answer = ada.send(KEY, &letter(SUBJECT)).await;
        let detail = &answer.json()["detail"];
        assert_eq!(detail, "Mail.ReadWrite and Mail.Send are not granted");
    })
    .await;
}

/// R170: letters may be larger than other requests, and not without end.
#[tokio::test]
async fn a_letter_may_be_long_within_reason() {
    sending(async |world, ada| {
        let mut long = letter(SUBJECT);
        long["body"]["content"] = "word ".repeat(100_000).into();
        let sent = ada.send(KEY, &long).await.json();
        assert_eq!(sent["status"], "accepted");
        long["body"]["content"] = "word ".repeat(250_000).into();
        let refused = ada.send(&format!("{KEY}-2"), &long).await;
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (413, "too_large")
        );
        assert_eq!(sends(world), 1);
    })
    .await;
}

/// R124: of a letter nothing lies in the vault, nor of the key that names it.
#[tokio::test]
async fn the_vault_holds_no_letters() {
    sending(async |world, ada| {
        let mut letter = letter("A subject that nobody else reads");
        letter["body"]["content"] = "Words that nobody else reads".into();
        ada.send(KEY, &letter).await;
        for file in world.vault_files() {
            let bytes = read_aside(&file).unwrap();
            let text = String::from_utf8_lossy(&bytes);
            for secret in ["nobody else reads", KEY] {
                assert!(!text.contains(secret), "{secret} in {}", file.display());
            }
        }
        let log = String::from_utf8_lossy(&world.log()).into_owned();
        assert!(!log.contains("nobody else reads"), "L1");
    })
    .await;
}

/// Ada at a deployment whose visitors send.
async fn sending(tell: impl AsyncFnOnce(&World, Connected)) {
    sending_as(async |world| {
        let ada = world.visitor().connect("ada").await;
        tell(world, ada).await;
    })
    .await;
}

async fn sending_as(tell: impl AsyncFnOnce(&World)) {
    let settings = Settings::standard().with("scopes", SENDING_SCOPES);
    story_with(settings, tell).await;
}

async fn connect_with(visitor: &connect_outlook_tests::Visitor, wishes: &Value) -> Connected {
    let attempt = visitor.page().start_attempt(wishes).await;
    let yes = connect_outlook_tests::Answering::Yes("ada");
    let callback = visitor.authorize(&attempt, yes).await;
    let outcome = visitor.page().finish(&attempt, &callback).await.json();
    assert_eq!(outcome["status"], "connected", "{outcome}");
    Connected {
        visitor: visitor.clone(),
        account: outcome["account"].clone(),
    }
}

/// How often Microsoft was asked to send.
fn sends(world: &World) -> usize {
    let calls = graph_calls(&world.exchanges());
    calls
        .iter()
        .filter(|call| call.path.ends_with("/send"))
        .count()
}

/// How many requests this fault holds.
fn sends_begun(world: &World, fault: u64) -> usize {
    let faults = world.microsoft().faults();
    let this = faults.iter().filter(|set| set.id == fault);
    this.filter(|set| set.fault.times == Some(0)).count()
}

const KEY: &str = "2f1c1b0e-5b0a-4a53-9d52-1f0f6b9c7a11";
const SUBJECT: &str = "The engine runs";
