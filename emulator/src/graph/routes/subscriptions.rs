//! `/subscriptions`: made, listed, renewed, ended (graph-mail §16.1).

use axum::http::Method;

use super::{owner, unsupported, visit::folder};
use crate::{
    graph::{
        access::{Caller, Need, Reach},
        answer::Answer,
        call::Call,
        error::GraphError,
        json::{Json, Object},
        notifications::{
            Place, Renewal, Subscription, TooMany, Wanted, Watched, is_own, shake_hands,
        },
        serve::Graph,
        times::utc,
    },
    lock::lock,
    random,
    world::Person,
};

/// Answers a call about subscriptions.
///
/// # Errors
/// [`GraphError`] if it is refused.
pub(crate) async fn answer(
    graph: &Graph,
    caller: &Caller,
    place: &Place,
    call: &Call,
) -> Result<Answer, GraphError> {
    if !caller.may_somewhere(Need::MailBasic) {
        return Err(GraphError::access_denied());
    }
    match (&call.method, place) {
        (&Method::POST, Place::All) => create(graph, caller, call).await,
        (&Method::GET, Place::All) => Ok(list(graph, caller, call)),
        (&Method::GET, Place::One(id)) => {
            let found = own(graph, caller, id, call.now)?;
            Ok(Answer::ok(alone(graph, &found)))
        }
        (&Method::PATCH, Place::One(id)) => renew(graph, caller, id, call),
        (&Method::DELETE, Place::One(id)) => {
            let found = own(graph, caller, id, call.now)?;
            graph.emulator.notifications.remove(&found.id);
            Ok(Answer::done())
        }
        (&Method::POST, Place::Reauthorize(id)) => {
            let found = own(graph, caller, id, call.now)?;
            graph.emulator.notifications.go_on(&found.id, None);
            Ok(Answer::done())
        }
        _ => Err(unsupported(call)),
    }
}

/// `POST /subscriptions` (E57): both addresses must show that they want to be notified before there is a subscription.
async fn create(graph: &Graph, caller: &Caller, call: &Call) -> Result<Answer, GraphError> {
    let emulator = &graph.emulator;
    let switches = emulator.switches().notifications;
    let wanted = Wanted::read(&call.body, call.now, &switches)?;
    let entry = owner::enter(graph, caller, &wanted.owner, Need::MailBasic)?;
    // On behalf of people, apps watch their own mailboxes only (graph-mail §16.4).
    if entry.reach == Reach::Shared {
        return Err(GraphError::access_denied());
    }
    let owner = entry.owner;
    let watched = watched(graph, &owner, &wanted)?;
    emulator.notifications.expire(call.now);
    emulator.notifications.has_room(&owner.id, &switches)?;
    shake_hands(&emulator.clock, &wanted.notification_url).await?;
    if let Some(receiver) = &wanted.lifecycle_url {
        shake_hands(&emulator.clock, receiver).await?;
    }
    let mut subscription = made(caller, call, &owner, wanted, watched);
    {
        let mailbox = graph.mailbox(&owner);
        let mailbox = lock(&mailbox);
        subscription.told = mailbox.sequence();
        subscription.watched.begin(&mailbox);
    }
    emulator
        .notifications
        .add(subscription.clone(), &switches)?;
    Ok(Answer::created(alone(graph, &subscription)))
}

/// The watched messages; the folder must be there.
fn watched(graph: &Graph, owner: &Person, wanted: &Wanted) -> Result<Watched, GraphError> {
    let mailbox = graph.mailbox(owner);
    let mailbox = lock(&mailbox);
    let named = wanted.folder.as_deref();
    Ok(Watched {
        folder: named.map(|named| folder(&mailbox, named)).transpose()?,
        filter: wanted.filter.clone(),
        ..Watched::default()
    })
}

fn made(
    caller: &Caller,
    call: &Call,
    owner: &Person,
    wanted: Wanted,
    watched: Watched,
) -> Subscription {
    Subscription {
        id: random::guid(),
        client_id: caller.client_id.clone(),
        creator: caller.actor_id(),
        tenant: caller.tenant.clone(),
        owner: owner.id.clone(),
        resource: wanted.resource,
        watched,
        changes: wanted.changes,
        notification_url: wanted.notification_url,
        lifecycle_url: wanted.lifecycle_url,
        client_state: wanted.client_state,
        tls: wanted.tls,
        expires_at: wanted.expires_at,
        ids: call.preferences.ids,
        is_paused: false,
        told: 0,
    }
}

/// `GET /subscriptions`: the caller's own (E62).
fn list(graph: &Graph, caller: &Caller, call: &Call) -> Answer {
    let notifications = &graph.emulator.notifications;
    notifications.expire(call.now);
    let own = notifications.those(|subscription| is_own(subscription, caller));
    let entries: Json = own.iter().map(shown).collect();
    let context = format!("{}/v1.0/$metadata#subscriptions", graph.emulator.origin);
    Answer::ok(
        Object::new()
            .with("@odata.context", context)
            .with("value", entries),
    )
}

/// `PATCH /subscriptions/{id}`: a later end, which reauthorizes too (E61, E62).
fn renew(graph: &Graph, caller: &Caller, id: &str, call: &Call) -> Result<Answer, GraphError> {
    let found = own(graph, caller, id, call.now)?;
    let renewal = Renewal::read(&call.body, call.now)?;
    let notifications = &graph.emulator.notifications;
    let renewed = notifications.go_on(&found.id, Some(renewal.expires_at));
    let renewed = renewed.ok_or_else(GraphError::no_such_subscription)?;
    Ok(Answer::ok(alone(graph, &renewed)))
}

/// The caller's subscription with this id.
fn own(graph: &Graph, caller: &Caller, id: &str, now: i64) -> Result<Subscription, GraphError> {
    let notifications = &graph.emulator.notifications;
    notifications.expire(now);
    let mut found = notifications.those(|one| one.id == id && is_own(one, caller));
    found.pop().ok_or_else(GraphError::no_such_subscription)
}

fn alone(graph: &Graph, subscription: &Subscription) -> Object {
    let context = format!(
        "{}/v1.0/$metadata#subscriptions/$entity",
        graph.emulator.origin
    );
    let mut object = Object::new().with("@odata.context", context);
    object.append(shown(subscription));
    object
}

fn shown(subscription: &Subscription) -> Object {
    let changes: Vec<&str> = subscription
        .changes
        .iter()
        .map(|kind| kind.text())
        .collect();
    let lifecycle_url = subscription.lifecycle_url.as_ref().map(ToString::to_string);
    Object::new()
        .with("id", subscription.id.as_str())
        .with("resource", subscription.resource.as_str())
        .with("applicationId", subscription.client_id.as_str())
        .with("changeType", changes.join(","))
        .with("clientState", subscription.client_state.as_deref())
        .with("notificationUrl", subscription.notification_url.to_string())
        .with("notificationQueryOptions", Json::Null)
        .with("lifecycleNotificationUrl", lifecycle_url)
        .with("expirationDateTime", utc(subscription.expires_at))
        .with("creatorId", subscription.creator.as_str())
        .with("includeResourceData", Json::Null)
        .with("latestSupportedTlsVersion", subscription.tls.as_str())
        .with("encryptionCertificate", Json::Null)
        .with("encryptionCertificateId", Json::Null)
        .with("notificationUrlAppId", Json::Null)
}

impl From<TooMany> for GraphError {
    fn from(TooMany(most): TooMany) -> Self {
        Self::too_many_subscriptions(most)
    }
}
