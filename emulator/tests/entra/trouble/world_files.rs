//! Worlds from files.

use std::{fs, path::PathBuf};

use connect_outlook_emulator::{
    Emulator,
    world::{ConsentPolicy, Platform, SendRight, SharedAccess, World, WorldFileError},
};

use crate::support::Stage;

const SMALL: &str = include_str!("small-world.toml");

fn file(name: &str, text: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("emulator-worlds-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join(name);
    fs::write(&path, text).expect("written");
    path
}

#[tokio::test]
async fn a_small_file_is_completed_by_what_can_be_guessed() {
    let path = file("small.toml", SMALL);
    let now = Emulator::builder();
    let builder = now.world_file(&path).expect("in order");
    let emulator = builder.start("127.0.0.1:0").await.expect("a free port");
    let world = emulator.world();
    let person = world.person_at("emmy@northwind.example").expect("there");
    assert!(person.mailbox && person.password == "emulated-emmy");
    let tenant = world.tenant(&person.tenant).expect("named by domain");
    assert_eq!(
        (tenant.consent_policy, tenant.approval_workflow),
        (ConsentPolicy::MicrosoftManaged, true)
    );
    let app = &world.applications[0];
    assert_eq!(app.redirect_uris[0].platform, Platform::Web);
    let left = app.secrets[0].expires_at - emulator.clock().now();
    assert!((29 * 86_400..=30 * 86_400).contains(&left), "{left}");
    let again = World::from_file(&path, 0).expect("in order");
    assert_eq!(again.people[0].id, person.id, "ids are the same every time");
    emulator.stop().await;
}

#[tokio::test]
async fn what_control_tells_can_be_loaded_again() {
    let stage = Stage::start().await;
    let told = stage
        .get("/_emulator/world")
        .await
        .text()
        .await
        .expect("text");
    let path = file("standard.json", &told);
    let world = World::from_file(&path, 0).expect("in order");
    assert_eq!(serde_json::to_string(&world).expect("serialises"), told);
}

#[test]
fn mistakes_are_told_with_the_file_and_the_reason() {
    let reason = |name: &str, text: &str| {
        let error = World::from_file(&file(name, text), 0).expect_err("refused");
        assert!(error.to_string().contains(name), "{error}");
        error
    };
    let malformed = reason("broken.toml", "tenants = [");
    assert!(matches!(malformed, WorldFileError::Malformed { .. }));
    let missing = World::from_file(&PathBuf::from("/no/such/world.json"), 0);
    assert!(matches!(missing, Err(WorldFileError::Unreadable { .. })));
    let says = |text: &str, words: &str| {
        let error = reason("mistaken.toml", text);
        assert!(error.to_string().contains(words), "{error}");
    };
    says("tenants = []\npeople = []", "applications");
    says(
        &SMALL.replace(
            "tenant = \"northwind.example\"",
            "tenant = \"nowhere.example\"",
        ),
        "nowhere.example",
    );
    says(&SMALL.replace("name = \"Emmy Noether\"\n", ""), "name");
    let twice = format!(
        "{SMALL}\n[[people]]\nname = \"Other\"\naddress = \"emmy@northwind.example\"\ntenant = \"northwind.example\"\n"
    );
    says(&twice, "twice");
}

/// Graph's E6: mailboxes are shared by address or id, for reading and without a right to send unless said.
#[test]
fn shares_are_named_by_address() {
    let other = "[[people]]\nname = \"Other\"\naddress = \"other@northwind.example\"\ntenant = \"northwind.example\"\n";
    let share = |with: &str, more: &str| {
        let share = format!(
            "[[mailbox_shares]]\nmailbox = \"EMMY@northwind.example\"\nwith = \"{with}\"\n{more}"
        );
        World::from_file(
            &file("shares.toml", &format!("{SMALL}\n{other}\n{share}")),
            0,
        )
    };
    for (more, access, sending) in [
        ("", SharedAccess::Read, SendRight::None),
        (
            "access = \"write\"\nsending = \"on_behalf\"\n",
            SharedAccess::Write,
            SendRight::OnBehalf,
        ),
    ] {
        let world = share("other@northwind.example", more).expect("in order");
        let id = |address: &str| &world.person_at(address).expect("there").id;
        let (owner, guest) = (id("emmy@northwind.example"), id("other@northwind.example"));
        let found = world.mailbox_share(owner, guest).expect("shared");
        assert_eq!((found.access, found.sending), (access, sending));
        assert!(world.mailbox_share(guest, owner).is_none());
    }
    let error = share("stranger@northwind.example", "").expect_err("refused");
    assert!(
        error.to_string().contains("stranger@northwind.example"),
        "{error}"
    );
}
