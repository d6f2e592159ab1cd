//! What proves to Microsoft who asks, with the real program.

use connect_outlook_tests::{
    evidence,
    place::{Place, write_private},
    program::Serving,
};

/// entra.md §4.1: Microsoft takes the assertion that the certificate's key signed, one for several requests.
#[tokio::test]
async fn a_certificate_proves_who_asks() {
    let mut place = Place::new().await;
    let world = place.emulator.state().world();
    let mut apps = world.applications.iter();
    let ledger = apps.find(|app| !app.certificates.is_empty()).unwrap();
    let registered = &ledger.certificates[0];
    let key = registered.private_key.clone().unwrap();
    let pem = place.path("client.pem");
    write_private(
        &pem,
        format!("{}\n{key}", registered.certificate).as_bytes(),
    );
    let callback = format!("{}/ledger-callback", place.settings["public_url"]);
    place.settings.remove("client_secret");
    place.settings.extend([
        ("client_id", ledger.client_id.as_str().to_owned()),
        ("client_certificate_file", pem),
        ("redirect_uri", callback),
    ]);
    let serving = Serving::start(&place.settings).await;
    let ada = place.visitor().connect("ada").await;
    let alan = place.visitor().connect("alan").await;
    assert!(!ada.inbox().await.is_empty() && !alan.inbox().await.is_empty());
    let requests = evidence::token_requests(&place.emulator.state().exchanges.after(0));
    assert_eq!(requests.len(), 2);
    for request in &requests {
        assert_eq!(request.exchange.status, 200);
        assert!(!request.form.contains_key("client_secret"));
    }
    assert_eq!(
        requests[0].field("client_assertion"),
        requests[1].field("client_assertion"),
        "signed once for both"
    );
    let log = serving.stop().await;
    let assertion = requests[0].field("client_assertion");
    assert!(log.iter().all(|line| !line.contains(assertion)));
    place.search();
}

/// The new secret stands beside the old one before that ends; the server takes the file up by itself.
#[tokio::test]
async fn a_secret_is_exchanged_while_people_read_their_mail() {
    let mut place = Place::new().await;
    let file = place.path("client-secret");
    let old = place.settings.remove("client_secret").unwrap();
    write_private(&file, old.as_bytes());
    place.settings.insert("client_secret_file", file.clone());
    let mut serving = Serving::start(&place.settings).await;
    let ada = place.visitor().connect("ada").await;

    let new = "emulated~Secret-that-comes-after-the-other";
    write_private(&file, format!("{old}\n{new}\n").as_bytes());
    serving.signal("HUP").await;
    serving
        .until("keys and client credentials read again")
        .await;
    place.still_reads_after_a_refresh(&ada).await;
    let state = place.emulator.state();
    state.change_world(|world| {
        let secrets = world
            .applications
            .iter_mut()
            .flat_map(|app| &mut app.secrets);
        let changed = secrets.filter(|secret| secret.value == old);
        assert_eq!(
            changed.map(|secret| secret.value = new.to_owned()).count(),
            1
        );
    });
    place.still_reads_after_a_refresh(&ada).await;
    let used = evidence::token_requests(&state.exchanges.after(0));
    let used: Vec<_> = used
        .iter()
        .map(|request| request.field("client_secret"))
        .collect();
    assert_eq!(used, [&old, &old, &old, new]);
    let session = ada.visitor.page().get("/v1/session").await.json();
    assert_eq!(session["accounts"][0]["state"], "connected");
    serving.stop().await;
}
