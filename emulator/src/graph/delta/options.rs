//! What a first call may ask for (E49), and what its later rounds remember.

use crate::graph::{error::GraphError, notifications::ChangeType, odata::Query};

/// The options of a delta query.
#[derive(Debug)]
pub(crate) struct Options {
    /// The kinds of changes that later rounds tell; all if none is named.
    change_type: Option<ChangeType>,
    /// Whether something is filtered by its time of receipt.
    is_filtered: bool,
}

impl Options {
    /// Checks the query of a delta call for messages.
    ///
    /// # Errors
    /// 400 for an option that change tracking does not support.
    pub(crate) fn for_messages(query: &Query) -> Result<Self, GraphError> {
        let is_by_receipt =
            |filter: &crate::graph::odata::Filter| filter.is_lower_bound_of(RECEIVED);
        if !query.filter.as_ref().is_none_or(is_by_receipt) {
            return Err(unsupported("$filter"));
        }
        let order = query.order.as_slice();
        if !(order.is_empty() || matches!(order, [only] if only.is_descending(RECEIVED))) {
            return Err(unsupported("$orderby"));
        }
        Self::common(query)
    }

    /// Checks the query of a delta call for folders.
    ///
    /// # Errors
    /// 400 for an option that change tracking does not support.
    pub(crate) fn for_folders(query: &Query) -> Result<Self, GraphError> {
        if query.filter.is_some() {
            return Err(unsupported("$filter"));
        }
        if !query.order.is_empty() {
            return Err(unsupported("$orderby"));
        }
        if !query.expand.is_empty() {
            return Err(unsupported("$expand"));
        }
        Self::common(query)
    }

    fn common(query: &Query) -> Result<Self, GraphError> {
        if query.search.is_some() {
            return Err(unsupported("$search"));
        }
        if query.skip > 0 {
            return Err(unsupported("$skip"));
        }
        let named = |text: &String| {
            ChangeType::named(text).ok_or_else(|| {
                GraphError::bad_request(format!("The change type '{text}' is not supported."))
            })
        };
        Ok(Self {
            change_type: query.change_type.as_ref().map(named).transpose()?,
            is_filtered: query.filter.is_some(),
        })
    }

    /// Whether a later round tells a change of this kind.
    pub(super) fn wants(&self, kind: ChangeType) -> bool {
        self.change_type.is_none_or(|wanted| wanted == kind)
    }

    /// How many things a round tells at most.
    pub(super) fn most(&self) -> usize {
        if self.is_filtered {
            MOST_FILTERED
        } else {
            usize::MAX
        }
    }
}

/// The code and the words have been seen with calendars and mail.
fn unsupported(option: &str) -> GraphError {
    GraphError::unsupported_with_delta(option)
}

const RECEIVED: &str = "receivedDateTime";
/// Documented (graph-mail §10).
const MOST_FILTERED: usize = 5_000;
