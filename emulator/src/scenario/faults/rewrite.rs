//! Refusals that say the same otherwise (entra 84): only the documented fields may be relied upon.

use axum::{
    body::{Body, to_bytes},
    http::header::CONTENT_LENGTH,
    response::Response,
};
use serde_json::{Value, json};

use super::FaultKind;

/// The answer with its refusal rewritten; any other answer as it is.
pub(super) async fn rewritten(answer: Response, kinds: &[FaultKind]) -> Response {
    let changes = |kind: &FaultKind| {
        matches!(
            kind,
            FaultKind::UnknownNumber | FaultKind::ChangedProse | FaultKind::WithoutErrorUri
        )
    };
    if !kinds.iter().any(changes) {
        return answer;
    }
    let (mut parts, body) = answer.into_parts();
    let Ok(bytes) = to_bytes(body, LARGEST).await else {
        return Response::from_parts(parts, Body::empty());
    };
    let Some(mut refusal) = refusal(&bytes) else {
        return Response::from_parts(parts, Body::from(bytes));
    };
    for kind in kinds {
        rewrite(&mut refusal, kind);
    }
    parts.headers.remove(CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(refusal.to_string()))
}

fn refusal(bytes: &[u8]) -> Option<Value> {
    let value: Value = serde_json::from_slice(bytes).ok()?;
    value.get("error_codes").is_some().then_some(value)
}

fn rewrite(refusal: &mut Value, kind: &FaultKind) {
    let number = refusal["error_codes"][0].clone();
    let description = refusal["error_description"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    match kind {
        FaultKind::UnknownNumber => {
            let changed = description.replacen(&format!("AADSTS{number}"), "AADSTS9999999", 1);
            refusal["error_codes"] = json!([9_999_999]);
            refusal["error_description"] = json!(changed);
            without_uri(refusal);
        }
        FaultKind::ChangedProse => {
            refusal["error_description"] = json!(format!(
                "Une erreur s’est produite – code {number}. Trace: {}; {}",
                refusal["trace_id"].as_str().unwrap_or_default(),
                refusal["timestamp"].as_str().unwrap_or_default(),
            ));
        }
        FaultKind::WithoutErrorUri => without_uri(refusal),
        _ => {}
    }
}

fn without_uri(refusal: &mut Value) {
    if let Value::Object(fields) = refusal {
        fields.remove("error_uri");
    }
}

/// Refusals are small.
const LARGEST: usize = 1 << 20;
