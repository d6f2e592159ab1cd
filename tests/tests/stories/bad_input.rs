//! The bad input of `corpus/callback.txt`, sent over HTTP.

use connect_outlook_tests::{Answering, Visitor, World, browser::Request, house, page, story};
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn bad_callbacks_are_refused_for_what_they_are_and_never_ask_microsoft() {
    story(async |world| {
        let foreign = world.visitor().page().start_attempt(&json!({})).await;
        let mut wrong = Vec::new();
        for case in cases() {
            wrong.extend(case.play(world, foreign.field("state")).await.err());
        }
        assert!(
            wrong.is_empty(),
            "{} of {} cases:\n{}",
            wrong.len(),
            cases().len(),
            wrong.join("\n")
        );
        assert_eq!(world.token_requests().len(), 0);
    })
    .await;
}

#[tokio::test]
async fn after_all_bad_callbacks_a_good_one_still_connects() {
    story(async |world| {
        let visitor = world.visitor();
        let (attempt, callback) = visitor.sign_in(Answering::Yes("ada")).await;
        for case in cases().iter().filter(|case| {
            !["«state»", "«expired»"]
                .iter()
                .any(|word| case.body.contains(word))
        }) {
            let _refused = case.play(world, attempt.field("state")).await;
        }
        assert_eq!(
            visitor.page().finish(&attempt, &callback).await.json()["status"],
            "connected"
        );
    })
    .await;
}

/// One line of the corpus.
struct Case {
    name: String,
    method: Method,
    path: String,
    content_type: String,
    status: Option<u16>,
    code: Option<String>,
    body: String,
}

impl Case {
    fn read(line: &str) -> Self {
        let [name, request, expected, body] = line
            .splitn(4, '|')
            .map(str::trim)
            .collect::<Vec<_>>()
            .try_into()
            .expect(line);
        let (request, content_type) = match request.split_once(" (") {
            Some((request, kind)) => (request, kind.trim_end_matches(')')),
            None => (request, "application/json"),
        };
        let (method, path) = request.split_once(' ').expect(line);
        let (status, code) = expected.split_once(char::is_whitespace).expect(line);
        Self {
            name: name.to_owned(),
            method: method.parse().expect(line),
            path: path.trim().to_owned(),
            content_type: content_type.to_owned(),
            status: status.parse().ok(),
            code: Some(code.trim().to_owned()).filter(|code| code != "-"),
            body: body.to_owned(),
        }
    }

    async fn play(&self, world: &World, foreign: &str) -> Result<(), String> {
        let visitor = world.visitor();
        let words = Words::of(&visitor, world, &self.body, foreign).await;
        let path = String::from_utf8(words.put_into(&self.path)).expect("a path");
        let mut request = visitor.page().request(self.method.clone(), &path);
        let body = words.put_into(&self.body);
        if !body.is_empty() || self.method == Method::POST {
            request = match self.content_type.as_str() {
                "" => Request {
                    body: Some(body),
                    ..request
                },
                kind => request.body(kind, body),
            };
        }
        let answer = visitor.page().fetch(request).await;
        let failed = |what: &str| {
            Err(format!(
                "{}: {what}: {} {}",
                self.name, answer.status, &answer.body
            ))
        };
        if answer.status >= 500 {
            return failed("broke the server");
        }
        if self.status.is_some_and(|status| status != answer.status) {
            return failed("another status");
        }
        if self
            .code
            .as_ref()
            .is_some_and(|code| !answer.body.contains(&format!("\"code\":\"{code}\"")))
        {
            return failed("another code");
        }
        let echoed = ECHOES.iter().any(|echo| answer.as_text().contains(echo))
            || answer.body.contains(&words.code);
        if echoed { failed("an echo") } else { Ok(()) }
    }
}

/// What the placeholders of a case stand for.
struct Words {
    state: String,
    verifier: String,
    code: String,
    special: String,
    foreign: String,
}

impl Words {
    async fn of(visitor: &Visitor, world: &World, body: &str, foreign: &str) -> Self {
        let mut special = String::new();
        if body.contains("«used»") {
            let (_, callback) = visitor.sign_in(Answering::TurnsBack).await;
            assert_eq!(visitor.page().report_refusal(&callback).await.status, 200);
            callback.get("state").unwrap().clone_into(&mut special);
        }
        if body.contains("«expired»") {
            let lapsing = visitor.page().start_attempt(&json!({})).await;
            lapsing.field("state").clone_into(&mut special);
            world.advance(601);
        }
        let attempt = visitor.page().start_attempt(&json!({})).await;
        Self {
            state: attempt.field("state").to_owned(),
            verifier: attempt.verifier.clone(),
            code: format!("0.made-up-{}", page::verifier()),
            special,
            foreign: foreign.to_owned(),
        }
    }

    /// The bytes of a template, its placeholders replaced.
    fn put_into(&self, template: &str) -> Vec<u8> {
        let mut parts = template.split('«');
        let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
        for part in parts {
            let (word, rest) = part.split_once('»').expect("a closed placeholder");
            bytes.extend(self.meaning(word));
            bytes.extend(rest.bytes());
        }
        bytes
    }

    fn meaning(&self, word: &str) -> Vec<u8> {
        if let Some(hex) = word.strip_prefix("hex:") {
            let pairs = hex
                .as_bytes()
                .chunks(2)
                .map(|pair| str::from_utf8(pair).expect("ASCII"));
            return pairs
                .map(|pair| u8::from_str_radix(pair, 16).expect(hex))
                .collect();
        }
        if let Some((text, count)) = word.rsplit_once('*') {
            return text.repeat(count.parse().expect(count)).into_bytes();
        }
        let known = match word {
            "state" => &self.state,
            "verifier" => &self.verifier,
            "code" => &self.code,
            "used" | "expired" => &self.special,
            "foreign" => &self.foreign,
            "unknown" => &page::verifier(),
            _ => panic!("«{word}» stands for nothing"),
        };
        known.clone().into_bytes()
    }
}

fn cases() -> Vec<Case> {
    let corpus = house::read("tests/corpus/callback.txt");
    corpus
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
        .map(Case::read)
        .collect()
}

const ECHOES: [&str; 4] = ["<script", "x-injected", "owned", "evil.example"];
