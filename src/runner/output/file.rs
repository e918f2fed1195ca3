//! A file that is hashed while it is written, so that nobody has to read it again.

use std::fs::File;
use std::io::{self, Write};

use serde::{Deserialize, Serialize};

use super::ahead::{Ahead, settled};

/// After so many bytes the disk is asked to take them.
const AT_ONCE: u64 = 8 << 20;

/// A file being written.
#[derive(Debug)]
pub(crate) struct HashedFile {
    file: File,
    hasher: blake3::Hasher,
    bytes: u64,
    /// How many of them nobody asked the disk to take.
    waiting: u64,
    ahead: Option<Ahead>,
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
            waiting: 0,
            ahead: None,
        }
    }

    /// Waits until the bytes are on the disk.
    pub(crate) fn finish(self) -> io::Result<Content> {
        self.ahead.map_or(Ok(()), Ahead::end)?;
        settled(self.file.sync_all())?;
        Ok(Content {
            bytes: self.bytes,
            hash: self.hasher.finalize().to_hex().to_string(),
        })
    }

    fn go_ahead(&mut self) {
        self.waiting = 0;
        if self.ahead.is_none() {
            self.ahead = Ahead::of(&self.file);
        }
        self.ahead.iter().for_each(Ahead::go_on);
    }
}

impl Write for HashedFile {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let written = self.file.write(buffer)?;
        self.hasher.update(&buffer[..written]);
        self.bytes += written as u64;
        self.waiting += written as u64;
        if self.waiting >= AT_ONCE {
            self.go_ahead();
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use rustix::fs::{Mode, OFlags};

    use super::*;

    #[test]
    fn a_disk_that_fails_on_the_way_fails_the_end() {
        // What is open as a mere place cannot be brought to the disk.
        let place = rustix::fs::open("/", OFlags::PATH, Mode::empty()).unwrap();
        let mut file = HashedFile::new(tempfile::tempfile().unwrap());
        file.ahead = Ahead::of(&File::from(place));
        file.write_all(b"id\n1\n").unwrap();
        file.go_ahead();
        assert!(
            file.finish().is_err(),
            "the last bytes are there all the same"
        );
        let mut file = HashedFile::new(tempfile::tempfile().unwrap());
        file.write_all(b"id\n1\n").unwrap();
        file.go_ahead();
        assert_eq!(file.finish().unwrap().bytes, 5);
    }
}
