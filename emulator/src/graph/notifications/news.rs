//! What a subscription is told: the changes of its mailbox that concern it, read from the journal.

use std::collections::HashSet;

use super::subscription::{ChangeType, Subscription, Watched};
use crate::{
    clock::rfc3339,
    graph::{
        ids,
        json::Object,
        preferences::Preferences,
        render::{MESSAGE, MessageView},
        store::{Change, Event, FolderKey, ItemKey, Mailbox, Place, WellKnown},
    },
};

impl Subscription {
    /// The notifications of everything that happened since this was asked last.
    pub(super) fn news(&mut self, mailbox: &Mailbox) -> Vec<Object> {
        // What the journal has forgotten nobody is told of: gaps are normal (graph-mail §16.4).
        let changes = mailbox.changes_since(self.told).unwrap_or_default();
        self.told = mailbox.sequence();
        let scope = self.watched.scope(mailbox);
        let mut news = Vec::new();
        for change in &changes {
            let Some((kind, item, place)) = self.watched.crossing(mailbox, &scope, change) else {
                continue;
            };
            if self.changes.contains(&kind) {
                let id = ids::message_id_at(mailbox.uid(), item, place, self.ids);
                let key = ids::change_key(mailbox.uid(), change.sequence);
                news.push(self.notification(kind, &id, &key));
            }
        }
        news
    }

    /// One entry of a change notification collection (graph-mail §16.4).
    fn notification(&self, kind: ChangeType, id: &str, change_key: &str) -> Object {
        let resource = format!("Users/{}/Messages/{id}", self.owner);
        let data = Object::new()
            .with("@odata.type", "#Microsoft.Graph.Message")
            .with("@odata.id", resource.as_str())
            .with("@odata.etag", format!("W/\"{change_key}\""))
            .with("id", id);
        self.entry()
            .with("changeType", kind.text())
            .with("resource", resource)
            .with("resourceData", data)
    }

    /// What every entry has, lifecycle notifications too.
    pub(super) fn entry(&self) -> Object {
        Object::new()
            .with("subscriptionId", self.id.as_str())
            .with("subscriptionExpirationDateTime", rfc3339(self.expires_at))
            .with("clientState", self.client_state.as_deref())
            .with("tenantId", self.tenant.as_str())
    }
}

impl Watched {
    /// Takes stock, so that later it is known what enters the filter and what leaves it.
    pub(crate) fn begin(&mut self, mailbox: &Mailbox) {
        let scope = self.scope(mailbox);
        let fulfils = |message: &&crate::graph::store::Message| self.fulfils(mailbox, message.key);
        let messages = scope
            .iter()
            .flat_map(|folder| mailbox.messages(Some(*folder)));
        self.matching = match self.filter {
            Some(_) => messages
                .filter(fulfils)
                .map(|message| message.key)
                .collect(),
            None => HashSet::new(),
        };
    }

    /// The folders whose messages are watched.
    fn scope(&self, mailbox: &Mailbox) -> HashSet<FolderKey> {
        match self.folder {
            Some(folder) => HashSet::from([folder]),
            None => {
                let top = mailbox.well_known(WellKnown::MsgFolderRoot);
                mailbox.tree(top).into_iter().collect()
            }
        }
    }

    /// What `change` means here: a message came in, looks different, or left; and where it lay or lies.
    fn crossing(
        &mut self,
        mailbox: &Mailbox,
        scope: &HashSet<FolderKey>,
        change: &Change,
    ) -> Option<(ChangeType, ItemKey, Place)> {
        let Event::Message {
            item,
            before,
            after,
        } = change.event
        else {
            return None;
        };
        let within = |place: &Place| scope.contains(&place.folder);
        let after = after.filter(within).filter(|_| self.fulfils(mailbox, item));
        let was_inside = match self.filter {
            Some(_) => self.matching.remove(&item),
            None => before.as_ref().is_some_and(within),
        };
        if after.is_some() && self.filter.is_some() {
            self.matching.insert(item);
        }
        match (was_inside, after) {
            (false, Some(place)) => Some((ChangeType::Created, item, place)),
            (true, Some(place)) => Some((ChangeType::Updated, item, place)),
            (true, None) => Some((ChangeType::Deleted, item, before?)),
            (false, None) => None,
        }
    }

    /// Whether a message fulfils the filter; without one all do, also those that are gone by now.
    fn fulfils(&self, mailbox: &Mailbox, item: ItemKey) -> bool {
        let Some(filter) = &self.filter else {
            return true;
        };
        let preferences = Preferences::default();
        mailbox.message(item).is_some_and(|message| {
            let view = MessageView {
                mailbox,
                message,
                preferences: &preferences,
            };
            filter.holds(&MESSAGE, &view)
        })
    }
}
