//! Work on many threads at once, of which the caller's is one; where the system gives no more, those
//! that there are do all of it.

use std::sync::{Mutex, PoisonError};
use std::thread::Builder;

/// Does the work on so many threads.
pub(crate) fn together(threads: usize, work: impl Fn() + Sync) {
    with(threads, Builder::new, work);
}

/// Works on all items, each once, on so many threads.
pub(crate) fn each<T: Send>(threads: usize, items: &mut [T], work: impl Fn(&mut T) + Sync) {
    let rest = Mutex::new(items.iter_mut());
    let next = || rest.lock().unwrap_or_else(PoisonError::into_inner).next();
    together(threads, || {
        while let Some(item) = next() {
            work(item);
        }
    });
}

fn with(threads: usize, builder: impl Fn() -> Builder, work: impl Fn() + Sync) {
    let work = &work;
    std::thread::scope(|scope| {
        let mut others = 1..threads;
        while others
            .next()
            .is_some_and(|_| builder().spawn_scoped(scope, work).is_ok())
        {}
        work();
    });
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Barrier;
    use std::thread::{self, ThreadId};

    use super::*;

    /// On which threads work is done.
    fn workers(threads: usize, builder: impl Fn() -> Builder, meet: &Barrier) -> BTreeSet<String> {
        let seen = Mutex::new(BTreeSet::new());
        with(threads, builder, || {
            meet.wait();
            let name = |id: ThreadId| format!("{id:?}");
            seen.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(name(thread::current().id()));
        });
        seen.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    #[test]
    fn as_many_threads_work_as_were_asked_for() {
        assert_eq!(workers(3, Builder::new, &Barrier::new(3)).len(), 3);
    }

    #[test]
    fn where_no_thread_can_be_started_this_one_works_alone() {
        // No machine has so much memory for a stack, so the system refuses.
        let refused = || Builder::new().stack_size(usize::MAX / 4);
        let own = format!("{:?}", thread::current().id());
        assert_eq!(workers(8, refused, &Barrier::new(1)), BTreeSet::from([own]));
    }

    #[test]
    fn some_that_are_refused_leave_the_work_to_the_others() {
        let asked = Mutex::new(0);
        let one_only = || {
            let mut asked = asked.lock().unwrap_or_else(PoisonError::into_inner);
            *asked += 1;
            if *asked == 1 {
                Builder::new()
            } else {
                Builder::new().stack_size(usize::MAX / 4)
            }
        };
        assert_eq!(workers(8, one_only, &Barrier::new(2)).len(), 2);
        assert_eq!(
            *asked.lock().unwrap_or_else(PoisonError::into_inner),
            2,
            "no more is asked for after a refusal"
        );
    }
}
