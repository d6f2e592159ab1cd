//! Carrying a vault from one database to another, or away for safe keeping.
//!
//! An exported file holds every row as it stood at one moment, with sealed fields sealed as they were; the file as a
//! whole is sealed once more under the key ring's current key (`file`). Inside are lines of JSON (`line`): one that says
//! what follows, one for each row, and one that says that this was all. Rows are those of `schema`, the same for SQLite
//! and PostgreSQL, so either reads what the other wrote.
//!
//! Importing is all or nothing, into an empty vault with tables of the same version and with a key ring that holds the
//! keys. Ids stay, so handles in browsers, links in databases of others and sealed fields remain good: nobody notices.
//! To move house: stop all processes, export, import, start them on the new database.

mod export;
mod file;
mod import;
mod line;
mod schema;
mod tables;

pub use export::ExportError;
pub use import::ImportError;

#[cfg(test)]
pub(super) use schema::TABLES;
