//! One page of a list: filtered, ordered, counted, cut.

use super::{
    options::{AFTER_PAUSE, Query},
    order::{check_order, compare},
    paging::Page,
    schema::{Entity, Schema},
};
use crate::graph::error::GraphError;

/// A page of a list.
#[derive(Debug)]
pub(crate) struct Listed<E> {
    /// Its entries.
    pub(crate) entries: Vec<E>,
    /// How many entries all pages have together.
    pub(crate) total: usize,
    /// Where the next page starts; `None` on the last one.
    pub(crate) next: Option<usize>,
    /// Whether it is empty only to see who goes on (E11).
    pub(crate) is_pause: bool,
}

/// The page of `entities` that `query` asks for; `usual` entries long unless it says otherwise. `entities` come in the
/// order they have when none is asked for.
///
/// # Errors
/// 400 for a filter or an order that does not fit the schema, or an order that does not follow the filter (E14).
pub(crate) fn list<E: Entity>(
    query: &Query,
    schema: &Schema,
    mut entities: Vec<E>,
    usual: usize,
) -> Result<Listed<E>, GraphError> {
    if let Some(filter) = &query.filter {
        filter.check(schema)?;
    }
    check_order(&query.order, query.filter.as_ref(), schema)?;
    if let Some(filter) = &query.filter {
        entities.retain(|entity| filter.holds(schema, entity));
    }
    if !query.order.is_empty() {
        entities.sort_by(|left, right| compare(&query.order, schema, left, right));
    }
    let resumed = match query.skip_token.as_deref() {
        None => false,
        Some(AFTER_PAUSE) => true,
        Some(_) => return Err(GraphError::bad_request("The skip token is invalid.")),
    };
    let page = Page::of(query, usual);
    let total = entities.len();
    if query.pauses && !resumed && (1..total).contains(&page.start) {
        return Ok(Listed {
            entries: Vec::new(),
            total,
            next: Some(page.start),
            is_pause: true,
        });
    }
    let entries = entities
        .into_iter()
        .skip(page.start)
        .take(page.length)
        .collect();
    Ok(Listed {
        entries,
        total,
        next: page.next(total),
        is_pause: false,
    })
}

#[cfg(test)]
mod tests;
