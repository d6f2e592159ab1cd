//! `translateExchangeIds` (E22).

use serde::Deserialize;

use super::visit::Visit;
use crate::graph::{
    answer::Answer,
    error::GraphError,
    ids::{IdFormat, TranslationError, translate},
    json::{Json, Object},
    store::Mailbox,
};

/// `POST translateExchangeIds`: each id by itself, so that a bad one does not spoil the others.
pub(super) fn answer(visit: &Visit<'_>, mailbox: &Mailbox) -> Result<Answer, GraphError> {
    let asked: Asked = serde_json::from_slice(&visit.call.body).map_err(|_| {
        GraphError::unreadable_body(
            "The parameters 'inputIds', 'sourceIdType' and 'targetIdType' are needed.",
        )
    })?;
    if asked.input_ids.len() > MOST_IDS {
        return Err(GraphError::invalid_argument(
            "At most 1000 ids can be translated at once.",
        ));
    }
    let [from, to] = [&asked.source_id_type, &asked.target_id_type].map(|name| format(name));
    let (from, to) = (from?, to?);
    let results = asked.input_ids.iter().map(|id| {
        let result = Object::new().with("sourceId", id.as_str());
        match translate(mailbox, id, from, to) {
            Ok(target) => result.with("targetId", target),
            Err(error) => result.with("errorDetails", details(error)),
        }
    });
    let results: Json = results.collect();
    let origin = &visit.graph.emulator.origin;
    let context = format!("{origin}/v1.0/$metadata#Collection(microsoft.graph.convertIdResult)");
    Ok(Answer::ok(
        Object::new()
            .with("@odata.context", context)
            .with("value", results),
    ))
}

fn format(name: &str) -> Result<IdFormat, GraphError> {
    IdFormat::parse(name).ok_or_else(|| {
        GraphError::unreadable_body(format!(
            "Requested value '{name}' was not found on type 'microsoft.graph.exchangeIdFormat'."
        ))
    })
}

/// Chosen: the code and message that a read by the same id would be refused with.
fn details(error: TranslationError) -> Object {
    let error = match error {
        TranslationError::NoId(error) => GraphError::from(error),
        TranslationError::Gone => GraphError::item_not_found(),
    };
    Object::new()
        .with("code", error.code)
        .with("message", error.message)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Asked {
    #[serde(alias = "InputIds")]
    input_ids: Vec<String>,
    #[serde(alias = "SourceIdType")]
    source_id_type: String,
    #[serde(alias = "TargetIdType")]
    target_id_type: String,
}

/// The documented most.
const MOST_IDS: usize = 1000;
