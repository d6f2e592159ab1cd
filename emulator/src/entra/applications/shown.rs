//! A registration as JSON. Secrets never are in it.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{
    clock::rfc3339,
    entra::{certificate::ReadCertificate, parameters::Parameters},
    world::{Application, Certificate, Platform, Secret},
};

/// The registration with the properties that `$select` names, or all.
pub(super) fn selected(application: &Application, origin: &str, query: &str) -> Value {
    let parameters = Parameters::read(query.as_bytes());
    let mut all = json!({
        "id": object_id(application),
        "appId": application.client_id,
        "displayName": application.name,
        "signInAudience": application.audience,
        "web": { "redirectUris": uris(application, Platform::Web) },
        "spa": { "redirectUris": uris(application, Platform::Spa) },
        "publicClient": { "redirectUris": uris(application, Platform::Public) },
        "isFallbackPublicClient": application.fallback_public,
        "passwordCredentials": application.secrets.iter().map(password).collect::<Vec<_>>(),
        "keyCredentials": application.certificates.iter().filter_map(key).collect::<Vec<_>>(),
    });
    if let (Some(select), Value::Object(all)) = (parameters.get("$select"), &mut all) {
        let names: Vec<&str> = select.split(',').map(str::trim).collect();
        all.retain(|name, _| names.contains(&name.as_str()));
    }
    all["@odata.context"] = json!(format!("{origin}/v1.0/$metadata#applications/$entity"));
    all
}

/// The redirect URIs under one platform.
fn uris(application: &Application, platform: Platform) -> Vec<&str> {
    let registered = application.redirect_uris.iter();
    registered
        .filter(|uri| uri.platform == platform)
        .map(|uri| uri.uri.as_str())
        .collect()
}

/// A secret without itself: its first three characters are the hint. Chosen: it began two years before its end, and has no
/// name; the world does not keep either.
pub(super) fn password(secret: &Secret) -> Value {
    let hint: String = secret.value.chars().take(3).collect();
    json!({
        "customKeyIdentifier": null,
        "displayName": null,
        "endDateTime": rfc3339(secret.expires_at),
        "hint": hint,
        "keyId": secret.id,
        "secretText": null,
        "startDateTime": rfc3339(secret.expires_at - SECRET_LIFE),
    })
}

fn key(certificate: &Certificate) -> Option<Value> {
    let read = ReadCertificate::of(certificate)?;
    let thumbprint = BASE64_URL_SAFE_NO_PAD.decode(&read.sha1).ok()?;
    let hexadecimal: String = thumbprint
        .iter()
        .map(|byte| format!("{byte:02X}"))
        .collect();
    Some(json!({
        "customKeyIdentifier": hexadecimal,
        "displayName": certificate.name,
        "endDateTime": rfc3339(read.not_after),
        "key": null,
        "keyId": certificate.id,
        "startDateTime": rfc3339(read.not_before),
        "type": "AsymmetricX509Cert",
        "usage": "Verify",
    }))
}

/// The object id of a registration, which is not its client id: the same every time.
pub(super) fn object_id(application: &Application) -> String {
    let digest = Sha256::digest(format!("application object|{}", application.client_id));
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_random_bytes(bytes)
        .into_uuid()
        .to_string()
}

/// Two years, the default of `addPassword`.
pub(super) const SECRET_LIFE: i64 = 730 * 86_400;
