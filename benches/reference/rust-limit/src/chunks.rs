//! Two threads take chunks of the file in turn, work on them in their own buffers, and write them
//! in the order of the input.
//!
//! A row belongs to the chunk in which it starts; who has it reads on into the next chunk until its
//! end.
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Condvar, Mutex};

use crate::rules::Counts;
use crate::scan::Scanner;
use crate::{die, plain};

const CHUNK: usize = 512 << 10;
const LONGEST_ROW: usize = 64 << 10;
const ACTIONS_HEADER: &[u8] = b"id,action,campaign\n";

/// Whose turn it is to write, and where its bytes go.
struct Turn {
    next: usize,
    contacts: u64,
    actions: u64,
}

struct Job {
    input: File,
    len: usize,
    /// Where the first row starts.
    body: usize,
    contacts: File,
    actions: File,
    ticket: AtomicUsize,
    quoted: AtomicBool,
    turn: Mutex<Turn>,
    moved_on: Condvar,
}

/// Runs the job on `input`; with `VALIDATE` every cell of every row is checked.
pub fn run<const VALIDATE: bool>(input: &str, out: &str) -> Counts {
    assert!(
        is_x86_feature_detected!("avx2") && is_x86_feature_detected!("bmi1") && is_x86_feature_detected!("popcnt"),
        "needs AVX2"
    );
    let job = Job::open(input, out);
    let total = Mutex::new(Counts::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let counts = job.work::<VALIDATE>();
                total.lock().unwrap().add(&counts);
            });
        }
    });
    if job.quoted.load(Relaxed) {
        return plain::run(input, out);
    }
    total.into_inner().unwrap()
}

impl Job {
    fn open(input: &str, out: &str) -> Job {
        let input = File::open(input).unwrap();
        let len = input.metadata().unwrap().len() as usize;
        let mut head = vec![0; 4096.min(len)];
        input.read_exact_at(&mut head, 0).unwrap();
        let body = memchr::memchr(b'\n', &head).expect("no header line") + 1;
        let contacts = File::create(format!("{out}/contacts.csv")).unwrap();
        let actions = File::create(format!("{out}/actions.csv")).unwrap();
        contacts.write_all_at(&head[..body], 0).unwrap();
        actions.write_all_at(ACTIONS_HEADER, 0).unwrap();
        let turn = Mutex::new(Turn { next: 0, contacts: body as u64, actions: ACTIONS_HEADER.len() as u64 });
        let (ticket, quoted, moved_on) = (AtomicUsize::new(0), AtomicBool::new(false), Condvar::new());
        Job { input, len, body, contacts, actions, ticket, quoted, turn, moved_on }
    }

    fn work<const VALIDATE: bool>(&self) -> Counts {
        let mut counts = Counts::new();
        let mut bytes = vec![0u8; 1 + CHUNK + LONGEST_ROW + crate::scan::PAD];
        let mut scanner = Scanner::new(CHUNK + LONGEST_ROW);
        let chunks = (self.len - self.body).div_ceil(CHUNK);
        loop {
            let chunk = self.ticket.fetch_add(1, Relaxed);
            if chunk >= chunks || self.quoted.load(Relaxed) {
                return counts;
            }
            let (start, stop, at) = self.read(chunk, &mut bytes);
            // SAFETY: `run` has asked for the instructions; the buffers are as large as the longest
            // chunk and its padding.
            let quoted = unsafe { scanner.rows::<VALIDATE>(&bytes, start, stop, &mut counts, at) };
            if quoted {
                self.quoted.store(true, Relaxed);
                self.moved_on.notify_all();
                return counts;
            }
            if !self.write(chunk, &scanner) {
                return counts;
            }
        }
    }

    /// Fills `bytes` from the byte before the chunk, which tells whether a row starts there, to the
    /// end of the last row that starts in it. The overlap is read in small steps, so that little is
    /// read twice. Answers where the rows start and stop, and the offset.
    fn read(&self, chunk: usize, bytes: &mut [u8]) -> (usize, usize, usize) {
        let low = self.body + chunk * CHUNK;
        let high = (low + CHUNK).min(self.len);
        let most = (high + LONGEST_ROW).min(self.len) - low + 1;
        let last_byte = high - low;
        let (mut got, mut want) = (0, (last_byte + 1 + 4096).min(most));
        let stop = loop {
            self.input.read_exact_at(&mut bytes[got..want], (low - 1 + got) as u64).unwrap();
            got = want;
            if let Some(end) = memchr::memchr(b'\n', &bytes[last_byte..got]) {
                break last_byte + end + 1;
            }
            if got == most {
                if high + LONGEST_ROW < self.len {
                    die(format!("row longer than {LONGEST_ROW} bytes"))
                }
                bytes[got] = b'\n';
                break got + 1;
            }
            want = (got + 4096).min(most);
        };
        let start = memchr::memchr(b'\n', &bytes[..got]).map_or(stop, |end| end + 1);
        (start, stop, low - 1)
    }

    /// Waits for the chunk's turn, takes its place in the files, and lets the next one go before
    /// the bytes are written.
    fn write(&self, chunk: usize, scanner: &Scanner) -> bool {
        let mut turn = self.turn.lock().unwrap();
        while turn.next != chunk {
            if self.quoted.load(Relaxed) {
                return false;
            }
            turn = self.moved_on.wait(turn).unwrap();
        }
        let (contacts_at, actions_at) = (turn.contacts, turn.actions);
        turn.contacts += scanner.contacts.len() as u64;
        turn.actions += scanner.actions.len() as u64;
        turn.next += 1;
        drop(turn);
        self.moved_on.notify_all();
        self.contacts.write_all_at(&scanner.contacts, contacts_at).unwrap();
        self.actions.write_all_at(&scanner.actions, actions_at).unwrap();
        true
    }
}
