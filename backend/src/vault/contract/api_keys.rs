//! Keys of the integrator's server: shown once, stored as hashes, revoked at once.

use super::world::{NOW, World};
use crate::vault::id::ApiKeyDigest;

on_every_engine![
    a_key_opens_until_it_is_revoked,
    two_keys_live_beside_each_other,
    a_key_is_nowhere_in_the_vault,
];

/// R66, L8
async fn a_key_opens_until_it_is_revoked(world: &World) {
    let vault = &world.vault;
    let (id, key) = vault.new_api_key("server", NOW).await.unwrap();
    let digest = ApiKeyDigest::of(key.expose());
    assert_eq!(vault.api_keys().await.unwrap()[0].first_used_at, None);
    for later in [5, 9] {
        let used = vault.use_api_key(digest, NOW.plus(later)).await.unwrap();
        assert_eq!(used, Some(id));
    }
    let facts = vault.api_keys().await.unwrap().remove(0);
    assert_eq!((facts.id, facts.name.as_str()), (id, "server"));
    assert_eq!(
        facts.first_used_at,
        Some(NOW.plus(5)),
        "the first use stays"
    );
    let other = ApiKeyDigest::of("co_api_other");
    assert_eq!(vault.use_api_key(other, NOW).await.unwrap(), None);

    assert!(vault.revoke_api_key(id, NOW.plus(10)).await.unwrap());
    assert_eq!(vault.use_api_key(digest, NOW.plus(11)).await.unwrap(), None);
    assert!(!vault.revoke_api_key(id, NOW.plus(12)).await.unwrap());
    let revoked = vault.api_keys().await.unwrap().remove(0).revoked_at;
    assert_eq!(revoked, Some(NOW.plus(10)));
}

/// R66: for rotation.
async fn two_keys_live_beside_each_other(world: &World) {
    let vault = &world.vault;
    let (old, _) = vault.new_api_key("old", NOW).await.unwrap();
    let (new, key) = vault.new_api_key("new", NOW.plus(1)).await.unwrap();
    assert_ne!(old, new);
    vault.revoke_api_key(old, NOW.plus(2)).await.unwrap();
    let digest = ApiKeyDigest::of(key.expose());
    assert_eq!(vault.use_api_key(digest, NOW).await.unwrap(), Some(new));
    let ids: Vec<_> = vault.api_keys().await.unwrap();
    assert_eq!(ids.iter().map(|key| key.id).collect::<Vec<_>>(), [old, new]);
}

async fn a_key_is_nowhere_in_the_vault(world: &World) {
    let (id, key) = world.vault.new_api_key("server", NOW).await.unwrap();
    let stored = world.raw("api_keys", "key_hash", &id.to_string()).await;
    assert_eq!(stored.as_deref().map(str::len), Some(64));
    assert_ne!(stored.as_deref(), Some(key.expose()));
    assert!(format!("{key:?}") == "ApiKey(…)", "R123");
}
