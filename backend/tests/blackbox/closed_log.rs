//! The program whose log nobody reads any more: whoever started it has gone, and took the other end of the pipe along.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use super::world::{KEY, SITE};

/// Ends with the test.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn asked(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// A log line that cannot be written is lost, and nothing else: each request is answered, in either format.
#[test]
fn a_server_whose_log_is_closed_goes_on_serving() {
    for format in ["text", "json"] {
        let child = Command::new(env!("CARGO_BIN_EXE_connect-outlook"))
            .arg("serve")
            .env_clear()
            .env("CONNECT_OUTLOOK_PUBLIC_URL", SITE)
            .env("CONNECT_OUTLOOK_CLIENT_ID", super::microsoft::CLIENT)
            .env("CONNECT_OUTLOOK_CLIENT_SECRET", super::microsoft::SECRET)
            .env("CONNECT_OUTLOOK_KEY", KEY)
            .env("CONNECT_OUTLOOK_DATABASE", "sqlite::memory:")
            .env("CONNECT_OUTLOOK_LISTEN", "127.0.0.1:0")
            .env("CONNECT_OUTLOOK_LOG_FORMAT", format)
            .env("CONNECT_OUTLOOK_LOG", "debug")
            .stderr(Stdio::piped())
            .spawn();
        let mut program = Program(child.unwrap());
        let mut log = BufReader::new(program.0.stderr.take().unwrap()).lines();
        let address = log.find_map(|line| {
            let line = line.unwrap();
            let (_, rest) = line.split_once("127.0.0.1:")?;
            let port: String = rest.chars().take_while(char::is_ascii_digit).collect();
            line.contains("serving")
                .then(|| format!("127.0.0.1:{port}"))
        });
        let address = address.unwrap();
        assert!(
            asked(&address, "/outlook/livez").contains("alive"),
            "{format}"
        );
        drop(log);
        for _ in 0..3 {
            for (path, said) in [
                ("livez", "alive"),
                ("readyz", "ready"),
                ("v1/session", "anti_forgery"),
            ] {
                let answer = asked(&address, &format!("/outlook/{path}"));
                assert!(answer.contains(said), "{format} {path}: {answer}");
            }
        }
        assert!(program.0.try_wait().unwrap().is_none(), "it goes on");
    }
}
