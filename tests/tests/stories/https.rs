//! The main job with Microsoft behind HTTPS, as it is in production, vouched for by an authority of the emulator's own.

use connect_outlook_tests::{Settings, story_with};

/// F19: what is refused elsewhere goes on here, at the token endpoint, the signing keys and Graph.
#[tokio::test]
async fn a_mailbox_is_connected_and_kept_over_https() {
    story_with(Settings::standard().https(), async |world| {
        assert!(world.microsoft().origin.starts_with("https://"));
        let ada = world.visitor().connect("ada").await;
        assert!(!ada.inbox().await.is_empty());
        world.advance(2 * 3_600);
        assert!(!ada.inbox().await.is_empty());
        assert_eq!(world.refreshes().len(), 1);
        assert_eq!(world.events().await, ["account.connected"]);
    })
    .await;
}
