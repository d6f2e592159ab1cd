//! Receivers of every manner.

use std::future::ready;
use std::time::Duration;

use super::*;
use crate::clock::awaited::{awaited, is_about};
use crate::webhooks::lookup::tests::Told;
use crate::webhooks::testing::{Manner, PATIENCE, Receiver, rules};

fn letter() -> Letter {
    Letter {
        id: "00000000-0000-4000-8000-000000000001".to_owned(),
        timestamp: 1_800_000_000,
        signature: "v1,AAAA v1,BBBB".to_owned(),
        body: br#"{"type":"webhook.test"}"#.to_vec(),
    }
}

async fn answered(manner: Manner) -> (Answer, Receiver) {
    let receiver = Receiver::start(manner).await;
    let poster = Poster::new(rules(true)).unwrap();
    let answer = poster.post(&receiver.url(), letter()).await;
    (answer, receiver)
}

#[tokio::test]
async fn what_an_answer_means_stands_in_its_status() {
    let refused = |status, retry_after| Answer::Refused {
        status,
        retry_after,
    };
    for (says, means) in [
        (
            "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok",
            Answer::Taken { status: 200 },
        ),
        (
            "HTTP/1.1 204 No Content\r\n\r\n",
            Answer::Taken { status: 204 },
        ),
        (
            "HTTP/1.1 410 Gone\r\ncontent-length: 0\r\n\r\n",
            Answer::Gone,
        ),
        (
            "HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n",
            refused(500, None),
        ),
        (
            "HTTP/1.1 503 No\r\nretry-after: 30\r\n\r\n",
            refused(503, Some(30)),
        ),
        (
            "HTTP/1.1 429 No\r\nretry-after: 99999999999999999999\r\n\r\n",
            refused(429, Some(86_400)),
        ),
        (
            "HTTP/1.1 429 No\r\nretry-after: 86401\r\n\r\n",
            refused(429, Some(86_400)),
        ),
        (
            "HTTP/1.1 429 No\r\nretry-after: -1\r\n\r\n",
            refused(429, None),
        ),
        ("no such protocol\r\n\r\n", Answer::None("broken")),
    ] {
        assert_eq!(answered(Manner::Says(says)).await.0, means, "{says}");
    }
    assert_eq!(answered(Manner::Leaves).await.0, Answer::None("broken"));
}

/// R148: the signature, and nothing else that says who we are or where we have been.
#[tokio::test]
async fn a_request_carries_the_three_headers_and_no_more_than_it_needs() {
    let (_, receiver) = answered(Manner::Says("HTTP/1.1 204 No Content\r\n\r\n")).await;
    let [head] = receiver.heads().await.try_into().unwrap();
    let head = head.to_lowercase();
    assert!(head.starts_with("post /hooks?a=b http/1.1\r\n"), "{head}");
    let head = head.split("\r\n\r\n").next().unwrap();
    let mut names: Vec<_> = head
        .lines()
        .skip(1)
        .map(|line| line.split(':').next().unwrap())
        .collect();
    names.sort_unstable();
    let known = [
        "accept",
        "accept-encoding",
        "content-length",
        "content-type",
        "host",
        "user-agent",
        "webhook-id",
        "webhook-signature",
        "webhook-timestamp",
    ];
    assert_eq!(names, known);
    assert!(
        head.contains("webhook-signature: v1,aaaa v1,bbbb"),
        "{head}"
    );
}

/// F59, R147: one request, wherever it is sent on to.
#[tokio::test]
async fn a_redirect_is_a_refusal_and_is_not_followed() {
    let elsewhere = Receiver::start(Manner::Leaves).await;
    for status in [301, 302, 303, 307, 308] {
        let says = format!(
            "HTTP/1.1 {status} Go\r\nlocation: http://{}/latest/meta-data/\r\ncontent-length: 0\r\n\r\n",
            elsewhere.address
        );
        let (answer, receiver) = answered(Manner::Says(says.leak())).await;
        assert_eq!(
            answer,
            Answer::Refused {
                status,
                retry_after: None
            }
        );
        assert_eq!(receiver.connections(), 1);
    }
    assert_eq!(elsewhere.connections(), 0);
}

/// F60, R149: whatever follows is not read, and the status counts.
#[tokio::test]
async fn an_endless_body_is_left() {
    let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    let receiver = Receiver::start(Manner::NeverEnds(head, "5\r\nhello\r\n")).await;
    let mut patient = rules(true);
    patient.timeout = Duration::from_secs(60);
    let poster = Poster::new(patient).unwrap();
    let url = receiver.url();
    let answer = tokio::time::timeout(Duration::from_secs(30), poster.post(&url, letter()));
    let answer = answer.await.expect("it does not wait for the end");
    assert_eq!(answer, Answer::Taken { status: 200 });
    // What fits into the buffers between was written, and no more.
    let so_far = receiver.written();
    assert!(so_far < 32 * 1024 * 1024, "{so_far}");
}

/// F58, R149: a head that never comes to its end costs the whole patience and no more.
#[tokio::test]
async fn a_dripping_head_is_cut() {
    let head = "HTTP/1.1 200 OK\r\nx: y\r\n\r\n";
    let (asked, took) = awaited(answered(Manner::Drips(head)), ready(())).await;
    assert_eq!(asked.0, Answer::None("timed_out"));
    assert!(is_about(took, PATIENCE), "{took:?}");
}

/// R149: a receiver that lets nobody in has a third of the time for it.
#[tokio::test]
async fn who_lets_nobody_in_is_left_soon() {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    // Of those who wait to be let in, there is room for two.
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut waiting = Vec::new();
    for _ in 0..2 {
        waiting.push(tokio::net::TcpStream::connect(address).await.unwrap());
    }
    let poster = Poster::new(rules(true)).unwrap();
    let url = format!("http://{address}/");
    let (answer, took) = awaited(poster.post(&url, letter()), ready(())).await;
    assert_eq!(answer, Answer::None("not_connected"));
    assert!(is_about(took, PATIENCE / 3), "{took:?}");
}

/// R145: what was judged is connected to, each time; a connection of before may lead where nothing may today.
#[tokio::test]
async fn no_connection_is_used_twice() {
    let says = "HTTP/1.1 204 No Content\r\n\r\n";
    let receiver = Receiver::start(Manner::Stays(says)).await;
    let poster = Poster::new(rules(true)).unwrap();
    for _ in 0..3 {
        let answer = poster.post(&receiver.url(), letter()).await;
        assert_eq!(answer, Answer::Taken { status: 204 });
    }
    assert_eq!(receiver.connections(), 3);
}

/// R143: should an address ever come this far, the client itself sends nothing in the clear.
#[tokio::test]
async fn without_the_switch_the_client_speaks_tls_alone() {
    let receiver = Receiver::start(Manner::Leaves).await;
    let poster = Poster::new(rules(false)).unwrap();
    let refused = poster.client.get(receiver.url()).send().await.unwrap_err();
    assert!(refused.is_builder(), "{refused:?}");
    assert_eq!(receiver.connections(), 0);
}

/// F62: the name was good when the webhook was added. Nobody is connected to.
#[tokio::test]
async fn a_name_that_leads_to_this_machine_now_is_not_connected_to() {
    let receiver = Receiver::start(Manner::Says("HTTP/1.1 204 No Content\r\n\r\n")).await;
    let mut rules = rules(false);
    rules.ports = [receiver.address.port()].into();
    let url = format!("https://crm.example:{}/hooks", receiver.address.port());
    assert!(rules.judge(&url).is_ok());
    for answers in [
        &["127.0.0.1"][..],
        &["::1", "127.0.0.1"],
        &["93.184.216.34", "127.0.0.1"],
    ] {
        let poster = Poster::by(rules.clone(), Told::new(&[answers])).unwrap();
        assert_eq!(
            poster.post(&url, letter()).await,
            Answer::None("unsafe_address")
        );
    }
    assert_eq!(receiver.connections(), 0);
}

/// R145: literal addresses are looked up by nobody, so they are judged before each request.
#[tokio::test]
async fn a_literal_address_of_somebodys_inside_is_not_connected_to() {
    let receiver = Receiver::start(Manner::Leaves).await;
    let mut rules = rules(false);
    rules.ports = [receiver.address.port()].into();
    let poster = Poster::new(rules).unwrap();
    for url in [
        format!("https://{}/", receiver.address),
        format!("https://0x7f.1:{}/", receiver.address.port()),
        receiver.url(),
    ] {
        assert_eq!(
            poster.post(&url, letter()).await,
            Answer::None("unsafe_address"),
            "{url}"
        );
    }
    assert_eq!(receiver.connections(), 0);
}

#[tokio::test]
async fn nobody_there_and_nobody_trusted_are_told_apart() {
    let port = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    let poster = Poster::new(rules(true)).unwrap();
    let answer = poster
        .post(&format!("http://127.0.0.1:{port}/"), letter())
        .await;
    assert_eq!(answer, Answer::None("not_connected"));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let said =
            tokio::io::AsyncWriteExt::write_all(&mut stream, b"no TLS here, and for long").await;
        said.unwrap();
        std::future::pending::<()>().await;
    });
    let answer = poster.post(&url, letter()).await;
    assert_eq!(answer, Answer::None("not_secure"));
}
