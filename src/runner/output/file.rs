//! A file that is hashed while it is written, so that nobody has to read it again.

use std::fs::File;
use std::io::{self, Write};

use serde::{Deserialize, Serialize};

/// A file being written.
#[derive(Debug)]
pub(crate) struct HashedFile {
    file: File,
    hasher: blake3::Hasher,
    bytes: u64,
}

/// What a file holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Content {
    /// How many bytes.
    pub(crate) bytes: u64,
    /// Their BLAKE3 hash.
    pub(crate) hash: String,
}

impl HashedFile {
    /// Goes on from the start of an empty file, or to a device.
    pub(crate) fn new(file: File) -> Self {
        Self {
            file,
            hasher: blake3::Hasher::new(),
            bytes: 0,
        }
    }

    /// Waits until the bytes are on the disk.
    pub(crate) fn finish(self) -> io::Result<Content> {
        match self.file.sync_all() {
            // A device has nothing to bring to the disk.
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => {}
            result => result?,
        }
        Ok(Content {
            bytes: self.bytes,
            hash: self.hasher.finalize().to_hex().to_string(),
        })
    }
}

impl Write for HashedFile {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let written = self.file.write(buffer)?;
        self.hasher.update(&buffer[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
