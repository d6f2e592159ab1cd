//! The control interface: people, mail, trouble and time, made by whoever tests.

use connect_outlook_emulator::{
    Emulator,
    graph::{Correspondent, MailSettings, NewMail, SeedError},
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::mailbox::{Answer, Mailbox, send, text};

async fn post(ada: &Mailbox, path: &str, body: Value) -> Answer {
    let url = format!("{}/_emulator/{path}", ada.emulator.origin());
    send(ada.plain(Method::POST, &url).json(&body)).await
}

/// E64: somebody new has a mailbox of their own, empty of nothing that others have.
#[tokio::test]
async fn a_person_is_added_and_has_mail() {
    let ada = Mailbox::of_ada().await;
    let maria = json!({ "name": "Maria Mitchell", "address": "maria@contoso.example", "tenant": "contoso.example" });
    let added = post(&ada, "people", maria.clone()).await;
    assert_eq!(added.status, 201);
    assert_eq!(added.json()["password"], "emulated-maria");
    for nonsense in [
        maria,
        json!({ "name": "Nobody", "address": "nobody@nowhere.example", "tenant": "nowhere.example" }),
        json!({ "address": "nameless@contoso.example", "tenant": "contoso.example" }),
        json!([]),
    ] {
        assert_eq!(post(&ada, "people", nonsense).await.status, 422);
    }
    let maria = ada.entered_by("maria@contoso.example", &["User.Read", "Mail.Read"]);
    assert_eq!(maria.json("/me").await["displayName"], "Maria Mitchell");
    assert!(maria.list("/me/messages").await.len() > 5);
    assert_eq!(maria.emulator.world().people.len(), 12);
}

/// E64: mail comes in by request, on top of the inbox, unread and counted, dated by the emulator's clock.
#[tokio::test]
async fn mail_comes_in_on_request() {
    let ada = Mailbox::of_ada().await;
    ada.emulator.clock().advance(1_800);
    let unread = async || {
        let inbox = ada.json("/me/mailFolders/inbox").await;
        inbox["unreadItemCount"].as_u64().expect("a number")
    };
    let before = unread().await;
    let mail = json!({
        "subject": "Tea", "html": "<p>At <b>five</b>.</p>",
        "from": { "name": "Grace Hopper", "address": "grace@contoso.example" },
    });
    let ids = post(&ada, "mailboxes/ada@contoso.example/messages", mail).await;
    assert_eq!(ids.status, 201);
    let id = ids.json()["ids"][0].as_str().expect("an id").to_owned();
    let newest = ada
        .list("/me/mailFolders/inbox/messages?$top=1")
        .await
        .remove(0);
    assert_eq!(
        (
            &newest["subject"],
            &newest["from"]["emailAddress"]["address"]
        ),
        (&json!("Tea"), &json!("grace@contoso.example"))
    );
    assert!(text(&newest["body"], "content").contains("<b>five</b>"));
    let immutable = ada
        .get_preferring("IdType=\"ImmutableId\"", &format!("/me/messages/{id}"))
        .await
        .json();
    assert_eq!(
        (&immutable["id"], &immutable["subject"]),
        (&json!(id), &json!("Tea"))
    );
    assert_eq!(unread().await, before + 1);
}

/// E64: a few thousand at once, wherever they are wanted.
#[tokio::test]
async fn mail_comes_by_the_thousand() {
    let ada = Mailbox::of_ada().await;
    let mail = NewMail {
        folder: "archive".to_owned(),
        read: true,
        count: 3_000,
        received_at: Some(1_500_000_000),
        from: Some(Correspondent {
            name: "A Machine".to_owned(),
            address: "machine@contoso.example".to_owned(),
        }),
        ..NewMail::new("Reading number")
    };
    let before = ada.json("/me/mailFolders/archive").await;
    let ids = ada
        .emulator
        .add_mail("ADA@contoso.example", &mail)
        .expect("a mailbox");
    assert_eq!(ids.len(), 3_000);
    let after = ada.json("/me/mailFolders/archive").await;
    let count = |folder: &Value| folder["totalItemCount"].as_u64().expect("a number");
    assert_eq!(count(&after), count(&before) + 3_000);
    let last = ada
        .list("/me/mailFolders/archive/messages?$top=1&$filter=receivedDateTime le 2017-12-31T00:00:00Z")
        .await
        .remove(0);
    assert_eq!(last["subject"], "Reading number 3000");
}

/// E64: what cannot be is said, and nothing comes in.
#[tokio::test]
async fn mail_that_cannot_come_is_refused() {
    let ada = Mailbox::of_ada().await;
    let add = |person: &str, mail: NewMail| ada.emulator.add_mail(person, &mail);
    assert_eq!(
        add("nobody@contoso.example", NewMail::new("x")),
        Err(SeedError::Nobody("nobody@contoso.example".to_owned()))
    );
    assert!(matches!(
        add("charles@contoso.example", NewMail::new("x")),
        Err(SeedError::NoMailbox(_))
    ));
    let nowhere = NewMail {
        folder: "garbage".to_owned(),
        ..NewMail::new("x")
    };
    assert!(matches!(
        add("ada@contoso.example", nowhere),
        Err(SeedError::NoFolder(_))
    ));
    let none = NewMail {
        count: 0,
        ..NewMail::new("x")
    };
    assert_eq!(add("ada@contoso.example", none), Err(SeedError::BadCount));
}

/// E64: the same by request: 404 for nobody, 422 with the reason for the rest.
#[tokio::test]
async fn requests_that_make_no_sense_are_refused() {
    let ada = Mailbox::of_ada().await;
    let to = |person: &str| format!("mailboxes/{person}/messages");
    let missing = post(
        &ada,
        &to("nobody@contoso.example"),
        json!({ "subject": "x" }),
    )
    .await;
    assert_eq!(missing.status, 404);
    let odd = json!({ "subject": "x", "folder": "garbage" });
    assert_eq!(
        post(&ada, &to("ada@contoso.example"), odd).await.status,
        422
    );
    let odd = json!({ "subject": "x", "colour": "red" });
    assert_eq!(
        post(&ada, &to("ada@contoso.example"), odd).await.status,
        422
    );
}

/// E64: control is never reached through Graph's paths, nor on the upload host, nor under a name that is not this
/// machine's; and control requests leave no trace in the record.
#[tokio::test]
async fn control_and_graph_are_apart() {
    let ada = Mailbox::of_ada().await;
    for path in ["/_emulator/world", "/me/_emulator/world", "/_emulator"] {
        ada.get(path).await.is_refused(400, "BadRequest");
    }
    let encoded = ada.get("/me%2f..%2f..%2f_emulator%2fworld").await;
    encoded.is_refused(400, "BadRequest");
    let world = format!("{}/_emulator/world", ada.emulator.origin());
    let foreign = ada
        .plain(Method::GET, &world)
        .header("host", "evil.example");
    assert_eq!(send(foreign).await.status, 421);
    let seen: Vec<_> = ada.emulator.exchanges();
    assert!(
        seen.iter()
            .all(|exchange| !exchange.path.starts_with("/_emulator"))
    );
}

/// E65: the same seed and the same steps give the same ids, for mail that came in, attachments and people too.
#[tokio::test]
async fn the_same_steps_give_the_same_ids() {
    let mut runs = Vec::new();
    for _ in 0..2 {
        let builder = Emulator::builder().mail(MailSettings::new(3));
        let ada = Mailbox::within(builder, "ada@contoso.example", &["Mail.ReadWrite"]).await;
        let person =
            json!({ "name": "M", "address": "m@contoso.example", "tenant": "contoso.example" });
        let person = post(&ada, "people", person).await.json()["id"].clone();
        let mail = NewMail {
            count: 3,
            ..NewMail::new("Tea")
        };
        let ids = ada
            .emulator
            .add_mail("ada@contoso.example", &mail)
            .expect("a mailbox");
        let path = crate::attaching::drafts_attachments(&ada).await;
        let file = json!({
            "@odata.type": "#microsoft.graph.fileAttachment", "name": "a.txt", "contentBytes": "YQ==",
        });
        let attachment = ada.send(Method::POST, &path, &file).await.json()["id"].clone();
        runs.push((person, ids, attachment));
    }
    assert_eq!(runs[0], runs[1]);
}
