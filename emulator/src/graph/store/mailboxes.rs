//! All mailboxes, each made when it is first opened.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use super::Mailbox;
use crate::{lock::lock, world::PersonId};

/// The mailboxes of everybody. A mailbox nobody opens costs nothing.
#[derive(Debug, Default)]
pub(crate) struct Mailboxes {
    open: Mutex<HashMap<PersonId, Arc<Mutex<Mailbox>>>>,
}

impl Mailboxes {
    /// The mailbox of `owner`; `make` fills it if it is opened for the first time.
    pub(crate) fn open(
        &self,
        owner: &PersonId,
        make: impl FnOnce() -> Mailbox,
    ) -> Arc<Mutex<Mailbox>> {
        let mut open = lock(&self.open);
        let mailbox = open
            .entry(owner.clone())
            .or_insert_with(|| Arc::new(Mutex::new(make())));
        Arc::clone(mailbox)
    }
}
