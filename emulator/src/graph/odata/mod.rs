//! The query options of OData, as far as Graph mail supports them (graph-mail §3).
//!
//! A [`Query`] is read from the query string, checked against the [`Schema`] of what is listed, and then chooses, orders
//! and cuts a list of [`Entity`]s ([`list::list`]) and their properties ([`select::Selection`]).

mod filter;
mod lexer;
mod list;
mod options;
mod order;
mod paging;
mod parser;
mod schema;
mod select;

pub(crate) use filter::Filter;
pub(crate) use list::{Listed, list};
pub(crate) use options::Query;
pub(crate) use order::Order;
pub(crate) use schema::{Entity, Property, Schema, Type};
pub(crate) use select::Selection;
