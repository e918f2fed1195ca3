//! Brings a file to the disk while more of it is being written, so that its end has little to wait
//! for; what fails on the way is told at the end, for the system tells it only once.

use std::fs::File;
use std::io;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::{Builder, JoinHandle};

/// A thread that waits for the disk.
#[derive(Debug)]
pub(super) struct Ahead {
    asked: SyncSender<()>,
    thread: JoinHandle<io::Result<()>>,
}

impl Ahead {
    /// For `file`; nothing where the system has no thread for it, for then its end waits longer.
    pub(super) fn of(file: &File) -> Option<Self> {
        let file = file.try_clone().ok()?;
        let (asked, wanted) = sync_channel(1);
        let work = move || wanted.iter().try_for_each(|()| settled(file.sync_data()));
        let thread = Builder::new().spawn(work).ok()?;
        Some(Self { asked, thread })
    }

    /// Asks for what was written so far. Who is busy with what was written before does it next.
    pub(super) fn go_on(&self) {
        let _ = self.asked.try_send(());
    }

    /// Waits for all that was asked for.
    pub(super) fn end(self) -> io::Result<()> {
        drop(self.asked);
        let died = |_| Err(io::Error::other("the thread that waited for the disk died"));
        self.thread.join().unwrap_or_else(died)
    }
}

/// A device has nothing to bring to the disk.
pub(super) fn settled(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => Ok(()),
        result => result,
    }
}
