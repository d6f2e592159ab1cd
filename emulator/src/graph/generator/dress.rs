//! What letters look like: the HTML around their words.

use super::{cast::Player, script::Look};
use crate::graph::{
    html::{escaped, page},
    quote::quoted,
    store::{Body, BodyKind, Letter},
};

/// What else the look of a letter depends on.
#[derive(Debug)]
pub(super) struct Dress<'a> {
    /// Who writes.
    pub(super) writer: &'a Player,
    /// The subject.
    pub(super) subject: &'a str,
    /// The letter that is answered.
    pub(super) answered: Option<&'a Letter>,
    /// Whether it shows `cid:logo`.
    pub(super) logo: bool,
    /// Whether it carries a tracking script.
    pub(super) script: bool,
}

impl Dress<'_> {
    /// `text` as the body of a letter of this look.
    pub(super) fn worn(&self, look: Look, text: &str) -> Body {
        match look {
            Look::Plain => Body::text(text),
            Look::Note => self.note(text),
            Look::Newsletter(colour) => self.html(&self.newsletter(colour, text)),
            Look::Receipt => self.html(&receipt(text)),
            Look::Notice => self.html(&card(&paragraphs(text))),
        }
    }

    fn note(&self, text: &str) -> Body {
        let mut signature = String::new();
        if !self.writer.signature.is_empty() {
            let lines = std::iter::once(&self.writer.who.name).chain(&self.writer.signature);
            let lines: Vec<_> = lines.map(|line| escaped(line)).collect();
            signature = format!(
                "<p style=\"color:#666;font-size:9pt\">{}</p>",
                lines.join("<br>")
            );
        }
        let words = paragraphs(text);
        let new = format!(
            "<div style=\"font-family:Aptos,Calibri,sans-serif;font-size:11pt\">{words}{signature}</div>"
        );
        let quoted = self.answered.map(quoted).unwrap_or_default();
        let unique = (!quoted.is_empty()).then(|| page(&new));
        Body {
            kind: BodyKind::Html,
            content: page(&format!("{new}{quoted}")),
            unique,
        }
    }

    fn html(&self, content: &str) -> Body {
        let logo = if self.logo {
            "<p><img src=\"cid:logo\" alt=\"\" width=\"32\" height=\"32\"></p>"
        } else {
            ""
        };
        let script = if self.script {
            "<script>new Image().src = 'https://track.example/open';</script>"
        } else {
            ""
        };
        Body::html(page(&format!("{logo}{content}{script}")))
    }

    fn newsletter(&self, colour: &str, text: &str) -> String {
        let (brand, subject) = (escaped(&self.writer.who.name), escaped(self.subject));
        let domain = self.writer.who.domain();
        let teaser = escaped(text.split("\n\n").next().unwrap_or_default());
        format!(
            "<div style=\"display:none\">{teaser}</div><table role=\"presentation\" width=\"600\" align=\"center\" style=\"font-family:Georgia,serif\">\
             <tr><td style=\"background:{colour};color:#fff;padding:24px\"><b>{brand}</b></td></tr>\
             <tr><td style=\"padding:24px\"><h1 style=\"font-size:22px\">{subject}</h1>{words}\
             <p><a href=\"https://{domain}/read\" style=\"background:{colour};color:#fff;padding:10px 18px\">Read on</a></p></td></tr>\
             <tr><td style=\"color:#777;font-size:12px;padding:24px\">You get this letter because you asked for it. \
             <a href=\"https://{domain}/unsubscribe\">Unsubscribe</a></td></tr></table>",
            words = paragraphs(text),
        )
    }
}

/// `item: amount` lines become a table with their sum; other paragraphs stay around it.
fn receipt(text: &str) -> String {
    let (mut before, mut rows, mut after, mut cents) =
        (String::new(), String::new(), String::new(), 0);
    for block in text.split("\n\n") {
        match item(block) {
            Some((name, price)) => {
                cents += price;
                rows.push_str(&row(name, price));
            }
            None if rows.is_empty() => before.push_str(&paragraphs(block)),
            None => after.push_str(&paragraphs(block)),
        }
    }
    let total = row("Total", cents);
    card(&format!(
        "{before}<table cellpadding=\"6\">{rows}{total}</table>{after}"
    ))
}

fn item(block: &str) -> Option<(&str, u32)> {
    let (name, price) = block.rsplit_once(": ")?;
    let (whole, hundredths) = price.split_once('.')?;
    Some((
        name,
        whole.parse::<u32>().ok()? * 100 + hundredths.parse::<u32>().ok()?,
    ))
}

fn row(name: &str, cents: u32) -> String {
    format!(
        "<tr><td>{}</td><td align=\"right\">€&nbsp;{}.{:02}</td></tr>",
        escaped(name),
        cents / 100,
        cents % 100
    )
}

fn card(content: &str) -> String {
    format!(
        "<div style=\"font-family:Segoe UI,sans-serif;border:1px solid #ddd;border-radius:8px;padding:20px;max-width:520px\">{content}</div>"
    )
}

fn paragraphs(text: &str) -> String {
    let paragraph = |block: &str| format!("<p>{}</p>", escaped(block).replace('\n', "<br>"));
    text.split("\n\n").map(paragraph).collect()
}
