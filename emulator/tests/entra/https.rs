//! HTTPS, for clients that refuse plain HTTP.

use std::{
    io::{BufRead as _, BufReader},
    path::PathBuf,
    process::{Command, Stdio},
};

use connect_outlook_emulator::scenario::{NewScenario, ScenarioName};
use tokio::{io::AsyncReadExt as _, net::TcpStream};

use crate::support::{ADA, App, Browser, Stage};

async fn secured() -> Stage {
    Stage::start_with(|builder| builder.https()).await
}

/// Everything is on one secure origin, and every address in every answer says so.
#[tokio::test]
async fn whoever_trusts_its_authority_uses_it_like_any_other() {
    let stage = secured().await;
    assert!(stage.emulator.origin().starts_with("https://127.0.0.1:"));
    let document = stage
        .json("/contoso.example/v2.0/.well-known/openid-configuration")
        .await;
    for name in ["issuer", "token_endpoint", "jwks_uri", "userinfo_endpoint"] {
        let address = document[name].as_str().expect("an address");
        assert!(address.starts_with(stage.emulator.origin()), "{address}");
    }
    let answer = App::DEMO.tokens(&stage, ADA).await;
    let me = stage
        .http
        .get(stage.url("/v1.0/me"))
        .bearer_auth(answer.text("access_token"))
        .send()
        .await
        .expect("an answer");
    assert_eq!(me.status(), 200);
}

/// The certificate is good for the names of this machine, and its authority for no others.
#[tokio::test]
async fn any_name_of_this_machine_is_certified() {
    let stage = secured().await;
    let by_name = stage
        .url("/_emulator/clock")
        .replace("127.0.0.1", "localhost");
    let answer = stage.http.get(by_name).send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
}

#[tokio::test]
async fn whoever_does_not_trust_it_hears_nothing() {
    let stage = secured().await;
    let other = secured().await;
    // The clients of two emulators trust two authorities.
    let stranger = other.http.get(stage.url("/_emulator/clock")).send().await;
    assert!(stranger.expect_err("refused").is_connect());
    let plain = stage.url("/_emulator/clock").replace("https:", "http:");
    assert!(stage.http.get(plain).send().await.is_err());
}

/// By HTTPS the session of a browser is seen in hidden frames of other sites, as at Microsoft's.
#[tokio::test]
async fn the_session_is_seen_from_other_sites() {
    for (stage, expected) in [
        (secured().await, "Path=/; HttpOnly; Secure; SameSite=None"),
        (Stage::start().await, "Path=/; HttpOnly; SameSite=Lax"),
    ] {
        let mut browser = Browser::new(&stage);
        let picker = browser.open(&App::DEMO.start().path()).await;
        let ada = browser
            .press(&picker, |button| button.text.contains(ADA))
            .await;
        let ada = browser.press_action(&ada, "sign_in").await;
        let cookie = ada.headers["set-cookie"].to_str().expect("text");
        let (_, attributes) = cookie.split_once("; ").expect("attributes");
        assert_eq!(attributes, expected);
    }
}

/// Connections break on purpose as they do without encryption.
#[tokio::test]
async fn faults_strike_below_the_encryption() {
    let stage = secured().await;
    let scenario = NewScenario::new(ScenarioName::TokenResetBefore).app(App::DEMO.client_id);
    stage.emulator.set_scenario(&scenario).expect("set");
    let asked = stage
        .http
        .post(stage.url("/common/oauth2/v2.0/token"))
        .form(&App::DEMO.redemption("code"))
        .send()
        .await;
    assert!(asked.is_err());
}

/// Somebody who connects and says nothing keeps nobody waiting.
#[tokio::test]
async fn a_silent_stranger_keeps_nobody_waiting() {
    let stage = secured().await;
    let (_, address) = stage.emulator.origin().split_once("//").expect("a host");
    let mut silent = TcpStream::connect(address).await.expect("connected");
    assert_eq!(stage.get("/_emulator/clock").await.status(), 200);
    let stopped = stage.emulator.stop();
    let mut nothing = Vec::new();
    let (read, ()) = tokio::join!(silent.read_to_end(&mut nothing), stopped);
    assert!(read.is_err() || nothing.is_empty());
}

/// The program writes what is to be trusted into a file, and prints what clients of others read from their environment.
#[test]
fn the_program_says_what_to_trust() {
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("authority.pem");
    let mut program = Command::new(env!("CARGO_BIN_EXE_connect-outlook-emulator"))
        .args(["--port", "0", "--https"])
        .arg(&file)
        .stdout(Stdio::piped())
        .spawn()
        .expect("starts");
    let output = BufReader::new(program.stdout.take().expect("its output"));
    let said: Vec<String> = output.lines().take(7).map_while(Result::ok).collect();
    program.kill().expect("ended");
    program.wait().expect("ended");
    let origin = said[0]
        .strip_prefix("Emulator ready: ")
        .and_then(|address| address.strip_suffix("/_emulator/"))
        .expect("an address");
    assert!(origin.starts_with("https://127.0.0.1:"), "{origin}");
    let expected = [
        format!("AZURE_AUTHORITY_HOST={origin}"),
        format!("NODE_EXTRA_CA_CERTS={}", file.display()),
    ];
    assert!(expected.iter().all(|line| said.contains(line)), "{said:#?}");
    let written = std::fs::read_to_string(&file).expect("written");
    assert!(written.starts_with("-----BEGIN CERTIFICATE-----"));
    assert!(!written.contains("PRIVATE"));
}

#[test]
fn a_file_that_cannot_be_written_is_one_sentence_and_exit_code_one() {
    let output = Command::new(env!("CARGO_BIN_EXE_connect-outlook-emulator"))
        .args(["--port", "0", "--https", "/nowhere/at/all.pem"])
        .output()
        .expect("starts");
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).expect("text");
    assert!(
        said.lines().count() == 1 && said.contains("cannot write /nowhere/at/all.pem"),
        "{said}"
    );
}
