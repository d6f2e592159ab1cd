//! A server for one test alone: it can be stopped and started again, it is reached by an encrypted way as well, and its
//! disk may misbehave.

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tempfile::TempDir;

use super::NoServer;
use super::port::free_port;
use super::server::{Port, Server};

/// The server. Dropped, it goes with all it holds.
#[derive(Debug)]
pub struct OwnServer {
    server: Server,
    papers: TempDir,
    port: u16,
}

impl OwnServer {
    /// Starts it (about a second and a half), with an authority for its certificate that nobody else has.
    ///
    /// # Errors
    /// [`NoServer`].
    pub fn start() -> Result<Self, NoServer> {
        Self::start_at(None)
    }

    /// Makes it with its files on a disk that misbehaves, in the way of which `disk` is the folder. It does not run before
    /// it is started, so that what it finds there can be taken for safe.
    ///
    /// # Errors
    /// [`NoServer`].
    pub fn on_disk(disk: &Path) -> Result<Self, NoServer> {
        Self::start_at(Some(disk))
    }

    fn start_at(disk: Option<&Path>) -> Result<Self, NoServer> {
        let papers = tempfile::tempdir()?;
        let unmade = |error: rcgen::Error| NoServer::Broken(error.to_string());
        let write = |name: &str, text: String| fs::write(papers.path().join(name), text);
        let authority = authority().map_err(unmade)?;
        let key = KeyPair::generate().map_err(unmade)?;
        let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
        let certificate = CertificateParams::new(names)
            .and_then(|params| params.signed_by(&key, &authority))
            .map_err(unmade)?;
        write("server.pem", pem("CERTIFICATE", certificate.der()))?;
        write("server.key", pem("PRIVATE KEY", &key.serialize_der()))?;
        write("authority.pem", pem("CERTIFICATE", authority.der()))?;
        let stranger = self::authority().map_err(unmade)?;
        write("stranger.pem", pem("CERTIFICATE", stranger.der()))?;
        write("password", format!("{PASSWORD}\n"))?;
        let port = free_port()?;
        let listens = Port {
            number: port,
            papers: papers.path(),
        };
        let server = Server::start_on(disk, Some(listens))?;
        Ok(Self {
            server,
            papers,
            port,
        })
    }

    /// Where it keeps its files.
    #[must_use]
    pub fn data_folder(&self) -> PathBuf {
        self.server.folder.join("data")
    }

    /// Its database by its socket, without password.
    #[must_use]
    pub fn address(&self) -> String {
        format!("{}&port={}", self.server.address(), self.port)
    }

    /// Its database by its port, with password. What is to be said of encryption comes behind it: `?sslmode=…`.
    #[must_use]
    pub fn address_by_port(&self) -> String {
        format!(
            "postgres://postgres:{PASSWORD}@localhost:{}/postgres",
            self.port
        )
    }

    /// The certificate of the authority that vouches for the server, in PEM.
    #[must_use]
    pub fn authority(&self) -> PathBuf {
        self.papers.path().join("authority.pem")
    }

    /// The certificate of an authority that has nothing to do with it.
    #[must_use]
    pub fn stranger(&self) -> PathBuf {
        self.papers.path().join("stranger.pem")
    }

    /// Takes it away as a crash would, if it runs: connections break.
    ///
    /// # Errors
    /// [`NoServer`] when it does not stop.
    pub fn stop(&mut self) -> Result<(), NoServer> {
        self.server.order("stop", "stopped")
    }

    /// Brings it back with all that was committed.
    ///
    /// # Errors
    /// [`NoServer`] when it does not start.
    pub fn start_again(&mut self) -> Result<(), NoServer> {
        self.server.order("start", "ready")
    }
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        // The keeper goes its way also when nobody waits for it.
        let _ = self.server.end();
    }
}

fn authority() -> Result<CertifiedIssuer<'static, KeyPair>, rcgen::Error> {
    let mut params = CertificateParams::new([])?;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate()?)
}

fn pem(what: &str, der: &[u8]) -> String {
    let text = BASE64_STANDARD.encode(der);
    let lines = text.as_bytes().chunks(64).map(String::from_utf8_lossy);
    let lines: Vec<_> = lines.collect();
    format!(
        "-----BEGIN {what}-----\n{}\n-----END {what}-----\n",
        lines.join("\n")
    )
}

/// The password of the server's user: it must not appear anywhere.
pub const PASSWORD: &str = "hunter2-is-no-password";

#[cfg(test)]
mod tests {
    use sqlx::{Connection as _, PgConnection};

    use super::*;

    #[tokio::test]
    async fn it_goes_and_comes_back_and_asks_for_the_password() {
        let mut server = OwnServer::start().unwrap();
        let (socket, port) = (server.address(), server.address_by_port());
        PgConnection::connect(&socket).await.unwrap();
        PgConnection::connect(&port).await.unwrap();
        let wrong = port.replace(PASSWORD, "wrong");
        assert!(PgConnection::connect(&wrong).await.is_err());
        server.stop().unwrap();
        assert!(PgConnection::connect(&socket).await.is_err());
        server.start_again().unwrap();
        PgConnection::connect(&socket).await.unwrap();
    }

    #[tokio::test]
    async fn its_certificate_is_vouched_for_by_its_own_authority_alone() {
        let server = OwnServer::start().unwrap();
        let with = |authority: PathBuf| {
            let address = server.address_by_port();
            format!(
                "{address}?sslmode=verify-full&sslrootcert={}",
                authority.display()
            )
        };
        PgConnection::connect(&with(server.authority()))
            .await
            .unwrap();
        assert!(
            PgConnection::connect(&with(server.stranger()))
                .await
                .is_err()
        );
    }
}
