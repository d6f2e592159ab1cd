//! Watching a program: every line as it comes, and an end for one that got stuck.

use std::io::{self, BufRead, BufReader, PipeReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use crate::process::{self, name_of};
use crate::stop::{OrStop, Stop};

/// Runs to the end, handing over every line of both outputs in the order written (one
/// pipe carries both). Says whether it succeeded. A program that prints nothing for ten
/// minutes is ended and has failed.
///
/// # Errors
/// It could not start, or cannot be waited for.
pub(crate) fn stream(command: &mut Command, line: impl FnMut(&str)) -> Result<bool, Stop> {
    stream_with_patience(command, PATIENCE, line)
}

fn stream_with_patience(
    command: &mut Command,
    patience: Duration,
    mut line: impl FnMut(&str),
) -> Result<bool, Stop> {
    let name = name_of(command);
    let (mut child, reader) = spawn(command).or_stop(|| format!("cannot start {name}"))?;
    let (sender, lines) = channel();
    thread::spawn(move || read_lines(reader, &sender));
    let stuck = loop {
        match lines.recv_timeout(patience) {
            Ok(text) => line(&text),
            Err(RecvTimeoutError::Disconnected) => break false,
            Err(RecvTimeoutError::Timeout) => break true,
        }
    };
    if stuck {
        line(&format!(
            "{name} printed nothing for {} s: ending it",
            patience.as_secs()
        ));
        end(&mut child, &lines);
    }
    let status = child.wait().or_stop(|| format!("cannot wait for {name}"))?;
    Ok(status.success() && !stuck)
}

fn spawn(command: &mut Command) -> io::Result<(Child, PipeReader)> {
    let (reader, writer) = io::pipe()?;
    let other = writer.try_clone()?;
    let child = command
        .stdin(Stdio::null())
        .stdout(writer)
        .stderr(other)
        .spawn();
    // The command keeps the writing ends open until they are replaced.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    Ok((child?, reader))
}

fn read_lines(reader: PipeReader, sender: &Sender<String>) {
    let mut reader = BufReader::new(reader);
    let mut bytes = Vec::new();
    while reader
        .read_until(b'\n', &mut bytes)
        .is_ok_and(|read| read > 0)
    {
        let text = String::from_utf8_lossy(&bytes);
        if sender
            .send(text.trim_end_matches(['\n', '\r']).to_owned())
            .is_err()
        {
            return;
        }
        bytes.clear();
    }
}

/// Asks first, so that the program can end its own children, then insists.
fn end(child: &mut Child, lines: &Receiver<String>) {
    let asked = process::ask(Command::new("kill").arg(child.id().to_string()));
    while asked.is_some() && lines.recv_timeout(GRACE).is_ok() {}
    // An error means that it has ended by now.
    let _ = child.kill();
}

const PATIENCE: Duration = Duration::from_mins(10);
const GRACE: Duration = Duration::from_secs(5);

#[cfg(all(test, unix))]
mod tests {
    use std::time::Duration;

    use super::{stream, stream_with_patience};
    use crate::process::command;

    #[test]
    fn both_outputs_arrive_in_the_order_written() {
        let mut lines = Vec::new();
        let mut shell = command("sh");
        shell.args(["-c", "echo one; echo two >&2; echo three; exit 3"]);
        let succeeded = stream(&mut shell, |line| lines.push(line.to_owned())).unwrap();
        assert_eq!(lines, ["one", "two", "three"]);
        assert!(!succeeded);
    }

    #[test]
    fn a_stuck_program_is_ended_and_has_failed() {
        let mut lines = Vec::new();
        let mut shell = command("sh");
        shell.args(["-c", "echo one; exec sleep 600"]);
        let patience = Duration::from_millis(200);
        let succeeded =
            stream_with_patience(&mut shell, patience, |line| lines.push(line.to_owned())).unwrap();
        assert_eq!(lines.first().map(String::as_str), Some("one"));
        assert!(lines[1].contains("printed nothing"), "{lines:?}");
        assert!(!succeeded);
    }
}
