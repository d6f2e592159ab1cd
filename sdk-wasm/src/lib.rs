//! The browser's side of connect-outlook, compiled to WebAssembly and published on npm as `connect-outlook`.
//!
//! The way through (design, page-driven, by redirect): the [`Outlook`] call `connect` makes a code verifier, asks the
//! backend for an attempt, parks the verifier in the tab's `sessionStorage` and sends the browser to Microsoft;
//! `completeRedirect` takes verifier and code together, cleans the address bar and trades both for a
//! session. No Microsoft token ever arrives here: the page holds a cookie that it cannot read.
//!
//! Pure rules stand in `address`, `attempt`, `options` and `paths` and are tested natively; everything that
//! touches the browser goes through `page` and `backend`. Outcomes and errors leave through `error`.

mod address;
mod attempt;
mod backend;
mod client;
mod connect;
mod crash;
mod error;
mod fields;
mod options;
mod outlook;
mod page;
mod paths;
mod redirect;

pub use crash::on_panic;
pub use outlook::Outlook;

/// Smaller than the default allocator; wasm has one thread, so it needs no lock.
#[cfg(all(target_family = "wasm", not(target_feature = "atomics")))]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();
