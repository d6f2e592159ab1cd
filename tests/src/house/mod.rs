//! The house itself: its folders, its sources as tokens, its pages.

mod edges;
mod routes;
mod sources;

pub use edges::{names_used, root_modules_used};
pub use routes::fetch_routes;
pub use sources::{markdown_pages, read, root, rust_files};
