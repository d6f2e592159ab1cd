//! A letter as RFC 5322 and MIME write it: what `$value` answers.

use base64::{Engine, prelude::BASE64_STANDARD};

use super::{
    store::{Attachment, BodyKind, Content, Importance, Kind, Letter, Recipient, Uid},
    times::mail_date,
};

/// The header lines of a letter, in order, without the structural ones of MIME.
pub(crate) fn headers(letter: &Letter) -> Vec<(String, String)> {
    let mut lines = Vec::new();
    let mut line = |name: &str, value: String| {
        if !value.is_empty() {
            lines.push((name.to_owned(), value));
        }
    };
    line("From", addresses(letter.from.as_slice()));
    if letter.sender != letter.from {
        line("Sender", addresses(letter.sender.as_slice()));
    }
    line("To", addresses(&letter.to));
    line("CC", addresses(&letter.cc));
    line("Reply-To", addresses(&letter.reply_to));
    line("Subject", encoded(&letter.subject));
    line("Thread-Topic", encoded(topic(&letter.subject)));
    line("Thread-Index", BASE64_STANDARD.encode(&letter.thread.index));
    line("Date", mail_date(letter.sent));
    line("Message-ID", letter.internet_message_id.clone());
    line("Importance", importance(letter.importance).to_owned());
    lines.extend(letter.headers.iter().cloned());
    lines.push(("MIME-Version".to_owned(), "1.0".to_owned()));
    lines
}

/// The whole letter, lines ended by CR LF.
pub(crate) fn written(letter: &Letter) -> String {
    let mut text = String::new();
    for (name, value) in headers(letter) {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    let body = body(letter);
    if letter.attachments.is_empty() {
        text.push_str(&body);
        return text;
    }
    let boundary = format!(
        "_000_{}_",
        Uid::derived(&[letter.internet_message_id.as_bytes()])
    );
    text.push_str(&format!(
        "Content-Type: multipart/mixed; boundary=\"{boundary}\"\r\n\r\n"
    ));
    text.push_str(&format!("--{boundary}\r\n{body}"));
    for attachment in &letter.attachments {
        text.push_str(&format!("--{boundary}\r\n{}", part(attachment)));
    }
    text.push_str(&format!("--{boundary}--\r\n"));
    text
}

fn body(letter: &Letter) -> String {
    let kind = match (letter.kind, letter.body.kind) {
        (Kind::MeetingRequest, _) | (_, BodyKind::Html) => "html",
        (_, BodyKind::Text) => "plain",
    };
    let content = folded(&BASE64_STANDARD.encode(&letter.body.content));
    format!(
        "Content-Type: text/{kind}; charset=\"utf-8\"\r\nContent-Transfer-Encoding: base64\r\n\r\n{content}"
    )
}

fn part(attachment: &Attachment) -> String {
    let name = encoded(&attachment.name);
    let place = if attachment.is_inline {
        "inline"
    } else {
        "attachment"
    };
    let id = attachment
        .content_id
        .as_ref()
        .map(|id| format!("Content-ID: <{id}>\r\n"))
        .unwrap_or_default();
    match &attachment.content {
        Content::File(bytes) => {
            let kind = attachment
                .content_type
                .as_deref()
                .unwrap_or("application/octet-stream");
            let content = folded(&BASE64_STANDARD.encode(bytes));
            format!(
                "Content-Type: {kind}; name=\"{name}\"\r\nContent-Disposition: {place}; filename=\"{name}\"\r\n{id}\
                 Content-Transfer-Encoding: base64\r\n\r\n{content}"
            )
        }
        Content::Item(letter) => format!(
            "Content-Type: message/rfc822\r\n\r\n{}\r\n",
            written(letter)
        ),
        Content::Reference { source_url } => {
            format!("Content-Type: text/plain; charset=\"utf-8\"\r\n\r\n{name}: {source_url}\r\n")
        }
    }
}

fn addresses(recipients: &[Recipient]) -> String {
    let written = |recipient: &Recipient| match recipient.name.as_str() {
        "" => recipient.address.clone(),
        name => format!("{} <{}>", phrase(name), recipient.address),
    };
    recipients
        .iter()
        .map(written)
        .collect::<Vec<_>>()
        .join(", ")
}

/// A display name: bare, in quotes, or as an encoded word (RFC 5322 §3.2.5, RFC 2047).
fn phrase(name: &str) -> String {
    let is_plain =
        |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, ' ' | '-' | '\'');
    match (name.is_ascii(), name.chars().all(is_plain)) {
        (_, true) => name.to_owned(),
        (true, false) => format!("\"{}\"", name.replace(['"', '\\'], "")),
        (false, _) => encoded(name),
    }
}

/// Text in a header: as it is if it is ASCII, otherwise as encoded words of at most 75 letters (RFC 2047 §2).
fn encoded(text: &str) -> String {
    if text.is_ascii() {
        return text.replace(['\r', '\n'], " ");
    }
    let mut words: Vec<String> = vec![String::new()];
    for letter in text.chars() {
        if words
            .last()
            .is_some_and(|word| word.len() + letter.len_utf8() > MOST_ENCODED_BYTES)
        {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.push(letter);
        }
    }
    let word = |word: &String| format!("=?utf-8?B?{}?=", BASE64_STANDARD.encode(word));
    words.iter().map(word).collect::<Vec<_>>().join("\r\n ")
}

/// Base64 in lines of 76 letters (RFC 2045 §6.8).
fn folded(base64: &str) -> String {
    let mut lines = String::with_capacity(base64.len() + base64.len() / 38 + 2);
    let mut rest = base64;
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(76));
        lines.push_str(line);
        lines.push_str("\r\n");
        rest = after;
    }
    lines
}

/// The subject without the marks of answers and forwards.
fn topic(subject: &str) -> &str {
    ["RE: ", "FW: "]
        .iter()
        .find_map(|mark| subject.strip_prefix(mark))
        .unwrap_or(subject)
}

fn importance(importance: Importance) -> &'static str {
    match importance {
        Importance::Low => "low",
        Importance::Normal => "normal",
        Importance::High => "high",
    }
}

/// 45 bytes are 60 letters of base64, which leaves room for `=?utf-8?B?` and `?=`.
const MOST_ENCODED_BYTES: usize = 45;

#[cfg(test)]
mod tests {
    use super::{encoded, phrase, written};
    use crate::graph::{
        store::{Attachment, Content, Uid},
        testing::letter,
    };
    use bytes::Bytes;

    #[test]
    fn a_letter_is_written_with_its_attachments() {
        let mut letter = letter("Prüfung");
        letter.attachments.push(Attachment {
            key: Uid::derived(&[b"a"]),
            name: "a.txt".to_owned(),
            content_type: Some("text/plain".to_owned()),
            is_inline: false,
            content_id: None,
            modified: 0,
            content: Content::File(Bytes::from_static(b"hello")),
        });
        let mime = written(&letter);
        assert!(mime.starts_with("From: Ada Lovelace <ada@contoso.example>\r\nTo: Grace Hopper <grace@contoso.example>\r\n"));
        assert!(mime.contains("Subject: =?utf-8?B?UHLDvGZ1bmc=?=\r\n"));
        assert!(mime.contains("Content-Disposition: attachment; filename=\"a.txt\"\r\n"));
        assert!(mime.contains("\r\n\r\naGVsbG8=\r\n--_000_") && mime.ends_with("_--\r\n"));
    }

    #[test]
    fn long_words_are_split_and_names_quoted() {
        let long = encoded(&"ä".repeat(60));
        assert!(
            long.split("\r\n ").count() > 1 && long.split("\r\n ").all(|word| word.len() <= 75)
        );
        assert_eq!(phrase("O'Neil, Ann"), "\"O'Neil, Ann\"");
    }
}
