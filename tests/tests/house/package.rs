//! What is said of the npm package: its weight.

use connect_outlook_tests::house::read;

/// Sentences that name a weight, and the row and column of `sdk-wasm/SIZES.md` that has it.
const SAID: &[(&str, &str, &str, usize)] = &[
    (
        "sdk-wasm/js/README.md",
        "a page pays {} KB (gzip)",
        BEFORE_INTENT,
        GZIP,
    ),
    (
        "sdk-wasm/js/README.md",
        "the rest, {} KB (Brotli)",
        CORE,
        BROTLI,
    ),
    (
        "CHANGELOG.md",
        "{} KB (gzip) before somebody means to connect",
        BEFORE_INTENT,
        GZIP,
    ),
    (
        "CHANGELOG.md",
        "{} KB (Brotli) with the WebAssembly",
        CORE,
        BROTLI,
    ),
];

/// Verification proves that page fresh; here the others are held to it.
#[test]
fn the_weights_that_pages_name_are_those_that_were_measured() {
    for (page, sentence, row, column) in SAID {
        let weight = measured(row, *column).round();
        let expected = sentence.replace("{}", &weight.to_string());
        let text = read(page).split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains(&expected), "{page} does not say: {expected}");
    }
}

/// Of the table's head: what a page pays.
fn measured(row: &str, column: usize) -> f64 {
    let page = read("sdk-wasm/SIZES.md");
    let line = page
        .lines()
        .find(|line| line.starts_with(&format!("| **{row}** |")));
    let cell = line.and_then(|line| line.split('|').nth(column + 2));
    cell.and_then(|cell| cell.trim().parse().ok())
        .unwrap_or_else(|| panic!("no figure for {row}"))
}

const BEFORE_INTENT: &str = "before intent";
const CORE: &str = "module, glue and loader";
const GZIP: usize = 1;
const BROTLI: usize = 2;
