//! The way to Microsoft ends at somebody who is not Microsoft, or speaks a TLS of long ago.

use connect_outlook_tests::{Connected, place::write_private};

use crate::{
    place::{INBOX, Place},
    story::{Story, story},
    stranger::{Stranger, Wrong},
};

pub(crate) const STORIES: &[Story] = &[story!("F19", who_is_not_secure_hears_nothing)];

/// At the token endpoint and at Graph alike: refused before anything is said, told apart from a host that is away, and
/// nobody's account is the worse for it.
async fn who_is_not_secure_hears_nothing(place: &Place<'_>) -> usize {
    let ada = place.ada_later().await;
    let alan = place.world.visitor().connect("alan").await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("authority.pem").display().to_string();
    for wrong in Wrong::ALL {
        let stranger = Stranger::start(wrong).await;
        write_private(&file, stranger.believed.as_bytes());
        let settings = place
            .settings()
            .with("insecure_entra_origin", &stranger.origin)
            .with("insecure_graph_origin", &stranger.origin)
            .with("insecure_authority_file", &file);
        let there = place.world.another_process_with(&settings).await;
        for somebody in [&ada, &alan] {
            let before = stranger.came();
            unavailable(&place.at(somebody, &there)).await;
            assert!(stranger.came() > before, "{wrong:?}");
        }
        assert_eq!(stranger.heard(), 0, "{wrong:?}");
        let log = String::from_utf8(place.world.log()).unwrap();
        let told = format!("TLS failure: {}", wrong.in_the_log());
        assert!(log.contains(&told), "{told}");
    }
    assert_eq!(place.world.states().await, ["connected"; 2]);
    assert_eq!(place.world.rows("grants").await, 2);
    assert!(!ada.inbox().await.is_empty(), "by the way that is secure");
    assert_eq!(place.world.events().await, ["account.connected"; 2]);
    1
}

async fn unavailable(somebody: &Connected) {
    let answer = somebody.get(INBOX).await;
    let told = (answer.status, answer.code());
    assert_eq!(
        told,
        (503, "microsoft_unavailable".to_owned()),
        "{}",
        answer.body
    );
}
