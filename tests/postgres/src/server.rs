//! Starting the server.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use super::{NoServer, programs};

/// A running server and the process that ends it.
pub(super) struct Server {
    pub(super) folder: PathBuf,
    /// Waits for the end of its standard input, which this process holds open for as long as it lives.
    _keeper: Child,
}

impl Server {
    pub(super) fn start() -> Result<Self, NoServer> {
        let programs = programs::folder()?;
        let broken = |error: std::io::Error| NoServer::Broken(error.to_string());
        let mut keeper = Command::new("sh")
            .args(["-c", include_str!("cluster.sh"), "cluster"])
            .arg(programs)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(broken)?;
        let output = keeper.stdout.take();
        let mut output = BufReader::new(output.ok_or(NoServer::Broken(String::new()))?);
        let mut said = String::new();
        output.read_line(&mut said).map_err(broken)?;
        if let Some(folder) = said.strip_prefix("ready ") {
            return Ok(Self {
                folder: folder.trim_end().into(),
                _keeper: keeper,
            });
        }
        output.read_to_string(&mut said).map_err(broken)?;
        Err(NoServer::Broken(said))
    }

    /// Its own database, by the socket.
    pub(super) fn address(&self) -> String {
        format!(
            "postgresql://postgres@localhost/postgres?host={}",
            self.folder.display()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// However this process dies, the system closes its end of the pipe.
    #[test]
    fn the_server_goes_with_the_pipe() {
        let mut server = Server::start().unwrap();
        let process = server.folder.join("data/postmaster.pid");
        assert!(process.is_file());
        drop(server._keeper.stdin.take());
        assert!(server._keeper.wait().unwrap().success());
        assert!(!server.folder.exists());
    }
}
