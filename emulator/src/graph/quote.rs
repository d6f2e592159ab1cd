//! A letter below another one, as Outlook quotes it.

use super::{
    html::{escaped, from_text},
    store::{BodyKind, Letter, Recipient},
    times::spoken,
};

/// The letter below a line, with its head.
pub(crate) fn quoted(letter: &Letter) -> String {
    let copies = match letter.cc.as_slice() {
        [] => String::new(),
        cc => format!("<b>Cc:</b> {}<br>", people(cc)),
    };
    format!(
        "<hr style=\"width:98%\"><div id=\"divRplyFwdMsg\"><b>From:</b> {}<br><b>Sent:</b> {}<br><b>To:</b> {}<br>{copies}<b>Subject:</b> {}</div>{}",
        people(letter.from.as_slice()),
        spoken(letter.sent),
        people(&letter.to),
        escaped(&letter.subject),
        inner(letter),
    )
}

fn people(people: &[Recipient]) -> String {
    let written = people
        .iter()
        .map(|who| format!("{} &lt;{}&gt;", escaped(&who.name), escaped(&who.address)));
    written.collect::<Vec<_>>().join("; ")
}

/// What stands between the tags of the body; all of it where there are none.
fn inner(letter: &Letter) -> String {
    let page = match letter.body.kind {
        BodyKind::Html => letter.body.content.clone(),
        BodyKind::Text => from_text(&letter.body.content),
    };
    let inside = page
        .split_once("<body>")
        .and_then(|(_, rest)| rest.rsplit_once("</body>"));
    inside.map_or(page.clone(), |(inner, _)| inner.to_owned())
}
