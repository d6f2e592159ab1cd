//! What reached Microsoft: the emulator's exchanges, reduced to steps.

use connect_outlook_emulator::Exchange;

use super::form::Form;
use super::sizes::Sizes;
use super::step::{Fact, Kind, Sketch, Unit};
use super::words;

/// The steps that an exchange stands for; none for pictures, styles and the like.
#[must_use]
pub fn steps_of(exchange: &Exchange) -> Vec<Sketch> {
    let path: Vec<&str> = exchange.path.trim_matches('/').split('/').collect();
    match (exchange.method.as_str(), path.as_slice()) {
        ("GET", [_, "oauth2", "v2.0", "authorize"]) => authorize(exchange),
        ("POST", [_, "sign-in"]) => answered(exchange),
        ("POST", [_, "oauth2", "v2.0", "token"]) => vec![token(exchange)],
        ("GET", [_, "discovery", "v2.0", "keys"]) => vec![fetched(Kind::KeysFetched, exchange)],
        ("GET", [_, "v2.0", ".well-known", "openid-configuration"]) => {
            vec![fetched(Kind::DiscoveryRead, exchange)]
        }
        (_, ["v1.0", rest @ ..]) => vec![graph(exchange, rest)],
        _ => Vec::new(),
    }
}

fn authorize(exchange: &Exchange) -> Vec<Sketch> {
    let query = Form::read(&exchange.query);
    let sent = Kind::SentToMicrosoft.with([
        query.word("response_mode", words::RESPONSE_MODES),
        query.size("code_challenge"),
        query.word("code_challenge_method", words::CHALLENGE_METHODS),
        query.size("state"),
        query.size("nonce"),
        query.listed("scope", words::MAIL_SCOPES),
        query.word("prompt", words::PROMPTS),
    ]);
    [Some(sent), sent_back(exchange)]
        .into_iter()
        .flatten()
        .collect()
}

fn answered(exchange: &Exchange) -> Vec<Sketch> {
    let form = Form::read(&exchange.request_body.text);
    let press = match form.has("choose") {
        true => Fact::word("pressed", "account"),
        false => form
            .word("action", words::PRESSES)
            .map(|fact| fact.named("pressed")),
    };
    let pressed = Kind::VisitorAnswered.with([press]);
    [Some(pressed), sent_back(exchange)]
        .into_iter()
        .flatten()
        .collect()
}

/// The answer to the app, if this exchange ended the visit.
fn sent_back(exchange: &Exchange) -> Option<Sketch> {
    let answer = Form::of_location(exchange.response_header("location")?);
    if answer.has("code") {
        let told = [answer.size("code"), answer.size("state")];
        return Some(Kind::CodeIssued.with(told));
    }
    let told = [
        answer.word("error", words::OAUTH_ERRORS),
        answer.word("error_subcode", words::SUBCODES),
    ];
    answer.has("error").then(|| Kind::RefusalIssued.with(told))
}

fn token(exchange: &Exchange) -> Sketch {
    let sent = Form::read(&exchange.request_body.text);
    let got = Sizes::of(exchange.response_body.text.as_bytes());
    let worked = exchange.status == 200;
    let kind = match (sent.is("grant_type", "refresh_token"), worked) {
        (true, true) => Kind::TokenRefreshed,
        (true, false) => Kind::RefreshRefused,
        (false, true) => Kind::CodeRedeemed,
        (false, false) => Kind::RedemptionRefused,
    };
    let origin = match exchange.request_header("origin") {
        Some(_) => "sent",
        None => "none",
    };
    kind.with([
        status(exchange),
        sent.size("code"),
        sent.size("refresh_token")
            .map(|fact| fact.named("old_refresh_token")),
        sent.size("code_verifier"),
        sent.size("client_secret"),
        Fact::word("origin", origin),
        got.size("access_token"),
        got.size("refresh_token"),
        got.size("id_token"),
        got.seconds("expires_in"),
        got.word("error", words::OAUTH_ERRORS),
    ])
}

fn graph(exchange: &Exchange, path: &[&str]) -> Sketch {
    let kind = if exchange.status < 400 {
        Kind::GraphCalled
    } else {
        Kind::GraphRefused
    };
    let bearer = exchange.request_header("authorization");
    let token = bearer.and_then(|value| value.strip_prefix("Bearer "));
    kind.with([
        Fact::word("of", asked_for(path)),
        status(exchange),
        token.and_then(|token| Fact::size("access_token", token.chars().count(), Unit::Characters)),
        answer(exchange),
    ])
}

/// What a path of Graph leads to. Its ids are not repeated.
fn asked_for(path: &[&str]) -> &'static str {
    match path {
        ["me"] | ["users", _] => "profile",
        [.., "messages"] => "messages",
        [.., "messages", _] => "message",
        [.., "mailFolders"] => "folders",
        [.., "mailFolders", _] => "folders",
        _ => "mail",
    }
}

fn fetched(kind: Kind, exchange: &Exchange) -> Sketch {
    kind.with([status(exchange), answer(exchange)])
}

fn status(exchange: &Exchange) -> Option<Fact> {
    Fact::size("status", exchange.status, Unit::Count)
}

fn answer(exchange: &Exchange) -> Option<Fact> {
    Fact::size("answer", exchange.response_body.length, Unit::Bytes)
}

#[cfg(test)]
mod tests {
    use connect_outlook_emulator::RecordedBody;

    use super::*;

    fn exchange(method: &str, path: &str) -> Exchange {
        Exchange {
            method: method.to_owned(),
            path: path.to_owned(),
            status: 200,
            ..Exchange::default()
        }
    }

    fn body(text: &str) -> RecordedBody {
        RecordedBody {
            text: text.to_owned(),
            length: text.len(),
        }
    }

    #[test]
    fn a_redemption_is_told_by_sizes() {
        let mut redeemed = exchange("POST", "/common/oauth2/v2.0/token");
        redeemed.request_body = body(
            "grant_type=authorization_code&code=canary-code&code_verifier=canary&client_secret=canary-secret",
        );
        redeemed.response_body = body(
            r#"{"access_token":"canary-access","refresh_token":"canary-r","id_token":"c.a.n","expires_in":3600}"#,
        );
        let [step] = steps_of(&redeemed).try_into().unwrap();
        assert_eq!(step.kind, Kind::CodeRedeemed);
        let facts = serde_json::to_value(&step.facts).unwrap();
        assert_eq!(
            facts[1],
            serde_json::json!({"name": "code", "amount": 11, "unit": "characters"})
        );
        assert!(!serde_json::to_string(&step).unwrap().contains("canary"));
    }

    #[test]
    fn a_refresh_and_a_refused_one_are_told_apart() {
        let mut refresh = exchange("POST", "/common/oauth2/v2.0/token");
        refresh.request_body = body("grant_type=refresh_token&refresh_token=canary");
        refresh.response_body = body(r#"{"access_token":"a"}"#);
        assert_eq!(steps_of(&refresh)[0].kind, Kind::TokenRefreshed);
        refresh.status = 400;
        refresh.response_body = body(r#"{"error":"invalid_grant","error_description":"canary"}"#);
        let refused = &steps_of(&refresh)[0];
        assert_eq!(refused.kind, Kind::RefreshRefused);
        assert!(
            refused
                .facts
                .contains(&Fact::word("error", "invalid_grant").unwrap())
        );
    }

    #[test]
    fn the_way_back_is_a_step_of_its_own() {
        let mut accepted = exchange("POST", "/common/sign-in");
        accepted.request_body = body("flow=canary&action=accept");
        accepted.status = 302;
        accepted.response_headers = vec![(
            "location".to_owned(),
            "http://localhost/cb#code=canary&state=canary".to_owned(),
        )];
        let kinds: Vec<_> = steps_of(&accepted).iter().map(|step| step.kind).collect();
        assert_eq!(kinds, [Kind::VisitorAnswered, Kind::CodeIssued]);
        accepted.response_headers[0].1 =
            "http://localhost/cb#error=access_denied&error_subcode=cancel&state=x".to_owned();
        assert_eq!(steps_of(&accepted)[1].kind, Kind::RefusalIssued);
    }

    #[test]
    fn graph_is_told_by_what_it_is_asked_for() {
        for (path, of) in [
            ("/v1.0/me", "profile"),
            ("/v1.0/me/mailFolders", "folders"),
            ("/v1.0/me/mailFolders/canary/messages", "messages"),
            ("/v1.0/me/messages/canary", "message"),
        ] {
            let [step] = steps_of(&exchange("GET", path)).try_into().unwrap();
            assert_eq!(
                (step.kind, &step.facts[0]),
                (Kind::GraphCalled, &Fact::word("of", of).unwrap())
            );
            assert!(!serde_json::to_string(&step).unwrap().contains("canary"));
        }
        let mut refused = exchange("GET", "/v1.0/me");
        refused.status = 401;
        assert_eq!(steps_of(&refused)[0].kind, Kind::GraphRefused);
    }

    #[test]
    fn pictures_and_styles_are_no_steps() {
        assert_eq!(steps_of(&exchange("GET", "/favicon.ico")), []);
        assert_eq!(steps_of(&exchange("GET", "/")), []);
    }
}
