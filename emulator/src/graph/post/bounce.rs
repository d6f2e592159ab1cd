//! What comes back when a letter cannot be delivered. Its wording is ours.

use crate::{
    graph::{
        html::{escaped, page},
        quote::quoted,
        store::{Body, Letter, Recipient, Uid},
    },
    world::Person,
};

/// The report to `sender` that `letter` did not reach these recipients; `name` names it.
pub(super) fn letter(
    letter: &Letter,
    sender: &Person,
    unknown: &[Recipient],
    name: &Uid,
    now: i64,
) -> Letter {
    let to = Recipient::new(sender.name.as_str(), sender.address.as_str());
    let exchange = format!(
        "MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@{}",
        to.domain()
    );
    let writer = Recipient::new("Microsoft Outlook", exchange);
    let lines = unknown.iter().map(|recipient| {
        let address = escaped(&recipient.address);
        format!("<p><b>{address}</b><br>550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup</p>")
    });
    let lines: String = lines.collect();
    let text = format!(
        "<p>Your message couldn't be delivered to these recipients:</p>{lines}{}",
        quoted(letter)
    );
    let original = letter.internet_message_id.clone();
    Letter {
        subject: format!("Undeliverable: {}", letter.subject),
        body: Body::html(page(&text)),
        to: vec![to],
        headers: vec![
            ("In-Reply-To".to_owned(), original.clone()),
            ("References".to_owned(), original),
            ("Auto-Submitted".to_owned(), "auto-replied".to_owned()),
        ],
        ..Letter::by(writer, now, name, letter.thread.answered(now))
    }
}
