//! The outside of an exported file: sealed, in pieces, never as a whole in memory.
//!
//! `connect-outlook vault export` and a line end ‖ version (1 byte) ‖ key id (16) ‖ salt (32), then pieces: length of
//! what follows (4 bytes, big-endian, with the highest bit set for the last piece) ‖ ciphertext and tag.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

use super::import::ImportError;
use crate::random;
use crate::vault::seal::{PIECE_OVERHEAD, Pieces, SALT_LENGTH};
use crate::vault::{KeyId, KeyRing, SealError};

/// Seals what is written to it.
pub(super) struct SealedWriter<W> {
    inner: W,
    pieces: Pieces,
    piece: Vec<u8>,
}

impl<W: AsyncWrite + Unpin> SealedWriter<W> {
    pub(super) async fn begin(mut inner: W, keys: &KeyRing) -> io::Result<Self> {
        let salt: [u8; SALT_LENGTH] = random::bytes().map_err(io::Error::other)?;
        let mut header = MAGIC.to_vec();
        header.push(VERSION);
        header.extend_from_slice(keys.current_id().as_bytes());
        header.extend_from_slice(&salt);
        inner.write_all(&header).await?;
        let pieces = keys.pieces(keys.current_id(), &header, &salt);
        Ok(Self {
            inner,
            pieces: pieces.map_err(io::Error::other)?,
            piece: Vec::with_capacity(PIECE + PIECE_OVERHEAD),
        })
    }

    pub(super) async fn write(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            if self.piece.len() == PIECE {
                self.seal(false).await?;
            }
            let room = (PIECE - self.piece.len()).min(bytes.len());
            let (now, later) = bytes.split_at(room);
            self.piece.extend_from_slice(now);
            bytes = later;
        }
        Ok(())
    }

    /// Writes the last piece and gives the rest of the way back.
    pub(super) async fn finish(mut self) -> io::Result<W> {
        self.seal(true).await?;
        self.inner.flush().await?;
        Ok(self.inner)
    }

    async fn seal(&mut self, last: bool) -> io::Result<()> {
        self.pieces.seal(&mut self.piece, last);
        let length = self.piece.len() as u32 | if last { LAST } else { 0 };
        self.inner.write_all(&length.to_be_bytes()).await?;
        self.inner.write_all(&self.piece).await?;
        self.piece.clear();
        Ok(())
    }
}

/// Gives what was sealed, line by line. Nothing leaves that has not been checked.
pub(super) struct SealedReader<R> {
    inner: R,
    pieces: Pieces,
    /// Opened, and not yet given out from `at` on.
    opened: Vec<u8>,
    at: usize,
    ended: bool,
}

impl<R: AsyncRead + Unpin> SealedReader<R> {
    pub(super) async fn begin(mut inner: R, keys: &KeyRing) -> Result<Self, ImportError> {
        let mut header = [0; HEADER];
        match inner.read_exact(&mut header).await {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                return Err(ImportError::NotAnExport);
            }
            other => other?,
        };
        let rest = header.strip_prefix(MAGIC).ok_or(ImportError::NotAnExport)?;
        let (version, rest) = rest.split_first().ok_or(ImportError::NotAnExport)?;
        if *version != VERSION {
            return Err(ImportError::UnknownVersion { version: *version });
        }
        let (key, rest) = rest.split_first_chunk().ok_or(ImportError::NotAnExport)?;
        let salt = rest.first_chunk().ok_or(ImportError::NotAnExport)?;
        let pieces = keys.pieces(KeyId::from_bytes(*key), &header, salt);
        Ok(Self {
            inner,
            pieces: pieces.map_err(|error| match error {
                SealError::KeyUnknown { key } => ImportError::KeyMissing { key },
                _ => ImportError::Damaged,
            })?,
            opened: Vec::new(),
            at: 0,
            ended: false,
        })
    }

    /// The next line without its end; `None` after the last.
    pub(super) async fn line(&mut self) -> Result<Option<Vec<u8>>, ImportError> {
        let mut line = Vec::new();
        loop {
            let rest = self.opened.get(self.at..).unwrap_or_default();
            if let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
                line.extend_from_slice(rest.get(..end).unwrap_or_default());
                self.at += end + 1;
                return Ok(Some(line));
            }
            line.extend_from_slice(rest);
            if line.len() > LONGEST_LINE {
                return Err(ImportError::Damaged);
            }
            if self.ended {
                return if line.is_empty() {
                    Ok(None)
                } else {
                    Err(ImportError::Damaged)
                };
            }
            self.next_piece().await?;
        }
    }

    async fn next_piece(&mut self) -> Result<(), ImportError> {
        let length = self.inner.read_u32().await.map_err(cut_off)?;
        self.ended = length & LAST != 0;
        let length = (length & !LAST) as usize;
        if !(PIECE_OVERHEAD..=PIECE + PIECE_OVERHEAD).contains(&length) {
            return Err(ImportError::Damaged);
        }
        self.opened.resize(length, 0);
        self.inner
            .read_exact(&mut self.opened)
            .await
            .map_err(cut_off)?;
        self.pieces
            .open(&mut self.opened, self.ended)
            .map_err(|_| ImportError::Damaged)?;
        self.at = 0;
        if self.ended && self.inner.read(&mut [0]).await? != 0 {
            return Err(ImportError::Damaged);
        }
        Ok(())
    }
}

/// An end before the last piece is damage, not a fault of the disk.
fn cut_off(error: io::Error) -> ImportError {
    if error.kind() == io::ErrorKind::UnexpectedEof {
        ImportError::Damaged
    } else {
        ImportError::Io(error)
    }
}

const MAGIC: &[u8] = b"connect-outlook vault export\n";
const VERSION: u8 = 1;
const HEADER: usize = MAGIC.len() + 1 + 16 + SALT_LENGTH;
/// Bytes of plaintext in a piece.
const PIECE: usize = 64 * 1024;
/// Marks the last piece in its length.
const LAST: u32 = 1 << 31;
/// Bytes. The longest we write is a row of three tokens.
const LONGEST_LINE: usize = 4 * 1024 * 1024;
