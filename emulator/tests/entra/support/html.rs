//! Just enough HTML to read the emulator's own pages.

/// A start tag, and the text up to its end tag.
pub(crate) struct Tag {
    attributes: Vec<(String, String)>,
    pub(crate) text: String,
}

impl Tag {
    pub(crate) fn has(&self, name: &str) -> bool {
        self.attributes
            .iter()
            .any(|(candidate, _)| candidate == name)
    }

    pub(crate) fn is(&self, name: &str, value: &str) -> bool {
        self.attributes
            .iter()
            .any(|(candidate, found)| candidate == name && found == value)
    }

    pub(crate) fn attribute(&self, name: &str) -> &str {
        self.attributes
            .iter()
            .find(|(candidate, _)| candidate == name)
            .map_or("", |(_, value)| value)
    }
}

/// All tags of this name, in order.
pub(crate) fn tags(html: &str, name: &str) -> Vec<Tag> {
    let opening = format!("<{name}");
    let mut found = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find(&opening) {
        rest = &rest[at + opening.len()..];
        if !rest.starts_with([' ', '>']) {
            continue;
        }
        let (inside, after) = rest.split_once('>').expect("a closed tag");
        let text = after
            .split(&format!("</{name}>"))
            .next()
            .unwrap_or_default();
        found.push(Tag {
            attributes: attributes(inside),
            text: unescaped(text),
        });
        rest = after;
    }
    found
}

/// Names and values of a form-encoded text, decoded once.
pub(crate) fn decoded_pairs(encoded: &str) -> Vec<(String, String)> {
    url::form_urlencoded::parse(encoded.as_bytes())
        .into_owned()
        .collect()
}

fn attributes(inside: &str) -> Vec<(String, String)> {
    let mut attributes = Vec::new();
    let mut rest = inside.trim_start();
    while !rest.is_empty() {
        let end = rest.find(['=', ' ']).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        let (value, after) = match after.strip_prefix("=\"") {
            Some(quoted) => quoted.split_once('"').expect("a closed quote"),
            None => ("", after),
        };
        attributes.push((name.to_owned(), unescaped(value)));
        rest = after.trim_start();
    }
    attributes
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
}
