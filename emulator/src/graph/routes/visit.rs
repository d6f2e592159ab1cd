//! A call that has got as far as somebody's mailbox.

use super::owner::Entry;
use crate::graph::{
    access::{Caller, Need},
    call::Call,
    error::GraphError,
    ids::{self, IdError},
    input::Destination,
    json::{Json, Object},
    odata::{Listed, Order, Query, Schema, Selection},
    path::MessagePlace,
    render::{MESSAGE, MessageView},
    serve::Graph,
    store::{FolderKey, ItemKey, Mailbox, Message, Recipient, WellKnown},
};

/// What handlers know besides the mailbox.
#[derive(Debug)]
pub(super) struct Visit<'a> {
    /// The house.
    pub(super) graph: &'a Graph,
    /// Who visits.
    pub(super) caller: &'a Caller,
    /// Whose mailbox, and with what rights.
    pub(super) entry: &'a Entry,
    /// The request.
    pub(super) call: &'a Call,
    /// Its query options.
    pub(super) query: Query,
    /// Whether texts of messages must not be shown (E5).
    pub(super) sees_basics_only: bool,
}

impl<'a> Visit<'a> {
    /// A visit to the mailbox of `entry`.
    ///
    /// # Errors
    /// 400 for query options that cannot be read.
    pub(super) fn new(
        graph: &'a Graph,
        caller: &'a Caller,
        entry: &'a Entry,
        call: &'a Call,
    ) -> Result<Self, GraphError> {
        let mut query = Query::parse(&call.query)?;
        query.pauses = graph.emulator.switches().empty_pages;
        Ok(Self {
            graph,
            caller,
            entry,
            call,
            query,
            sees_basics_only: !caller.may(Need::Mail, entry.reach),
        })
    }

    /// The owner, as mail names them.
    pub(super) fn owner_as_recipient(&self) -> Recipient {
        let owner = &self.entry.owner;
        Recipient::new(owner.name.as_str(), owner.address.as_str())
    }

    /// A message as the body of an answer.
    ///
    /// # Errors
    /// 404 if it is not there, 400 for a selection that cannot be.
    pub(super) fn message_shown(
        &self,
        mailbox: &Mailbox,
        key: ItemKey,
    ) -> Result<Object, GraphError> {
        let message = mailbox
            .message(key)
            .ok_or_else(GraphError::item_not_found)?;
        let selection = self.selection(&MESSAGE)?;
        let view = MessageView {
            mailbox,
            message,
            preferences: &self.call.preferences,
        };
        let mut object = self.with_context(&format!("messages{}/$entity", selection.in_context()));
        object.append(view.shown(&selection));
        Ok(object)
    }

    /// The same visit with another query: the one that a token remembers.
    pub(super) fn asking(&self, query: Query) -> Self {
        Self { query, ..*self }
    }

    /// The properties that the query selects of `schema`.
    ///
    /// # Errors
    /// 400 for a name the schema does not have.
    pub(super) fn selection(&self, schema: &Schema) -> Result<Selection, GraphError> {
        Selection::of(schema, self.query.select.as_deref(), self.sees_basics_only)
    }

    /// An object that begins with its context: `…/$metadata#users('…')/{tail}`.
    pub(super) fn with_context(&self, tail: &str) -> Object {
        let (origin, owner) = (&self.graph.emulator.origin, &self.entry.owner.id);
        let context = format!("{origin}/v1.0/$metadata#users('{owner}')/{tail}");
        Object::new().with("@odata.context", context)
    }

    /// A page of a list, with count and next link where they belong.
    pub(super) fn page<E>(
        &self,
        tail: &str,
        listed: &Listed<E>,
        show: impl Fn(&E) -> Object,
    ) -> Object {
        let mut object = self.with_context(tail);
        if self.query.count {
            object.push("@odata.count", listed.total);
        }
        object.push("value", listed.entries.iter().map(show).collect::<Json>());
        if let Some(next) = listed.next {
            let (origin, path) = (&self.graph.emulator.origin, &self.call.path);
            object.push(
                "@odata.nextLink",
                format!(
                    "{origin}{path}?{}",
                    self.query.continued(next, listed.is_pause)
                ),
            );
        }
        object
    }

    /// Refuses filters, orders and searches by which a token that reads basics only could guess at texts (E5).
    ///
    /// # Errors
    /// 403 if there is one.
    pub(super) fn refuse_revealing_options(&self, schema: &Schema) -> Result<(), GraphError> {
        if !self.sees_basics_only {
            return Ok(());
        }
        let filtered = self
            .query
            .filter
            .as_ref()
            .map(|filter| filter.check(schema))
            .transpose()?;
        let ordered = self.query.order.iter().map(Order::path);
        let reveals = |path: &String| {
            let first = path
                .split('/')
                .next()
                .and_then(|name| schema.property(name));
            first.is_some_and(|property| property.reveals_content)
        };
        let revealing = filtered
            .iter()
            .flatten()
            .cloned()
            .chain(ordered)
            .any(|path| reveals(&path));
        if revealing || self.query.search.is_some() {
            Err(GraphError::access_denied())
        } else {
            Ok(())
        }
    }

    /// The documented page size where `$top` does not say otherwise.
    pub(super) const USUAL_PAGE: usize = 10;
}

/// The folder of this well-known name or id.
///
/// # Errors
/// 400 for what is neither, 404 for a folder that is not there.
pub(super) fn folder(mailbox: &Mailbox, named: &str) -> Result<FolderKey, GraphError> {
    if let Some(known) = WellKnown::parse(named) {
        return Ok(mailbox.well_known(known));
    }
    let key = ids::read_folder(mailbox.uid(), named)?;
    mailbox
        .folder(key)
        .map(|folder| folder.key)
        .ok_or_else(GraphError::item_not_found)
}

/// The folder that the body of a move or a copy names.
///
/// # Errors
/// 400 for a body that names none, 404 for a folder that is not there.
pub(super) fn destination(visit: &Visit<'_>, mailbox: &Mailbox) -> Result<FolderKey, GraphError> {
    folder(mailbox, &Destination::parse(&visit.call.body)?.folder)
}

/// The message that a path names; it must lie in the folder the path names, if any.
///
/// # Errors
/// 400 for what is no id, 404 for a message that is not there (any more).
pub(super) fn message<'a>(
    mailbox: &'a Mailbox,
    place: &MessagePlace,
) -> Result<&'a Message, GraphError> {
    let inside = place
        .folder
        .as_deref()
        .map(|named| folder(mailbox, named))
        .transpose()?;
    ids::read_message(mailbox.uid(), &place.id)?
        .find(mailbox)
        .filter(|message| inside.is_none_or(|folder| message.folder == folder))
        .ok_or_else(GraphError::item_not_found)
}

impl From<IdError> for GraphError {
    fn from(error: IdError) -> Self {
        match error {
            IdError::Malformed => Self::malformed_id(),
            IdError::OtherMailbox => Self::foreign_id(),
        }
    }
}
