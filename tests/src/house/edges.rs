//! Which parts of a crate a source file uses, read from its tokens: comments, strings and line breaks cannot hide a path.

use std::{collections::BTreeSet, path::Path};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// The first name of every path from the crate's root that `source` uses, however it is written: `crate::vault::Vault`,
/// `use crate::{clock, vault}`, `super::super::vault`. A path that takes everything (`crate::*`, `use crate as c`)
/// gives `*`. `file` is relative to the crate's `src`.
///
/// # Panics
/// If `source` is not Rust.
#[must_use]
pub fn root_modules_used(file: &Path, source: &str) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    walk(&tokens_of(file, source), module_depth(file), &mut used);
    used
}

/// Every path `first::second` in `source` whose first name is `first`, as its second name: `std::fs::read` gives `fs`.
///
/// # Panics
/// If `source` is not Rust.
#[must_use]
pub fn names_used(file: &Path, source: &str, first: &str) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    below(&tokens_of(file, source), first, &mut used);
    used
}

pub(super) fn tokens_of(file: &Path, source: &str) -> Vec<TokenTree> {
    let stream: TokenStream = source
        .parse()
        .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    stream.into_iter().collect()
}

/// How many `super`s lead from the file's module to the root: `lib.rs` 0, `vault/mod.rs` 1, `vault/id.rs` 2.
fn module_depth(file: &Path) -> usize {
    let named = |name: &str| file.file_name().is_some_and(|found| found == name);
    let own = usize::from(!(named("lib.rs") || named("main.rs") || named("mod.rs")));
    file.components().count() - 1 + own
}

fn walk(tokens: &[TokenTree], depth: usize, used: &mut BTreeSet<String>) {
    for (index, token) in tokens.iter().enumerate() {
        let rest = tokens.get(index + 1..).unwrap_or_default();
        match token {
            TokenTree::Ident(word) if word == "crate" => after_root(rest, used),
            TokenTree::Ident(word) if word == "super" && !follows_super(tokens, index) => {
                follow(tokens.get(index..).unwrap_or_default(), depth, used);
            }
            TokenTree::Group(group) => {
                let inner: Vec<_> = group.stream().into_iter().collect();
                let deeper = usize::from(is_inline_module(tokens, index));
                walk(&inner, depth + deeper, used);
            }
            _ => {}
        }
    }
}

/// What stands behind `crate`: a path, or (`pub(crate)`) nothing.
fn after_root(rest: &[TokenTree], used: &mut BTreeSet<String>) {
    match rest.first() {
        Some(TokenTree::Ident(word)) if word == "as" => {
            used.insert("*".to_owned());
        }
        _ => follow(past_colons(rest).unwrap_or_default(), 0, used),
    }
}

/// Follows one branch of a path; `above` levels are left to the root.
fn follow(path: &[TokenTree], above: usize, used: &mut BTreeSet<String>) {
    match path.first() {
        Some(TokenTree::Ident(word)) if word == "super" => {
            let rest = past_colons(path.get(1..).unwrap_or_default());
            follow(rest.unwrap_or_default(), above.saturating_sub(1), used);
        }
        Some(TokenTree::Ident(word)) if above == 0 => {
            used.insert(word.to_string());
        }
        Some(TokenTree::Punct(star)) if above == 0 && star.as_char() == '*' => {
            used.insert("*".to_owned());
        }
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
            let inner: Vec<_> = group.stream().into_iter().collect();
            let comma =
                |token: &TokenTree| matches!(token, TokenTree::Punct(p) if p.as_char() == ',');
            inner
                .split(comma)
                .for_each(|branch| follow(branch, above, used));
        }
        _ => {}
    }
}

fn below(tokens: &[TokenTree], first: &str, used: &mut BTreeSet<String>) {
    for (index, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Ident(word) if word == first => {
                let rest = past_colons(tokens.get(index + 1..).unwrap_or_default());
                follow(rest.unwrap_or_default(), 0, used);
            }
            TokenTree::Group(group) => {
                below(&group.stream().into_iter().collect::<Vec<_>>(), first, used);
            }
            _ => {}
        }
    }
}

fn past_colons(tokens: &[TokenTree]) -> Option<&[TokenTree]> {
    let colon = |token: &TokenTree| matches!(token, TokenTree::Punct(p) if p.as_char() == ':');
    match tokens {
        [first, second, rest @ ..] if colon(first) && colon(second) => Some(rest),
        _ => None,
    }
}

/// Whether the `super` at `index` is the second of `super::super`.
fn follows_super(tokens: &[TokenTree], index: usize) -> bool {
    let before = tokens.get(..index).unwrap_or_default();
    matches!(before, [.., TokenTree::Ident(word), TokenTree::Punct(_), TokenTree::Punct(colon)]
        if word == "super" && colon.as_char() == ':')
}

/// Whether the group at `index` is the body of `mod name { … }`.
fn is_inline_module(tokens: &[TokenTree], index: usize) -> bool {
    let before = tokens.get(..index).unwrap_or_default();
    matches!(before, [.., TokenTree::Ident(word), TokenTree::Ident(_)] if word == "mod")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn used(file: &str, source: &str) -> Vec<String> {
        root_modules_used(Path::new(file), source)
            .into_iter()
            .collect()
    }

    #[test]
    fn every_way_to_name_a_room_is_seen() {
        assert_eq!(used("http/a.rs", "use crate::vault::Vault;"), ["vault"]);
        assert_eq!(
            used("http/a.rs", "use crate::{clock, vault::{id, seal}};"),
            ["clock", "vault"]
        );
        assert_eq!(
            used("http/a.rs", "fn f() { crate::entra::redeem() }"),
            ["entra"]
        );
        assert_eq!(used("http/a.rs", "use super::super::vault;"), ["vault"]);
        assert_eq!(
            used("http/mod.rs", "use super::{vault, graph as g};"),
            ["graph", "vault"]
        );
        assert_eq!(
            used("http/a.rs", "use super::{super::vault, b};"),
            ["vault"]
        );
        assert_eq!(
            used("http/mod.rs", "mod tests { use super::super::vault; }"),
            ["vault"]
        );
        assert_eq!(used("http/mod.rs", "use crate::*;"), ["*"]);
        assert_eq!(used("http/mod.rs", "use crate as c;"), ["*"]);
        assert_eq!(
            used("a.rs", "macro_rules! m { () => { $crate::vault::x() } }"),
            ["vault"]
        );
    }

    #[test]
    fn what_only_looks_like_a_use_is_not_one() {
        let source = r#"
            /// See [`crate::vault`].
            pub(crate) fn f() -> &'static str { "crate::graph" } // crate::entra
            pub(in crate) mod inner { use super::f; }
        "#;
        assert!(used("http/a.rs", source).is_empty());
        assert!(used("http/a.rs", "use super::b::C; mod t { use super::*; }").is_empty());
    }

    #[test]
    fn names_below_a_crate_are_seen() {
        let source = "use std::{fs, fmt::Debug}; fn f() { std::env::var(\"x\") }";
        let used = names_used(Path::new("a.rs"), source, "std");
        assert_eq!(used.into_iter().collect::<Vec<_>>(), ["env", "fmt", "fs"]);
    }
}
