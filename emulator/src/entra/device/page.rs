//! The page where the short code is typed.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{RawQuery, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};

use crate::{
    entra::{
        aadsts::{self, Aadsts},
        authority::Authority,
        authorize::{AuthorizeRequest, begin_with},
        error_page,
        pages::DeviceCodePage,
        parameters::Parameters,
        request_ids::RequestIds,
    },
    state::EmulatorState,
    tokens::DeviceRequest,
};

/// `GET /devicelogin`, perhaps with the code as `otc`. A code that waits alone is filled in, as passwords are.
pub(in crate::entra) async fn ask(
    State(state): State<Arc<EmulatorState>>,
    RawQuery(query): RawQuery,
) -> Response {
    let parameters = Parameters::read(query.unwrap_or_default().as_bytes());
    let given = parameters.get("otc").map(str::to_owned);
    let waiting = || state.entra.device_codes.only_pending(state.clock.now());
    show(&given.or_else(waiting).unwrap_or_default(), None)
}

/// `POST /devicelogin`: what was typed.
pub(in crate::entra) async fn typed(
    State(state): State<Arc<EmulatorState>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let form = Parameters::read_form(&headers, &body);
    let ids = RequestIds::of(&form, &headers);
    let Some(user_code) = form.get("otc").map(str::trim) else {
        return show("", Some(&aadsts::USER_CODE_EMPTY));
    };
    let codes = &state.entra.device_codes;
    let request = match codes.typed(user_code, state.clock.now()) {
        None => return show(user_code, Some(&aadsts::USER_CODE_UNKNOWN)),
        Some((_, true)) => return show(user_code, Some(&aadsts::USER_CODE_DECIDED)),
        Some((request, false)) => request,
    };
    let DeviceRequest {
        client_id,
        scopes,
        segment,
        ..
    } = request;
    match Authority::named(&segment, &state.world()) {
        Ok(authority) => {
            let user_code = user_code.to_ascii_uppercase();
            let back = format!("{}/devicelogin", state.origin);
            let request =
                AuthorizeRequest::for_device(authority, client_id, scopes, user_code, back);
            begin_with(&state, &headers, request, segment, ids.correlation).await
        }
        Err(unknown) => error_page::refuse(&state, &ids, &unknown),
    }
}

fn show(user_code: &str, trouble: Option<&'static Aadsts>) -> Response {
    DeviceCodePage { user_code, trouble }
        .page()
        .respond(StatusCode::OK)
}
