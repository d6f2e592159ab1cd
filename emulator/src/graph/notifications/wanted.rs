//! Subscriptions as clients ask for them: the bodies of `POST` and `PATCH`.

use serde::Deserialize;
use serde_json::Value;

use super::{
    receiver::{Receiver, Unsuitable},
    subscription::ChangeType,
};
use crate::{
    graph::{
        error::GraphError,
        odata::{Filter, Query},
        path::{Owner, Route, Target},
        render::MESSAGE,
        times,
    },
    switches::NotificationSwitches,
};

/// A subscription that a client asks for, each part read and found possible.
#[derive(Debug)]
pub(crate) struct Wanted {
    /// As it was written.
    pub(crate) resource: String,
    /// Whose mailbox it names.
    pub(crate) owner: Owner,
    /// Which folder, by name or id.
    pub(crate) folder: Option<String>,
    /// Which messages.
    pub(crate) filter: Option<Filter>,
    /// Without repetitions.
    pub(crate) changes: Vec<ChangeType>,
    /// `notificationUrl`
    pub(crate) notification_url: Receiver,
    /// `lifecycleNotificationUrl`
    pub(crate) lifecycle_url: Option<Receiver>,
    /// `clientState`
    pub(crate) client_state: Option<String>,
    /// `latestSupportedTlsVersion`
    pub(crate) tls: String,
    /// Unix seconds, within the limits.
    pub(crate) expires_at: i64,
}

impl Wanted {
    /// Reads the body of a request that arrived at `now`.
    ///
    /// # Errors
    /// 400 for what is missing, unknown, or beyond the limits.
    pub(crate) fn read(
        body: &[u8],
        now: i64,
        switches: &NotificationSwitches,
    ) -> Result<Self, GraphError> {
        let asked: Asked = serde_json::from_slice(body).map_err(|_| unreadable())?;
        asked.check()?;
        let expires_at = demanded(asked.expiration_date_time, "expirationDateTime")?;
        let resource = demanded(asked.resource, "resource")?;
        let changes = change_types(&demanded(asked.change_type, "changeType")?)?;
        let (owner, folder, filter) = watched(&resource)?;
        let address = demanded(asked.notification_url, "notificationUrl")?;
        let receiver = |name, address: &str| {
            Receiver::at(address, switches.allows_http)
                .map_err(|error| unsuitable(name, address, &error))
        };
        Ok(Self {
            owner,
            folder,
            filter,
            changes,
            notification_url: receiver("NotificationUrl", &address)?,
            lifecycle_url: asked
                .lifecycle_notification_url
                .map(|address| receiver("LifecycleNotificationUrl", &address))
                .transpose()?,
            client_state: asked.client_state,
            tls: asked
                .latest_supported_tls_version
                .unwrap_or_else(|| "v1_2".to_owned()),
            expires_at: end(&expires_at, now)?,
            resource,
        })
    }
}

/// The body of a `PATCH`: nothing but a later end.
#[derive(Debug)]
pub(crate) struct Renewal {
    /// Unix seconds, within the limits.
    pub(crate) expires_at: i64,
}

impl Renewal {
    /// Reads the body of a request that arrived at `now`.
    ///
    /// # Errors
    /// 400 for another property, or a time that cannot be read or lies too far ahead.
    pub(crate) fn read(body: &[u8], now: i64) -> Result<Self, GraphError> {
        let asked: AskedRenewal = serde_json::from_slice(body).map_err(|_| {
            GraphError::invalid_subscription(
                "Only expirationDateTime of a subscription can be changed.",
            )
        })?;
        let expires_at = demanded(asked.expiration_date_time, "expirationDateTime")?;
        Ok(Self {
            expires_at: end(&expires_at, now)?,
        })
    }
}

/// When a subscription ends that is to end at `text` (E58): at least 45 minutes and at most seven days from `now`.
fn end(text: &str, now: i64) -> Result<i64, GraphError> {
    let wanted = times::parse(text).ok_or_else(unreadable)?;
    if wanted > now + LONGEST_LIFE * 60 {
        return Err(GraphError::expiration_too_far(LONGEST_LIFE));
    }
    Ok(wanted.max(now + SHORTEST_LIFE * 60))
}

/// Whose messages, of which folder and which of them: `me/mailFolders('inbox')/messages?$filter=isRead eq false`.
fn watched(resource: &str) -> Result<(Owner, Option<String>, Option<Filter>), GraphError> {
    let unsupported =
        || GraphError::invalid_subscription(format!("Resource '{resource}' is not supported."));
    let (path, query) = resource.split_once('?').unwrap_or((resource, ""));
    let path = path.trim_start_matches('/');
    let path = path.strip_prefix("v1.0/").unwrap_or(path);
    let route = Route::parse(&format!("/v1.0/{path}")).map_err(|_| unsupported())?;
    let Target::Messages(folder) = route.target else {
        return Err(unsupported());
    };
    let filter = Query::parse(query)?.filter;
    if let Some(filter) = &filter {
        filter.check(&MESSAGE)?;
    }
    Ok((route.owner, folder, filter))
}

fn change_types(text: &str) -> Result<Vec<ChangeType>, GraphError> {
    let mut changes = Vec::new();
    for word in text.split(',').map(str::trim) {
        let change = ChangeType::named(word).ok_or_else(|| {
            GraphError::invalid_subscription(format!("The change type '{word}' is not supported."))
        })?;
        if !changes.contains(&change) {
            changes.push(change);
        }
    }
    Ok(changes)
}

fn demanded(value: Option<String>, name: &str) -> Result<String, GraphError> {
    value.filter(|value| !value.is_empty()).ok_or_else(|| {
        GraphError::invalid_subscription(format!(
            "{name} is a required property for subscription creation"
        ))
    })
}

fn unreadable() -> GraphError {
    GraphError::invalid_subscription(
        "Could not process subscription creation payload. Are all property names spelled and camelCased properly?",
    )
}

fn unsuitable(name: &str, address: &str, error: &Unsuitable) -> GraphError {
    match error {
        Unsuitable::NotAnAddress => {
            GraphError::invalid_subscription(format!("{name} '{address}' is not a valid address."))
        }
        Unsuitable::Scheme(scheme) => {
            GraphError::invalid_subscription(format!("{name} scheme='{scheme}' is not supported."))
        }
        Unsuitable::Elsewhere => GraphError::validation_failed(
            "Subscription validation request failed. The emulator notifies nobody but programs on this machine.",
        ),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Asked {
    change_type: Option<String>,
    resource: Option<String>,
    notification_url: Option<String>,
    lifecycle_notification_url: Option<String>,
    expiration_date_time: Option<String>,
    client_state: Option<String>,
    latest_supported_tls_version: Option<String>,
    #[serde(default)]
    include_resource_data: bool,
    /// Of rich notifications and of other ways to deliver; read and ignored.
    #[serde(rename = "encryptionCertificate")]
    _encryption_certificate: Option<Value>,
    #[serde(rename = "encryptionCertificateId")]
    _encryption_certificate_id: Option<Value>,
    #[serde(rename = "notificationQueryOptions")]
    _notification_query_options: Option<Value>,
    #[serde(rename = "notificationUrlAppId")]
    _notification_url_app_id: Option<Value>,
    #[serde(rename = "@odata.type")]
    _type: Option<Value>,
}

impl Asked {
    /// Refuses what no subscription can have here (E66), or not that long.
    fn check(&self) -> Result<(), GraphError> {
        if self.include_resource_data {
            tracing::warn!(
                feature = "includeResourceData",
                "the emulated Graph sends no resource data"
            );
            return Err(GraphError::invalid_subscription(
                "The emulated Graph does not support includeResourceData.",
            ));
        }
        let too_long = |state: &String| state.chars().count() > LONGEST_CLIENT_STATE;
        match self.client_state.as_ref().is_some_and(too_long) {
            false => Ok(()),
            true => Err(GraphError::invalid_subscription(format!(
                "clientState may have {LONGEST_CLIENT_STATE} characters at most."
            ))),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct AskedRenewal {
    expiration_date_time: Option<String>,
    #[serde(rename = "@odata.type")]
    _type: Option<Value>,
}

/// Minutes: seven days, less nothing (graph-mail §16.2).
const LONGEST_LIFE: i64 = 10_080;
/// Minutes.
const SHORTEST_LIFE: i64 = 45;
const LONGEST_CLIENT_STATE: usize = 128;
