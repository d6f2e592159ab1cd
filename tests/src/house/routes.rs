//! The backend's table of routes, read from its source: a list kept by hand would forget the next route.

use std::path::Path;

use proc_macro2::TokenTree;

use super::{edges::tokens_of, read};

/// Method and path template of every route that a page may fetch, as `backend/src/http/routes.rs` has them.
///
/// # Panics
/// If the table cannot be found there.
#[must_use]
pub fn fetch_routes() -> Vec<(String, String)> {
    let file = Path::new("backend/src/http/routes.rs");
    let mut found = Vec::new();
    collect(&tokens_of(file, &read(file)), &mut found);
    assert!(
        found.len() >= 9,
        "no table of routes in {}: {found:?}",
        file.display()
    );
    found
}

/// Every `fetch(Method::GET, "/path", …)`.
fn collect(tokens: &[TokenTree], found: &mut Vec<(String, String)>) {
    for pair in tokens.windows(2) {
        let [TokenTree::Ident(name), TokenTree::Group(arguments)] = pair else {
            continue;
        };
        let arguments: Vec<_> = arguments.stream().into_iter().collect();
        if let (
            "fetch",
            [
                _,
                _,
                _,
                TokenTree::Ident(method),
                _,
                TokenTree::Literal(path),
                ..,
            ],
        ) = (name.to_string().as_str(), arguments.as_slice())
        {
            found.push((
                method.to_string(),
                path.to_string().trim_matches('"').to_owned(),
            ));
        }
    }
    for token in tokens {
        if let TokenTree::Group(group) = token {
            collect(&group.stream().into_iter().collect::<Vec<_>>(), found);
        }
    }
}
