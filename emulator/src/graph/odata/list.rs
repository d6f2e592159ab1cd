//! One page of a list: filtered, ordered, counted, cut.

use super::{
    options::Query,
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
    let page = Page::of(query, usual);
    let total = entities.len();
    let entries = entities
        .into_iter()
        .skip(page.start)
        .take(page.length)
        .collect();
    Ok(Listed {
        entries,
        total,
        next: page.next(total),
    })
}

#[cfg(test)]
mod tests;
