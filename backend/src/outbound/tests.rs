//! What is asked, of whom, how long and how much of an answer is taken.

use proptest::prelude::*;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::silence::Silent;
use super::*;
use crate::clock::awaited::{awaited, is_about};

/// F5: absurd waits are cut, and what is not a number of seconds is no wait.
#[test]
fn a_wait_is_a_number_of_seconds_within_reason() {
    assert_eq!(seconds("30"), Some(30));
    assert_eq!(seconds("999999999999999999999"), Some(LONGEST_WAIT));
    for none in [
        "",
        "-1",
        "soon",
        "1.5",
        "Wed, 21 Oct 2015 07:28:00 GMT",
        "+5",
    ] {
        assert_eq!(seconds(none), None, "{none}");
    }
}

#[test]
fn json_is_recognised_with_its_parameters_and_nothing_like_it() {
    let with = |kind: &str| {
        is_json(&HeaderMap::from_iter([(
            CONTENT_TYPE,
            kind.parse().unwrap(),
        )]))
    };
    assert!(with("application/json; charset=utf-8"));
    assert!(with("Application/JSON"));
    assert!(!with("text/html"));
    assert!(!with("application/json-seq"));
    assert!(!is_json(&HeaderMap::new()));
}

const LIMITS: Limits = Limits {
    total: Duration::from_secs(15),
    body: 8,
};

fn trusting(trust: &Trust) -> Outbound {
    Wire::new(trust).unwrap().within(LIMITS)
}

fn outbound() -> Outbound {
    trusting(&Trust::InsecureLoopback)
}

/// R78: only a client for an emulator without TLS speaks to anybody without it.
#[tokio::test]
async fn plain_http_is_for_loopback_only() {
    let authority = include_str!("../entra/credential/testing/certificate.pem");
    let authority = Trust::InsecureAuthority(authority.into());
    let server = Silent::after("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    for trust in [Trust::System, authority] {
        let refused = trusting(&trust).get(&server.url).send().await;
        let refused = refused.unwrap_err();
        assert!(refused.is_builder(), "{trust:?}: {refused:?}");
    }
    let answer = outbound().get(&server.url).send().await;
    assert_eq!(answer.unwrap().status(), 200);
}

/// R78, F2: whatever is asked, and however much of the answer has come.
#[tokio::test]
async fn an_answer_that_does_not_end_is_waited_for_so_long() {
    let outbound = outbound();
    for says in ["", "HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\nhalf"] {
        let server = Silent::after(says).await;
        for request in [
            outbound.get(&server.url),
            outbound.post(&server.url),
            outbound.delete(&server.url),
        ] {
            let (sent, took) = server.heard(outbound.send(request)).await;
            let sent = sent.map(|reply| reply.status);
            assert_eq!(sent, Err(NoReply::TimedOut), "{says}");
            assert!(is_about(took, LIMITS.total), "{took:?} after {says:?}");
        }
    }
}

/// R78: who lets nobody in has a time of its own for that, and nothing was sent.
#[tokio::test]
async fn a_connection_is_waited_for_less_long_than_an_answer() {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    // Of those who wait to be let in, there is room for two.
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut waiting = Vec::new();
    for _ in 0..2 {
        waiting.push(tokio::net::TcpStream::connect(address).await.unwrap());
    }
    let outbound = outbound();
    let sending = outbound.send(outbound.get(&format!("http://{address}/")));
    let (sent, took) = awaited(sending, std::future::ready(())).await;
    assert_eq!(sent.map(|reply| reply.status), Err(NoReply::NotConnected));
    assert!(is_about(took, Duration::from_secs(3)), "{took:?}");
}

/// R78, F11: to the byte.
#[tokio::test]
async fn an_answer_is_read_up_to_its_limit() {
    let outbound = outbound();
    for (says, read) in [
        (
            "HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\n12345678",
            Ok(8),
        ),
        (
            "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n123456789",
            Err(NoReply::TooLong),
        ),
    ] {
        let request = outbound.get(&Silent::after(says).await.url);
        let sent = outbound.send(request).await;
        assert_eq!(sent.map(|reply| reply.body.len()), read);
    }
}

/// F55: of somebody who sends a lot nothing may come for half a minute, be it the head or any piece of the body.
#[tokio::test]
async fn a_long_answer_may_be_silent_for_half_a_minute() {
    let outbound = outbound();
    let silence = Duration::from_secs(30);
    let mute = Silent::after("").await;
    let opening = outbound.open_long(outbound.get(&mute.url));
    let (opened, took) = mute.heard(opening).await;
    assert_eq!(opened.err(), Some(NoReply::TimedOut));
    assert!(is_about(took, silence), "{took:?} for the head");

    let server = Silent::after("HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\nhalf").await;
    let opened = outbound.open_long(outbound.get(&server.url)).await;
    let mut opened = opened.unwrap();
    assert_eq!(opened.next().await.unwrap().unwrap(), "half");
    let (next, took) = server.heard(opened.next()).await;
    assert_eq!(next, Err(NoReply::TimedOut));
    assert!(is_about(took, silence), "{took:?} for the rest");
}

/// D12: who never falls silent is not listened to for ever either.
#[tokio::test]
async fn a_long_answer_may_take_an_hour() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let _request = stream.read(&mut [0; 4096]).await.unwrap();
        let head = b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n";
        stream.write_all(head).await.unwrap();
        while stream.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_secs(10)).await;
        }
    });
    let outbound = outbound();
    let mut opened = outbound.open_long(outbound.get(&url)).await.unwrap();
    let reading = async {
        loop {
            if let Err(end) = opened.next().await {
                return end;
            }
        }
    };
    let (end, took) = awaited(reading, std::future::ready(())).await;
    assert_eq!(end, NoReply::TimedOut);
    assert!(is_about(took, Duration::from_secs(3_600)), "{took:?}");
}

proptest! {
    #[test]
    fn no_header_makes_it_panic(text in ".*") {
        prop_assert!(seconds(&text).is_none_or(|wait| wait <= LONGEST_WAIT));
    }
}
