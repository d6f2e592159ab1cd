//! A page as a visitor's fingers see it: links and buttons with what they would send.

use html5gum::{Token, Tokenizer};
use reqwest::Method;
use url::Url;

use super::Request;

/// A page that was read.
#[derive(Clone, Debug, Default)]
pub struct Document {
    /// Its links and buttons, in order.
    pub controls: Vec<Control>,
    /// Its text, elements left out.
    pub text: String,
}

/// Something to press.
#[derive(Clone, Debug)]
pub struct Control {
    /// All its attributes.
    pub attributes: Vec<(String, String)>,
    /// The text on it, spaces folded.
    pub label: String,
    target: Target,
}

#[derive(Clone, Debug)]
enum Target {
    Link(String),
    Button { form: usize, submits: Submission },
}

#[derive(Clone, Debug, Default)]
struct Submission {
    action: String,
    post: bool,
    fields: Vec<(String, String)>,
}

impl Document {
    /// Reads HTML by the standard's tokenizer.
    #[must_use]
    pub fn read(html: &str) -> Self {
        let mut reading = Reading::default();
        for Ok(token) in Tokenizer::new(html) {
            match token {
                Token::StartTag(tag) => {
                    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                    let attributes = tag
                        .attributes
                        .iter()
                        .map(|(name, value)| (text(name), text(value)))
                        .collect();
                    reading.open(&text(&tag.name), attributes);
                }
                Token::EndTag(tag) => reading.close(&String::from_utf8_lossy(&tag.name)),
                Token::String(text) => reading.text(&String::from_utf8_lossy(&text)),
                _ => {}
            }
        }
        reading.finish()
    }

    /// The one control that has this attribute.
    ///
    /// # Panics
    /// If there is none, or more than one.
    #[must_use]
    pub fn only_with(&self, attribute: &str) -> &Control {
        let mut found = self
            .controls
            .iter()
            .filter(|control| control.attribute(attribute).is_some());
        match (found.next(), found.next()) {
            (Some(control), None) => control,
            (None, _) => panic!("nothing with {attribute} on this page: {}", self.text),
            (Some(_), Some(_)) => {
                panic!("more than one with {attribute} on this page: {}", self.text)
            }
        }
    }

    /// The first control with this text on it, or with it within.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn labelled(&self, label: &str) -> &Control {
        let exact = self.controls.iter().find(|control| control.label == label);
        exact
            .or_else(|| {
                self.controls
                    .iter()
                    .find(|control| control.label.contains(label))
            })
            .unwrap_or_else(|| panic!("no `{label}` on this page: {}", self.text))
    }
}

impl Control {
    /// The value of an attribute, if the control has it.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// What pressing it sends, from a page at `here`; headers are the browser's to add.
    ///
    /// # Panics
    /// If it leads nowhere.
    #[must_use]
    pub fn pressed(&self, here: &Url) -> Request {
        match &self.target {
            Target::Link(href) => Request::new(Method::GET, here.join(href).expect("a link")),
            Target::Button { submits, .. } => submits.request(here, self),
        }
    }
}

impl Submission {
    fn request(&self, here: &Url, button: &Control) -> Request {
        let action = button.attribute("formaction").unwrap_or(&self.action);
        let mut url = here.join(action).expect("an action");
        let mut encoded = url::form_urlencoded::Serializer::new(String::new());
        encoded.extend_pairs(&self.fields);
        if let Some(name) = button.attribute("name") {
            encoded.append_pair(name, button.attribute("value").unwrap_or_default());
        }
        let encoded = encoded.finish();
        if self.post {
            return Request::new(Method::POST, url)
                .body("application/x-www-form-urlencoded", encoded);
        }
        url.set_query(Some(&encoded));
        Request::new(Method::GET, url)
    }
}

/// What is open while the tokens go by.
#[derive(Default)]
struct Reading {
    document: Document,
    forms: Vec<Submission>,
    form_open: bool,
    control: Option<Control>,
    hidden: Option<String>,
}

impl Reading {
    fn open(&mut self, name: &str, attributes: Vec<(String, String)>) {
        let value = |key: &str| {
            attributes
                .iter()
                .find(|(known, _)| known == key)
                .map(|(_, value)| value.clone())
        };
        match name {
            "script" | "style" => self.hidden = Some(name.to_owned()),
            "form" => {
                let post =
                    value("method").is_some_and(|method| method.eq_ignore_ascii_case("post"));
                self.forms.push(Submission {
                    action: value("action").unwrap_or_default(),
                    post,
                    fields: Vec::new(),
                });
                self.form_open = true;
            }
            "a" if value("href").is_some() => {
                let target = Target::Link(value("href").unwrap_or_default());
                self.control = Some(Control {
                    attributes,
                    label: String::new(),
                    target,
                });
            }
            "button" if self.form_open => self.control = Some(self.button(attributes)),
            "input" if self.form_open => self.input(&attributes),
            _ => {}
        }
    }

    fn button(&self, attributes: Vec<(String, String)>) -> Control {
        let target = Target::Button {
            form: self.forms.len() - 1,
            submits: Submission::default(),
        };
        Control {
            attributes,
            label: String::new(),
            target,
        }
    }

    fn input(&mut self, attributes: &[(String, String)]) {
        let value = |key: &str| {
            let found = attributes.iter().find(|(known, _)| known == key);
            found.map(|(_, value)| value.clone())
        };
        let kind = value("type").unwrap_or_default().to_ascii_lowercase();
        if kind == "submit" {
            let mut button = self.button(attributes.to_vec());
            button.label = value("value").unwrap_or_default();
            self.document.controls.push(button);
            return;
        }
        let checkable = kind == "checkbox" || kind == "radio";
        if checkable && value("checked").is_none() {
            return;
        }
        if let (Some(name), Some(form)) = (value("name"), self.forms.last_mut()) {
            let default = if checkable { "on" } else { "" };
            form.fields
                .push((name, value("value").unwrap_or_else(|| default.to_owned())));
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "form" => self.form_open = false,
            "a" | "button" => self.document.controls.extend(self.control.take()),
            _ if self.hidden.as_deref() == Some(name) => self.hidden = None,
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if self.hidden.is_some() {
            return;
        }
        let folded = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for sink in [
            Some(&mut self.document.text),
            self.control.as_mut().map(|control| &mut control.label),
        ]
        .into_iter()
        .flatten()
        {
            if !sink.is_empty() && !folded.is_empty() {
                sink.push(' ');
            }
            sink.push_str(&folded);
        }
    }

    fn finish(mut self) -> Document {
        for control in &mut self.document.controls {
            if let Target::Button { form, submits } = &mut control.target {
                submits.clone_from(&self.forms[*form]);
            }
        }
        self.document
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = r#"<!doctype html><style>a{}</style><h1>Pick &amp; go</h1>
        <form method="POST" action="/next?a=1"><input type=hidden name="ctx" value="x&quot;y">
        <input type=checkbox name=keep><button name="who" value="ada" data-primary> Ada <b>L</b></button></form>
        <a href="../back?b=2&amp;c=3">Back</a>"#;

    #[test]
    fn a_button_sends_its_form_and_itself() {
        let page = Document::read(PAGE);
        let here = "http://127.0.0.1:1/tenant/authorize?x".parse().unwrap();
        let button = page.only_with("data-primary");
        assert_eq!(button.label, "Ada L");
        let request = button.pressed(&here);
        assert_eq!(request.url.as_str(), "http://127.0.0.1:1/next?a=1");
        assert_eq!(request.body.as_deref(), Some(&b"ctx=x%22y&who=ada"[..]));
    }

    #[test]
    fn a_link_leads_where_it_says() {
        let page = Document::read(PAGE);
        let here = "http://127.0.0.1:1/tenant/authorize".parse().unwrap();
        let request = page.labelled("Back").pressed(&here);
        assert_eq!(request.url.as_str(), "http://127.0.0.1:1/back?b=2&c=3");
        assert!(page.text.starts_with("Pick & go"), "{}", page.text);
    }
}
