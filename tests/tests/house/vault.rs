//! What nobody may add in passing: a way to put text together into SQL, and a primitive of cryptography.

use std::path::Path;

use connect_outlook_tests::house::{read, rust_files};

/// R128: values are bound. Where the text of a statement is not written down whole, names of tables and columns come from
/// constants of the program, the database's clock is put in, or statements are joined that are; each such place is named
/// here.
#[test]
fn statements_are_put_together_in_known_places_only() {
    let mut found: Vec<_> = sources("backend/src")
        .into_iter()
        .filter(|(file, text)| !is_test(file) && text.contains("AssertSqlSafe("))
        .map(|(file, _)| file)
        .collect();
    found.sort();
    assert_eq!(found, PUT_TOGETHER);
}

/// R130: the inventory of `SECURITY.md` names every primitive that the sources name.
#[test]
fn every_primitive_is_in_the_inventory() {
    let page = read("SECURITY.md");
    let inventory = page.split("## Cryptographic inventory").nth(1);
    let inventory = plain(inventory.expect("the inventory"));
    for folder in ["backend/src", "protocol/src", "sdk-wasm/src"] {
        for (file, text) in sources(folder) {
            if is_test(&file) {
                continue;
            }
            for word in words(&text).filter(|word| looks_like_a_primitive(word)) {
                let known = PRIMITIVES.iter().find(|(name, _)| *name == word);
                let (_, name) = known
                    .unwrap_or_else(|| panic!("{file}: say here what {word} is in the inventory"));
                assert!(
                    inventory.contains(&plain(name)),
                    "{file} uses {name}, of which SECURITY.md does not speak"
                );
            }
        }
    }
}

fn sources(folder: &str) -> Vec<(String, String)> {
    let read = |file: std::path::PathBuf| {
        let path = Path::new(folder).join(file);
        let text = read(&path);
        let shipped = text.split("#[cfg(test)]\nmod tests").next();
        let code = shipped.unwrap_or_default().lines();
        let code = code.filter(|line| !line.trim_start().starts_with("//"));
        (
            path.display().to_string(),
            code.collect::<Vec<_>>().join("\n"),
        )
    };
    rust_files(folder).into_iter().map(read).collect()
}

fn is_test(file: &str) -> bool {
    file.contains("/contract/") || file.ends_with("tests.rs") || file.ends_with("testing.rs")
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
}

/// By the names that crates give them: an algorithm, and mostly how long its key or its output is.
fn looks_like_a_primitive(word: &str) -> bool {
    let upper = word.to_ascii_uppercase();
    let family = FAMILIES.iter().any(|family| upper.starts_with(family));
    let sized = word.bytes().any(|byte| byte.is_ascii_digit());
    (family && sized) || ["HKDF", "HMAC"].contains(&upper.as_str())
}

/// Lower case letters and digits.
fn plain(text: &str) -> String {
    let letters = text.chars().filter(char::is_ascii_alphanumeric);
    letters.map(|letter| letter.to_ascii_lowercase()).collect()
}

const PUT_TOGETHER: [&str; 6] = [
    "backend/src/vault/database/mod.rs",
    "backend/src/vault/database/together.rs",
    "backend/src/vault/keys.rs",
    "backend/src/vault/rotate.rs",
    "backend/src/vault/transfer/export.rs",
    "backend/src/vault/transfer/import.rs",
];

const FAMILIES: [&str; 14] = [
    "AES", "BLAKE", "CHACHA", "ECDH", "ECDSA", "ED25519", "HKDF", "HMAC", "KWAES", "MD5", "RSA_P",
    "SHA", "X25519", "XCHACHA",
];

/// As the sources say it, and as the inventory does.
const PRIMITIVES: [(&str, &str); 19] = [
    ("AES_256_GCM", "AES-256-GCM"),
    // Not to be found in the name of its sister with longer nonces.
    ("CHACHA20_POLY1305", "ChaCha20-Poly1305 (RFC 8439)"),
    ("chacha20poly1305", "XChaCha20-Poly1305"),
    ("HKDF_SHA256", "HKDF-SHA-256"),
    ("HKDF", "HKDF-SHA-256"),
    ("hkdf", "HKDF-SHA-256"),
    ("HMAC_SHA256", "HMAC-SHA-256"),
    ("HMAC", "HMAC-SHA-256"),
    ("Hmac", "HMAC-SHA-256"),
    ("hmac", "HMAC-SHA-256"),
    ("KwAes256", "AES-256 key wrap"),
    ("RSA_PKCS1_2048_8192_SHA256", "RS256"),
    ("RSA_PKCS1_SHA256", "RS256"),
    ("RSA_PSS_2048_8192_SHA256", "PS256"),
    ("RSA_PSS_SHA256", "PS256"),
    ("SHA256", "SHA-256"),
    ("Sha256", "SHA-256"),
    ("sha2", "SHA-256"),
    ("XChaCha20Poly1305", "XChaCha20-Poly1305"),
];
