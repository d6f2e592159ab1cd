//! `…/messages/delta` and `mailFolders/delta`: round by round (E47–E52).

use super::{
    attachments::Expansion,
    messages::shown,
    visit::{Visit, folder},
};
use crate::graph::{
    answer::Answer,
    delta::{self, Candidate, Collection, Options, Page, Position, Round, SyncState, Told},
    error::GraphError,
    ids,
    json::{Json, Object},
    notifications::ChangeType,
    odata::Query,
    render::{FOLDER, FolderView, MESSAGE, MessageView},
    store::{FolderKey, Forgotten, ItemKey, Mailbox, Place},
};

/// `GET mailFolders/{folder}/messages/delta`
pub(super) fn messages(
    visit: &Visit<'_>,
    mailbox: &Mailbox,
    named: &str,
) -> Result<Answer, GraphError> {
    let folder = folder(mailbox, named)?;
    let (state, round) = begun(visit, mailbox, Collection::messages_of(folder))?;
    let visit = visit.asking(Query::parse(&state.options)?);
    let options = Options::for_messages(&visit.query)?;
    visit.refuse_revealing_options(&MESSAGE)?;
    let selection = visit.selection(&MESSAGE)?;
    let expansion = Expansion::of(&visit)?;
    let mut candidates = delta::messages::candidates(mailbox, folder, &round)
        .map_err(|Forgotten| expired(&visit, &state))?;
    candidates.retain(|candidate| fulfils(&visit, mailbox, candidate.thing));
    let page = round.page(candidates, &options, length(&visit));
    let show = |told: &Candidate<_>| match told.thing {
        Told::Gone(item, place) => gone_message(&visit, mailbox, item, place),
        Told::There(item) => {
            let view = view(&visit, mailbox, item)?;
            let shown = shown(&view, &selection, &expansion);
            Some(typed(shown, "#microsoft.graph.message"))
        }
    };
    let tail = format!("message){}", selection.in_context());
    Ok(answered(&visit, state, &page, &tail, show))
}

/// `GET mailFolders/delta` (E52)
pub(super) fn folders(visit: &Visit<'_>, mailbox: &Mailbox) -> Result<Answer, GraphError> {
    let (state, round) = begun(visit, mailbox, Collection::Folders)?;
    let visit = visit.asking(Query::parse(&state.options)?);
    let options = Options::for_folders(&visit.query)?;
    let selection = visit.selection(&FOLDER)?;
    let candidates =
        delta::folders::candidates(mailbox, &round).map_err(|Forgotten| expired(&visit, &state))?;
    let page = round.page(candidates, &options, length(&visit));
    let counts = mailbox.counts();
    let show = |told: &Candidate<FolderKey>| {
        let key = told.thing;
        if told.kind == ChangeType::Deleted {
            return Some(removed(ids::folder_id(mailbox.uid(), key)));
        }
        let folder = mailbox.folder(key)?;
        let counts = counts.get(&key).copied().unwrap_or_default();
        let view = FolderView {
            mailbox,
            folder,
            counts,
        };
        Some(typed(view.shown(&selection), "#microsoft.graph.mailFolder"))
    };
    let tail = format!("mailFolder){}", selection.in_context());
    Ok(answered(&visit, state, &page, &tail, show))
}

/// Where the client stands, and the round that comes next: the first one unless it brings a token. The word `latest` is
/// none: it brings everything (graph-mail §10).
fn begun(
    visit: &Visit<'_>,
    mailbox: &Mailbox,
    collection: Collection,
) -> Result<(SyncState, Round), GraphError> {
    let emulator = &visit.graph.emulator;
    let generation = emulator.sync_states.generation(&visit.entry.owner.id);
    let now = mailbox.sequence();
    let query = &visit.query;
    let token = query.delta_token.as_ref().or(query.skip_token.as_ref());
    let token = token
        .map(String::as_str)
        .filter(|token| !matches!(*token, "" | "latest"));
    let Some(token) = token else {
        let state = SyncState {
            mailbox: mailbox.uid().to_string(),
            collection,
            options: visit.query.without_tokens(),
            generation,
            position: Position::Done {
                until: now,
                began: None,
            },
        };
        return Ok((state, Round::first(now)));
    };
    let state = SyncState::read(token, mailbox.uid(), collection);
    let state = state.ok_or_else(GraphError::malformed_sync_state)?;
    if state.generation < generation {
        return Err(expired(visit, &state));
    }
    let replays = emulator.switches().delta.replays;
    let round = Round::from(&state.position, now, replays);
    Ok((state, round))
}

/// 410: the token is no longer known; with the address where to begin anew, if that is wanted (E50).
fn expired(visit: &Visit<'_>, state: &SyncState) -> GraphError {
    let emulator = &visit.graph.emulator;
    let highest = emulator.sync_states.generation(&visit.entry.owner.id);
    let mut error = GraphError::sync_state_not_found(state.generation, highest);
    if emulator.switches().delta.location {
        let (origin, path) = (&emulator.origin, &visit.call.path);
        let options = match state.options.as_str() {
            "" => String::new(),
            options => format!("{options}&"),
        };
        error.location = Some(format!("{origin}{path}?{options}$deltatoken="));
    }
    error
}

/// The page size that the call prefers, the first call asked for, or the usual one.
fn length(visit: &Visit<'_>) -> usize {
    let preferred = visit.call.preferences.page_size;
    preferred.or(visit.query.top).unwrap_or(Visit::USUAL_PAGE)
}

fn fulfils(visit: &Visit<'_>, mailbox: &Mailbox, told: Told) -> bool {
    let (Some(filter), Told::There(item)) = (&visit.query.filter, told) else {
        return true;
    };
    view(visit, mailbox, item).is_some_and(|view| filter.holds(&MESSAGE, &view))
}

fn view<'a>(visit: &'a Visit<'_>, mailbox: &'a Mailbox, item: ItemKey) -> Option<MessageView<'a>> {
    mailbox.message(item).map(|message| MessageView {
        mailbox,
        message,
        preferences: &visit.call.preferences,
    })
}

fn gone_message(
    visit: &Visit<'_>,
    mailbox: &Mailbox,
    item: ItemKey,
    place: Place,
) -> Option<Object> {
    let form = visit.call.preferences.ids;
    Some(removed(ids::message_id_at(
        mailbox.uid(),
        item,
        place,
        form,
    )))
}

fn removed(id: String) -> Object {
    let reason = Object::new().with("reason", "deleted");
    Object::new().with("id", id).with("@removed", reason)
}

/// The object with its type, unless it says one of its own.
fn typed(object: Object, kind: &'static str) -> Object {
    if object.member("@odata.type").is_some() {
        return object;
    }
    let mut typed = Object::new().with("@odata.type", kind);
    typed.append(object);
    typed
}

fn answered<T>(
    visit: &Visit<'_>,
    state: SyncState,
    page: &Page<T>,
    tail: &str,
    show: impl Fn(&Candidate<T>) -> Option<Object>,
) -> Answer {
    let emulator = &visit.graph.emulator;
    let (origin, path) = (&emulator.origin, &visit.call.path);
    let mut entries: Vec<Object> = page.entries.iter().filter_map(show).collect();
    if emulator.switches().delta.repeats {
        entries.extend(entries.first().cloned());
    }
    let link = match page.position {
        Position::Within { .. } => "@odata.nextLink",
        Position::Done { .. } => "@odata.deltaLink",
    };
    let state = SyncState {
        position: page.position.clone(),
        generation: emulator.sync_states.generation(&visit.entry.owner.id),
        ..state
    };
    let context = format!("{origin}/v1.0/$metadata#Collection({tail}");
    Answer::ok(
        Object::new()
            .with("@odata.context", context)
            .with(link, format!("{origin}{path}?{}", state.written()))
            .with("value", entries.into_iter().collect::<Json>()),
    )
}
