//! Lets threads that finish in any order act in the order of their tickets; who must wait for one
//! that will never come is told to stop.

use std::sync::{Condvar, Mutex, PoisonError};

/// A value that the holders of tickets 0, 1, 2, … change in this order.
#[derive(Debug)]
pub(crate) struct Sequencer<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
}

#[derive(Debug)]
struct State<T> {
    next: u64,
    stopped: bool,
    value: T,
}

impl<T> Sequencer<T> {
    /// Ticket 0 comes first.
    pub(crate) fn new(value: T) -> Self {
        Self {
            state: Mutex::new(State {
                next: 0,
                stopped: false,
                value,
            }),
            changed: Condvar::new(),
        }
    }

    /// Waits for the ticket's turn and acts; nothing if somebody stopped.
    pub(crate) fn take<R>(&self, ticket: u64, act: impl FnOnce(&mut T) -> R) -> Option<R> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let waits = |state: &mut State<T>| state.next != ticket && !state.stopped;
        let mut state = self
            .changed
            .wait_while(state, waits)
            .unwrap_or_else(PoisonError::into_inner);
        if state.stopped {
            return None;
        }
        let result = act(&mut state.value);
        state.next += 1;
        self.changed.notify_all();
        Some(result)
    }

    /// Ends all waiting.
    pub(crate) fn stop(&self) {
        self.state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .stopped = true;
        self.changed.notify_all();
    }

    /// The value, when all is done.
    pub(crate) fn into_inner(self) -> T {
        self.state
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
            .value
    }
}
