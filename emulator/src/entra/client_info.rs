//! `client_info`: whom MSAL's caches file tokens under (entra.md §10.3).

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::json;

use crate::world::Person;

/// base64url of `{"uid": <home object id>, "utid": <home tenant id>}`.
pub(super) fn client_info(person: &Person) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(json!({ "uid": person.id, "utid": person.tenant }).to_string())
}
