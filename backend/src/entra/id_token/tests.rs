//! The bad-token corpus: one line a case. Every case but the good ones is signed by the right key unless it says not.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use connect_outlook_protocol::authority::{Authority, CONSUMERS_TENANT_ID, Cloud, Tenant};
use connect_outlook_protocol::secret::{AccessToken, IdToken};
use connect_outlook_protocol::state::Nonce;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::testing::{published_key, published_set, sign, sign_text};
use super::*;
use crate::entra::jwks::KeySet;

const NOW: UnixTime = UnixTime(1_800_000_000);
const CLIENT: &str = "6731de76-14a6-49ae-97bc-6eba6914391e";
const TENANT: &str = "11111111-aaaa-4bbb-8ccc-222222222222";
const PERSON: &str = "33333333-aaaa-4bbb-8ccc-444444444444";

fn nonce() -> Nonce {
    Nonce::from_random([7; 32])
}

fn header() -> Value {
    json!({"typ": "JWT", "alg": "RS256", "kid": "rfc7515"})
}

fn claims() -> Value {
    json!({
        "ver": "2.0", "iss": format!("https://login.microsoftonline.com/{TENANT}/v2.0"), "sub": "AAAA-pairwise",
        "aud": CLIENT, "exp": NOW.0 + 3_600, "iat": NOW.0 - 300, "nbf": NOW.0 - 300, "tid": TENANT, "oid": PERSON,
        "name": "Ada Lovelace", "preferred_username": "ada@contoso.example", "nonce": nonce().expose(),
        "aio": "internal", "rh": "internal", "uti": "internal",
    })
}

fn judged_by(
    token: &str,
    tenant: &str,
    allowed: &[String],
    keys: &KeySet,
) -> Result<Person, IdTokenError> {
    let authority = Authority::new(Cloud::Global, Tenant::parse(tenant).unwrap());
    let expected = Expected {
        authority: &authority,
        allowed_tenants: allowed,
        client_id: CLIENT,
        nonce: Some(&|claim| claim == nonce().expose()),
        access_token: &AccessToken::new("EwB-opaque".to_owned()),
    };
    judge(&IdToken::new(token.to_owned()), keys, &expected, NOW)
}

fn judged(token: &str) -> Result<Person, IdTokenError> {
    judged_by(token, "common", &[], &published_set())
}

/// Every line changes one thing of a good token; `None` takes the member away.
fn changed(mut part: Value, name: &str, value: Option<Value>) -> Value {
    let members = part.as_object_mut().unwrap();
    match value {
        Some(value) => members.insert(name.to_owned(), value),
        None => members.remove(name),
    };
    part
}

#[test]
fn a_good_token_names_the_person() {
    let person = judged(&sign(&header(), &claims())).unwrap();
    assert_eq!(
        (person.tenant_id.as_str(), person.object_id.as_str()),
        (TENANT, PERSON)
    );
    assert_eq!(person.display_name.as_deref(), Some("Ada Lovelace"));
    assert_eq!(person.address.as_deref(), Some("ada@contoso.example"));
}

/// R49: a token without name and address is as good; neither decides anything.
#[test]
fn name_and_address_may_be_absent() {
    let bare = changed(changed(claims(), "name", None), "preferred_username", None);
    let person = judged(&sign(&header(), &bare)).unwrap();
    assert_eq!((person.display_name, person.address), (None, None));
}

/// R101, R102, R111: the header chooses nothing.
#[test]
fn headers_that_choose_algorithm_or_key_are_refused() {
    for (name, value) in [
        ("alg", json!("none")),
        ("alg", json!("None")),
        ("alg", json!("")),
        ("alg", json!("HS256")),
        ("alg", json!("PS256")),
        ("alg", json!("RS512")),
        ("alg", json!("ES256")),
        ("alg", json!("rs256")),
        ("alg", json!(["RS256"])),
        ("alg", json!(null)),
        ("jku", json!("https://evil.example/keys")),
        ("x5u", json!("https://evil.example/c")),
        ("jwk", published_key(None)),
        ("crit", json!(["exp"])),
        ("b64", json!(false)),
        ("zip", json!("DEF")),
        ("typ", json!("at+jwt")),
        ("typ", json!("logout+jwt")),
        ("typ", json!(1)),
        ("kid", json!("")),
        ("kid", json!(7)),
        ("kid", json!("k".repeat(65_000))),
    ] {
        let token = sign(&changed(header(), name, Some(value.clone())), &claims());
        assert!(
            matches!(
                judged(&token),
                Err(IdTokenError::Header(_) | IdTokenError::TooLong)
            ),
            "{name}: {value}"
        );
    }
    for name in ["alg", "kid"] {
        assert!(judged(&sign(&changed(header(), name, None), &claims())).is_err());
    }
}

/// R110: the caller may fetch once more and judge again.
#[test]
fn an_unknown_key_is_told_apart_from_a_bad_signature() {
    for id in [
        "other",
        "../../etc/passwd",
        "https://evil.example",
        "' or 1=1 --",
    ] {
        let token = sign(&changed(header(), "kid", Some(json!(id))), &claims());
        assert_eq!(judged(&token), Err(IdTokenError::UnknownKey(id.to_owned())));
    }
}

/// R103: nothing is read from a token whose signature is wrong, not even a claim that would fail.
#[test]
fn a_wrong_signature_is_refused_before_any_claim_is_read() {
    let token = sign(&header(), &claims());
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let other = sign(&header(), &changed(claims(), "aud", Some(json!("other"))));
    let foreign = other.rsplit_once('.').unwrap().1;
    let mut flipped = BASE64_URL_SAFE_NO_PAD.decode(signature).unwrap();
    flipped[0] ^= 1;
    let zero = BASE64_URL_SAFE_NO_PAD.encode([0; 256]);
    for bad in [foreign, "", &zero, &BASE64_URL_SAFE_NO_PAD.encode(&flipped)] {
        assert_eq!(
            judged(&format!("{signed}.{bad}")),
            Err(IdTokenError::Signature)
        );
    }
    let tampered =
        BASE64_URL_SAFE_NO_PAD.encode(changed(claims(), "exp", Some(json!("x"))).to_string());
    let head = signed.split_once('.').unwrap().0;
    assert_eq!(
        judged(&format!("{head}.{tampered}.{signature}")),
        Err(IdTokenError::Signature)
    );
}

/// R109: strict shape.
#[test]
fn other_shapes_are_refused() {
    let good = sign(&header(), &claims());
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let standard = signature.replace(['-', '_'], "+");
    for bad in [
        String::new(),
        ".".to_owned(),
        "..".to_owned(),
        "a.b".to_owned(),
        signed.to_owned(),
        format!("{good}."),
        format!("{good}.{signature}"),
        format!(" {good}"),
        format!("{good}\n"),
        format!("{good}="),
        format!("{signed}.{standard}"),
        format!("{good}.a.b"),
        "ä.ö.ü".to_owned(),
        "A".repeat(1_000_000),
        sign_text("[]", &claims().to_string()),
        sign_text("null", &claims().to_string()),
        sign_text(&header().to_string(), "[]"),
        sign_text(&header().to_string(), "\"x\""),
        sign_text(&header().to_string(), ""),
        sign_text(&header().to_string(), "{\"a\":\"\\ud800\"}"),
        sign_text(&header().to_string(), &"[".repeat(10_000)),
    ] {
        assert!(
            judged(&bad).is_err(),
            "{}",
            &bad.chars().take(60).collect::<String>()
        );
    }
}

/// R109: first good, second bad, and the reverse.
#[test]
fn duplicate_members_are_refused_in_either_order() {
    let good = claims().to_string();
    let open = good.trim_end_matches('}');
    for twice in [
        format!(r#"{open},"aud":"other"}}"#),
        good.replacen('{', r#"{"aud":"other","#, 1),
    ] {
        let token = sign_text(&header().to_string(), &twice);
        assert_eq!(
            judged(&token),
            Err(IdTokenError::Malformed("not acceptable json"))
        );
    }
}

/// One line changes one claim of a good token, and that claim is blamed.
fn each_is_blamed(cases: impl IntoIterator<Item = (&'static str, Option<Value>)>) {
    for (name, value) in cases {
        let token = sign(&header(), &changed(claims(), name, value.clone()));
        let Err(IdTokenError::Claim(blamed)) = judged(&token) else {
            panic!("{name}: {value:?}")
        };
        // A foreign tenant id is noticed where it meets the issuer.
        let named = blamed == name || (name == "tid" && blamed == "iss");
        assert!(named, "{name} {value:?} blamed on {blamed}");
    }
}

/// R104: issuer and tenant, missing, of the wrong type, and disagreeing.
#[test]
fn an_issuer_or_tenant_that_does_not_hold_is_named() {
    let host = "https://login.microsoftonline.com";
    for issuer in [
        format!("https://sts.windows.net/{TENANT}/"),
        format!("https://login.microsoftonline.us/{TENANT}/v2.0"),
        format!("http://login.microsoftonline.com/{TENANT}/v2.0"),
        format!("{host}/{TENANT}/v2.0/"),
        format!("{host}/{CONSUMERS_TENANT_ID}/v2.0"),
        format!("{host}/common/v2.0"),
        format!("{host}/{{tenantid}}/v2.0"),
    ] {
        each_is_blamed([("iss", Some(json!(issuer)))]);
    }
    let upper = TENANT.to_uppercase();
    each_is_blamed([("iss", None), ("iss", Some(json!(1)))]);
    each_is_blamed([
        ("tid", None),
        ("tid", Some(json!("contoso"))),
        ("tid", Some(json!([TENANT]))),
        ("tid", Some(json!(upper))),
    ]);
}

/// R106, R108, R111, R113: who it is for and whom it names.
#[test]
fn an_audience_nonce_or_person_that_does_not_hold_is_named() {
    let other = Nonce::from_random([8; 32]);
    for value in [
        json!("other"),
        json!([CLIENT]),
        json!([CLIENT, "other"]),
        json!(1),
    ] {
        each_is_blamed([("aud", Some(value))]);
    }
    for value in [
        json!(""),
        json!([nonce().expose()]),
        json!(&nonce().expose()[..42]),
        json!(other.expose()),
    ] {
        each_is_blamed([("nonce", Some(value))]);
    }
    for value in [json!("ada@contoso.example"), json!([PERSON])] {
        each_is_blamed([("oid", Some(value))]);
    }
    each_is_blamed([("aud", None), ("nonce", None), ("oid", None), ("sub", None)]);
    each_is_blamed([("azp", Some(json!("other"))), ("azp", Some(json!(1)))]);
    each_is_blamed([("sub", Some(json!(7))), ("sub", Some(json!("")))]);
    each_is_blamed([("ver", Some(json!("1.0"))), ("ver", Some(json!(2.0)))]);
    each_is_blamed([
        ("name", Some(json!(1))),
        ("preferred_username", Some(json!({}))),
        ("at_hash", Some(json!("AAAA"))),
    ]);
}

/// R107: a time of the wrong type is a refusal, never "absent".
#[test]
fn a_time_that_does_not_hold_is_named() {
    let past = json!(NOW.0 - 120);
    for value in [
        json!("9999999999"),
        json!(1e300),
        json!(-1),
        json!(null),
        past,
        json!(NOW.0 as f64 + 3600.5),
    ] {
        each_is_blamed([("exp", Some(value))]);
    }
    each_is_blamed([
        ("exp", None),
        ("nbf", Some(json!("1"))),
        ("iat", Some(json!("1"))),
    ]);
    each_is_blamed([
        ("nbf", Some(json!(NOW.0 + 121))),
        ("iat", Some(json!(NOW.0 + 600))),
    ]);
}

/// R107: two minutes either way, back-dated `iat` as Microsoft writes it.
#[test]
fn clocks_may_differ_by_two_minutes() {
    for (name, value) in [
        ("exp", NOW.0 - 119),
        ("nbf", NOW.0 + 120),
        ("iat", NOW.0 + 120),
        ("iat", NOW.0 - 86_400),
    ] {
        assert!(
            judged(&sign(
                &header(),
                &changed(claims(), name, Some(json!(value)))
            ))
            .is_ok(),
            "{name}"
        );
    }
}

/// R113: the hash of "EwB-opaque", by `printf EwB-opaque | sha256sum`, its left half in base64url.
#[test]
fn a_matching_at_hash_passes() {
    let token = sign(
        &header(),
        &changed(claims(), "at_hash", Some(json!("8-7pzpi-EFkg5MPl8P1dKQ"))),
    );
    assert!(judged(&token).is_ok());
}

/// R105: the authority and the list decide who may sign in.
#[test]
fn a_tenant_that_may_not_sign_in_is_refused() {
    let token = sign(&header(), &claims());
    let keys = published_set();
    let other = "55555555-aaaa-4bbb-8ccc-666666666666";
    assert_eq!(
        judged_by(&token, "consumers", &[], &keys),
        Err(IdTokenError::Claim("tid"))
    );
    assert_eq!(
        judged_by(&token, other, &[], &keys),
        Err(IdTokenError::Claim("tid"))
    );
    assert_eq!(
        judged_by(&token, "common", &[other.to_owned()], &keys),
        Err(IdTokenError::Claim("tid"))
    );
    assert!(judged_by(&token, TENANT, &[TENANT.to_owned()], &keys).is_ok());
}

/// R104: a key published for another tenant cannot sign for this one.
#[test]
fn a_key_of_another_tenant_is_refused() {
    let issuer = format!("https://login.microsoftonline.com/{CONSUMERS_TENANT_ID}/v2.0");
    let document = json!({ "keys": [published_key(Some(&issuer))] }).to_string();
    let keys = KeySet::read(document.as_bytes()).unwrap();
    assert_eq!(
        judged_by(&sign(&header(), &claims()), "common", &[], &keys),
        Err(IdTokenError::Claim("iss"))
    );
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in ".{0,200}") {
        let _ = judged(&text);
    }

    #[test]
    fn no_signed_claims_make_it_panic(text in r#"\{("(aud|exp|iss|tid)":("a"|1|null|\[\]),?){0,4}\}"#) {
        prop_assert!(judged(&sign_text(&header().to_string(), &text)).is_err());
    }
}
