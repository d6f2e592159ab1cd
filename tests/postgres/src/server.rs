//! Starting the server.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use super::{NoServer, programs};

/// A running server and the process that ends it.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) folder: PathBuf,
    /// Waits for the end of `orders`, which this process holds open for as long as it lives.
    keeper: Child,
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

/// Where a server listens beside its socket.
#[derive(Clone, Copy, Debug)]
pub(super) struct Port<'papers> {
    pub(super) number: u16,
    /// The folder with its certificate, its key and the password of its user.
    pub(super) papers: &'papers Path,
}

impl Server {
    pub(super) fn start(port: Option<Port<'_>>) -> Result<Self, NoServer> {
        Self::start_on(None, port)
    }

    /// On a disk that misbehaves it waits for its first order.
    pub(super) fn start_on(disk: Option<&Path>, port: Option<Port<'_>>) -> Result<Self, NoServer> {
        let programs = programs::folder()?;
        let mut command = Command::new("sh");
        command
            .args(["-c", include_str!("cluster.sh"), "cluster"])
            .arg(programs);
        if let Some(disk) = disk {
            command.env("DISK_AT", disk);
        }
        if let Some(port) = port {
            command.arg(port.number.to_string()).arg(port.papers);
        }
        let mut keeper = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let (orders, output) = (keeper.stdin.take(), keeper.stdout.take());
        let mut answers = BufReader::new(output.ok_or(NoServer::Broken(String::new()))?);
        let mut said = String::new();
        answers.read_line(&mut said)?;
        if let Some(folder) = said.strip_prefix("ready ") {
            return Ok(Self {
                folder: folder.trim_end().into(),
                keeper,
                orders,
                answers,
            });
        }
        answers.read_to_string(&mut said)?;
        Err(NoServer::Broken(said))
    }

    /// Its own database, by the socket.
    pub(super) fn address(&self) -> String {
        format!(
            "postgresql://postgres@localhost/postgres?host={}",
            self.folder.display()
        )
    }

    /// Gives an order and waits until it is carried out.
    pub(super) fn order(&mut self, order: &str, done: &str) -> Result<(), NoServer> {
        let orders = self
            .orders
            .as_mut()
            .ok_or(NoServer::Broken(String::new()))?;
        writeln!(orders, "{order}")?;
        let mut said = String::new();
        self.answers.read_line(&mut said)?;
        if said.trim_end() == done {
            Ok(())
        } else {
            Err(NoServer::Broken(format!(
                "it was told to {order} and did not"
            )))
        }
    }

    /// Ends it, and waits until it and its folder are gone.
    pub(super) fn end(&mut self) -> Result<(), NoServer> {
        drop(self.orders.take());
        self.keeper.wait()?;
        Ok(())
    }
}

impl From<std::io::Error> for NoServer {
    fn from(error: std::io::Error) -> Self {
        Self::Broken(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// However this process dies, the system closes its end of the pipe.
    #[test]
    fn the_server_goes_with_the_pipe() {
        let mut server = Server::start(None).unwrap();
        let process = server.folder.join("data/postmaster.pid");
        assert!(process.is_file());
        server.end().unwrap();
        assert!(!server.folder.exists());
    }
}
