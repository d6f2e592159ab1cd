//! Webhooks by command, beside a server that serves and tells.

use connect_outlook_tests::{
    canaries::{self, Secret},
    place::Place,
    program::Serving,
    receiver::{Manner, Receiver},
};

/// R150, R151, L1: an operator adds, tries, exchanges, looks and removes; the secrets are in no file and in no log.
#[tokio::test]
async fn an_operator_adds_tries_and_looks_at_webhooks_while_the_server_serves() {
    let mut place = Place::new().await;
    place.settings.insert("insecure_webhooks", "on".to_owned());
    let serving = Serving::start(&place.settings).await;
    let shown = ["webhooks", "new", "https://crm.example/outlook/hooks"];
    let first = place.good(&shown).await.trim().to_owned();
    assert!(first.starts_with("whsec_"), "it alone");

    let receiver = Receiver::start().await;
    let new = [
        "webhooks",
        "new",
        &receiver.url,
        "--description",
        "own",
        "--events",
        "account.connected,account.needs_user",
    ];
    let secret = place.good(&new).await.trim().to_owned();
    let list = place.good(&["webhooks", "list"]).await;
    assert!(
        !list.contains("whsec_") && list.contains("account.connected,account.needs_user"),
        "{list}"
    );
    let own = list.lines().find(|line| line.contains("own")).unwrap();
    let id = own.split_whitespace().next().unwrap();

    receiver.answers(Manner::Status(500));
    let event = place
        .good(&["webhooks", "test", id])
        .await
        .trim()
        .to_owned();
    let came = receiver.until(1).await;
    assert_eq!(
        (came[0].id(), came[0].kind().as_str()),
        (event.as_str(), "webhook.test")
    );
    assert!(came[0].is_genuine_now(&secret));
    let rotated = place
        .good(&["webhooks", "rotate", id])
        .await
        .trim()
        .to_owned();
    receiver.answers(Manner::Status(204));
    place
        .good(&["webhooks", "redeliver", id, "--event", &event])
        .await;
    let came = receiver.until(2).await;
    assert!(came[1].is_genuine_now(&secret) && came[1].is_genuine_now(&rotated));
    assert_eq!(came[1].id(), event);
    place
        .good(&["webhooks", "redeliver", id, "--since", "0"])
        .await;

    let told = place.good(&["webhooks", "deliveries", id]).await;
    assert!(
        told.contains(&event) && told.contains("webhook.test"),
        "{told}"
    );
    place.good(&["webhooks", "enable", id]).await;
    place.good(&["webhooks", "remove", id]).await;
    for (words, code) in [
        (&["webhooks", "test", id][..], 1),
        (&["webhooks", "new", "http://crm.example/"], 1),
        (&["webhooks", "new", "https://169.254.169.254/latest"], 1),
        (
            &[
                "webhooks",
                "new",
                "https://crm.example/",
                "--events",
                "account.renamed",
            ],
            2,
        ),
        (&["webhooks", "redeliver", id], 2),
    ] {
        assert_eq!(place.run(words).await.code, Some(code), "{words:?}");
    }

    let secrets = [first, secret, rotated].map(|value| Secret::new("webhook_secret", value));
    let log = serving.stop().await.join("\n");
    assert_eq!(canaries::hits(&secrets, log.as_bytes(), "the log"), [""; 0]);
    for entry in std::fs::read_dir(place.folder.path()).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        let found = canaries::hits(&secrets, &bytes, &path.display().to_string());
        assert_eq!(found, [""; 0]);
    }
}
